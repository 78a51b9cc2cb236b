import PatchbayModel

/// Takes the fields of one JSON object, each with its kind and bounds, and remembers which were asked for.
struct FieldReader {
    private let object: [String: JSONValue]
    private let line: Int?
    private let code: ErrorCode
    /// Where the object stands inside of the line's, as an error names it: "deliveries[2]".
    private let place: String?
    private(set) var asked: Set<String> = []

    init(_ value: JSONValue, line: Int?, code: ErrorCode, place: String? = nil) throws(InputError) {
        guard case .object(let object) = value else {
            throw InputError(code, line: line, field: place, "expected a JSON object, found \(value.kindName)")
        }
        self.object = object
        self.line = line
        self.code = code
        self.place = place
    }

    /// Fields that nobody asked for, sorted.
    var unknownFields: [String] { object.keys.filter { !asked.contains($0) }.sorted() }

    func invalid(_ field: String, _ reason: String) -> InputError {
        InputError(code, line: line, field: place.map { "\($0).\(field)" } ?? field, reason)
    }

    /// A reader of the object in that field; nil when it is absent.
    mutating func reader(of field: String) throws(InputError) -> FieldReader? {
        guard let value = value(field) else { return nil }
        return try nested(value, field)
    }

    /// A reader of a value that stands in that field.
    func nested(_ value: JSONValue, _ field: String) throws(InputError) -> FieldReader {
        try FieldReader(value, line: line, code: code, place: place.map { "\($0).\(field)" } ?? field)
    }

    /// The field's value; nil when it is absent or null.
    mutating func value(_ field: String) -> JSONValue? {
        asked.insert(field)
        guard let value = object[field], value != .null else { return nil }
        return value
    }

    /// A string without NUL, at most `bytesMax` bytes; a number is taken as its digits, because ids are often written
    /// so.
    mutating func text(_ field: String, bytesMax: Int) throws(InputError) -> String? {
        switch value(field) {
        case nil: return nil
        case .string(let text): return try bounded(text, field, bytesMax)
        case .integer(let number): return String(number)
        case let other?: throw invalid(field, "expected a string, found \(other.kindName)")
        }
    }

    /// Like `text`, but what is empty or blank counts as absent.
    mutating func filledText(_ field: String, bytesMax: Int) throws(InputError) -> String? {
        guard let text = try text(field, bytesMax: bytesMax), text.contains(where: { !$0.isWhitespace }) else {
            return nil
        }
        return text
    }

    /// Like `filledText`, of one line: a control character would not have come from where it says it came from.
    mutating func plainText(_ field: String, bytesMax: Int) throws(InputError) -> String? {
        guard let text = try filledText(field, bytesMax: bytesMax) else { return nil }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw invalid(field, "holds a control character")
        }
        return text
    }

    mutating func count(_ field: String, max: Int) throws(InputError) -> Int? {
        switch value(field) {
        case nil: return nil
        case .integer(let number) where (0...Int64(max)).contains(number): return Int(number)
        default: throw invalid(field, "must be a whole number from 0 to \(max)")
        }
    }

    /// A moment that exists; whether it has come is asked by no clock, because another machine's may have been wrong.
    mutating func time(_ field: String) throws(InputError) -> Timestamp? {
        guard let text = try plainText(field, bytesMax: Limits.nameBytesMax) else { return nil }
        guard let time = Timestamp(parsing: text) else {
            throw invalid(field, "must be a moment that exists, as RFC 3339 (2026-05-11T10:00:00.000Z)")
        }
        return time
    }

    /// A list of strings, or one string as a list of one.
    mutating func texts(_ field: String, bytesMax: Int, countMax: Int) throws(InputError) -> [String]? {
        switch value(field) {
        case nil: return nil
        case .string(let text): return [try bounded(text, field, bytesMax)]
        case .array(let values):
            guard values.count <= countMax else {
                throw invalid(field, "has \(values.count) entries; at most \(countMax) are taken")
            }
            var texts: [String] = []
            for value in values {
                guard case .string(let text) = value else {
                    throw invalid(field, "expected strings in the list, found \(value.kindName)")
                }
                texts.append(try bounded(text, field, bytesMax))
            }
            return texts
        case let other?: throw invalid(field, "expected a string or a list of strings, found \(other.kindName)")
        }
    }

    mutating func boolean(_ field: String) throws(InputError) -> Bool? {
        switch value(field) {
        case nil: return nil
        case .boolean(let flag): return flag
        case let other?: throw invalid(field, "expected true or false, found \(other.kindName)")
        }
    }

    /// One word of a fixed set, whatever its case.
    mutating func word<Word: RawRepresentable & CaseIterable>(_ field: String, _: Word.Type) throws(InputError) -> Word?
    where Word.RawValue == String {
        guard let text = try filledText(field, bytesMax: Limits.nameBytesMax) else { return nil }
        guard let word = Word(rawValue: text.lowercased()) else {
            throw invalid(field, "must be one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return word
    }

    private func bounded(_ text: String, _ field: String, _ bytesMax: Int) throws(InputError) -> String {
        guard text.utf8.count <= bytesMax else {
            throw invalid(field, "has \(text.utf8.count) bytes; at most \(bytesMax) are taken")
        }
        guard !text.utf8.contains(0) else { throw invalid(field, "holds a NUL character") }
        return text
    }
}
