import Foundation

/// Looks for a secret in files, in every form in which it could have been written down.
struct SecretSearch {
    private let forms: [(name: String, bytes: Data)]

    /// `users` are names that may stand before the secret in a Basic header.
    init(_ secret: String, users: [String] = []) {
        let bytes = Data(secret.utf8)
        var forms: [(String, Data)] = [("raw", bytes)]
        let hex = bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        forms += [("hex", Data(hex.utf8)), ("HEX", Data(hex.uppercased().utf8))]
        let unreserved = CharacterSet(
            charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
        let url = secret.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
        forms += [("url", Data(url.utf8)), ("url, small", Data(Self.smallEscapes(url).utf8))]
        forms.append(("JSON, slash", Data(secret.replacing("/", with: "\\/").utf8)))
        let numbered = secret.unicodeScalars.map { scalar in
            "<>&'/+=".unicodeScalars.contains(scalar) ? "\\u00" + String(scalar.value, radix: 16) : String(scalar)
        }.joined()
        forms.append(("JSON, numbers", Data(numbered.utf8)))
        for (name, text) in [("", bytes)] + users.map({ (" after " + $0, Data(($0 + ":" + secret).utf8)) }) {
            for offset in 0..<3 {
                for (alphabet, form) in Self.base64(text, offset) {
                    forms.append(("\(alphabet) \(offset)\(name)", form))
                }
            }
        }
        self.forms = forms
    }

    /// Every place below `folder` that holds the secret, as "FILE: FORM"; files whose name is one of `inputs` are the
    /// test's own.
    func places(below folder: String, inputs: Set<String>) throws -> [String] {
        var found: [String] = []
        for entry in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            let path = folder + "/" + entry
            guard !inputs.contains((entry as NSString).lastPathComponent),
                let facts = try? FileManager.default.attributesOfItem(atPath: path),
                facts[.type] as? FileAttributeType == .typeRegular,
                (facts[.size] as? NSNumber)?.intValue ?? 0 < 10_000_000
            else { continue }
            found += places(in: try Data(contentsOf: URL(fileURLWithPath: path))).map { "\(entry): \($0)" }
        }
        return found
    }

    /// The forms in which the secret stands in these bytes.
    func places(in bytes: Data) -> [String] { forms.filter { bytes.range(of: $0.bytes) != nil }.map(\.name) }

    /// "%2F" as "%2f".
    private static func smallEscapes(_ text: String) -> String {
        var rest = 0
        return String(
            text.map { character in
                if character == "%" { rest = 3 }
                rest -= 1
                return rest >= 0 ? Character(character.lowercased()) : character
            })
    }

    /// What base64 makes of the text when `offset` bytes stand before it: only the characters that hold nothing of its
    /// neighbours.
    private static func base64(_ text: Data, _ offset: Int) -> [(String, Data)] {
        let whole = (Data(repeating: 0, count: offset) + text).base64EncodedString()
        let first = offset == 0 ? 0 : offset + 1
        let last = (offset + text.count) * 8 / 6
        let middle = String(Array(whole)[first..<last])
        let other = middle.replacing("+", with: "-").replacing("/", with: "_")
        return [("base64", Data(middle.utf8))] + (other == middle ? [] : [("base64url", Data(other.utf8))])
    }
}
