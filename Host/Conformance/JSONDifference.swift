import PatchbayInput

/// Where two JSON values differ.
enum JSONDifference {
    /// A place as a JSON pointer, with what stands there on either side; nil where nothing does.
    struct Place: Sendable {
        let pointer: String
        let recorded: JSONValue?
        let now: JSONValue?
    }

    /// The first `countMax` places, in the order of names and indexes.
    static func places(_ recorded: JSONValue, _ now: JSONValue, countMax: Int) -> [Place] {
        var places: [Place] = []
        walk(recorded, now, "", countMax, &places)
        return places
    }

    private static func walk(
        _ recorded: JSONValue?, _ now: JSONValue?, _ pointer: String, _ countMax: Int, _ places: inout [Place]
    ) {
        guard places.count < countMax, recorded != now else { return }
        switch (recorded, now) {
        case (.object(let first), .object(let second)):
            for name in Set(first.keys).union(second.keys).sorted() {
                let escaped = name.replacing("~", with: "~0").replacing("/", with: "~1")
                walk(first[name], second[name], pointer + "/" + escaped, countMax, &places)
            }
        case (.array(let first), .array(let second)):
            for index in 0..<max(first.count, second.count) {
                walk(
                    index < first.count ? first[index] : nil, index < second.count ? second[index] : nil,
                    "\(pointer)/\(index)", countMax,
                    &places)
            }
        default: places.append(Place(pointer: pointer, recorded: recorded, now: now))
        }
    }
}

extension JSONDifference.Place {
    /// For a person: both sides, cut.
    var sentence: String { "recorded \(Self.text(recorded)), now \(Self.text(now))" }

    private static func text(_ value: JSONValue?) -> String {
        guard let value else { return "nothing" }
        let text =
            switch value {
            case .null: "null"
            case .boolean(let value): "\(value)"
            case .integer(let value): "\(value)"
            case .number(let value): "\(value)"
            case .string(let value): "\"\(value)\""
            case .array(let items): "a list of \(items.count)"
            case .object(let members): "an object of \(members.count)"
            }
        return text.count <= 120 ? text : String(text.prefix(119)) + "…"
    }
}
