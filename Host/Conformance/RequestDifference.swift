import PatchbayInput
import PatchbayModel

/// Where a request differs from the recorded one, each as "PLACE: what was recorded, what is now".
enum RequestDifference {
    static func sentences(_ recorded: HTTPRequest, _ now: HTTPRequest) -> [String] {
        var found: [String] = []
        func compare(_ place: String, _ first: String, _ second: String) {
            if first != second { found.append("\(place): recorded \(first), now \(second)") }
        }
        compare("method", recorded.method, now.method)
        compare("path", recorded.path, now.path)
        compare("effect", recorded.effect.word, now.effect.word)
        compare("write cost", "\(recorded.writeCost)", "\(now.writeCost)")
        found += fields("query", recorded.query, now.query)
        found += fields("header", recorded.headers, now.headers)
        found += bodies(recorded.body, now.body)
        return found
    }

    private static func fields(_ what: String, _ recorded: [HTTPField], _ now: [HTTPField]) -> [String] {
        guard recorded != now else { return [] }
        guard recorded.map(\.name) == now.map(\.name) else {
            let names = { (fields: [HTTPField]) in fields.isEmpty ? "none" : fields.map(\.name).joined(separator: ", ")
            }
            return ["\(what): recorded \(names(recorded)), now \(names(now))"]
        }
        return zip(recorded, now).filter { $0 != $1 }.map {
            "\(what) \($0.name): recorded \"\($0.value.prefix(120))\", now \"\($1.value.prefix(120))\""
        }
    }

    private static func bodies(_ recorded: [UInt8]?, _ now: [UInt8]?) -> [String] {
        guard recorded != now else { return [] }
        guard let recorded, let now else { return ["body: recorded \(size(recorded)), now \(size(now))"] }
        if let first = try? JSONValue.parse(recorded), let second = try? JSONValue.parse(now), first != second {
            return JSONDifference.places(first, second, countMax: 10).map { "body \($0.pointer): \($0.sentence)" }
        }
        let common = zip(recorded, now).prefix { $0 == $1 }.count
        return ["body: byte \(common) is the first that differs; recorded \(size(recorded)), now \(size(now))"]
    }

    private static func size(_ body: [UInt8]?) -> String { body.map { "\($0.count) bytes" } ?? "none" }
}
