import PatchbayModel

/// Reads the header block of a response as libcurl hands it over: one line after another, already complete.
enum ResponseHeaders {
    /// What a connector must not see: they set or ask for credentials.
    private static let removed: Set<String> = ["set-cookie", "set-cookie2", "www-authenticate", "proxy-authenticate"]

    /// The fields, names in lower case. After decoding, the encoding and length of what came over the wire are wrong
    /// and left out.
    static func parse(_ block: [UInt8]) -> [HTTPField] {
        var fields: [HTTPField] = []
        for line in block.split(separator: UInt8(ascii: "\n")) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else { continue }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            if removed.contains(name) { continue }
            let value = line[(colon + 1)...].drop(while: isBlank)
            let end = value.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? value.startIndex
            fields.append(HTTPField(name, String(decoding: value[..<end], as: UTF8.self)))
        }
        guard fields.contains(where: { $0.name == "content-encoding" }) else { return fields }
        return fields.filter { $0.name != "content-encoding" && $0.name != "content-length" }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
}
