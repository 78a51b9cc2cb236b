import PatchbayModel

/// Takes the fields of one JSON object, each with its kind and bounds, and remembers which were asked for.
struct FieldReader {
    private let object: [String: JSONValue]
    private let line: Int?
    private let code: ErrorCode
    private(set) var asked: Set<String> = []

    init(_ value: JSONValue, line: Int?, code: ErrorCode) throws(InputError) {
        guard case .object(let object) = value else {
            throw InputError(code, line: line, "expected a JSON object, found \(value.kindName)")
        }
        self.object = object
        self.line = line
        self.code = code
    }

    /// Fields that nobody asked for, sorted.
    var unknownFields: [String] { object.keys.filter { !asked.contains($0) }.sorted() }

    func invalid(_ field: String, _ reason: String) -> InputError { InputError(code, line: line, field: field, reason) }

    /// The field's value; nil when it is absent or null.
    mutating func value(_ field: String) -> JSONValue? {
        asked.insert(field)
        guard let value = object[field], value != .null else { return nil }
        return value
    }

    /// A string without NUL, at most `bytesMax` bytes; a number is taken as its digits, because ids are often written so.
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
        guard let text = try text(field, bytesMax: bytesMax), text.contains(where: { !$0.isWhitespace }) else { return nil }
        return text
    }

    /// A list of strings, or one string as a list of one.
    mutating func texts(_ field: String, bytesMax: Int, countMax: Int) throws(InputError) -> [String]? {
        switch value(field) {
        case nil: return nil
        case .string(let text): return [try bounded(text, field, bytesMax)]
        case .array(let values):
            guard values.count <= countMax else { throw invalid(field, "has \(values.count) entries; at most \(countMax) are taken") }
            var texts: [String] = []
            for value in values {
                guard case .string(let text) = value else { throw invalid(field, "expected strings in the list, found \(value.kindName)") }
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
        guard text.utf8.count <= bytesMax else { throw invalid(field, "has \(text.utf8.count) bytes; at most \(bytesMax) are taken") }
        guard !text.utf8.contains(0) else { throw invalid(field, "holds a NUL character") }
        return text
    }
}
