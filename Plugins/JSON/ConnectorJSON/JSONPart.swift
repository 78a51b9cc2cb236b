import CLibjson
import PatchbayConnectorKit

/// A part of a JSON text, looked at where json-c has it: for large answers of which little is needed. It keeps the
/// whole alive.
@safe public struct JSONPart {
    private let handle: OpaquePointer?
    private let document: JSONDocument

    init(_ handle: OpaquePointer?, of document: JSONDocument) {
        unsafe self.handle = handle
        self.document = document
    }

    /// Reads JSON text. Throws when it is none, nests deeper than 256, or has anything but space behind it.
    public init(reading bytes: [UInt8]) throws(JSONReadingError) { self = try JSONDocument(bytes).whole() }

    /// The member of this name; nil if it is no object or has no such member.
    public subscript(name: String) -> JSONPart? {
        var member: OpaquePointer?
        guard unsafe json_object_object_get_ex(handle, name, &member) != 0 else { return nil }
        return unsafe JSONPart(member, of: document)
    }

    /// The elements; nil if it is no array.
    public var elements: [JSONPart]? { isArray ? (0..<count).map { element($0) } : nil }

    /// A copy; nil if it holds a number that is not finite.
    public var value: JSONValue? { try? copy() }

    /// The text; nil if it is none.
    public var text: String? { unsafe json_object_get_type(handle) == json_type_string ? value?.text : nil }

    /// The answer to yes or no; nil if it is none.
    public var truth: Bool? { if case .bool(let flag)? = isObject || isArray ? nil : value { flag } else { nil } }

    /// Whether it is `null`.
    public var isNull: Bool { unsafe handle == nil }

    /// Whether it is an object.
    public var isObject: Bool { unsafe json_object_get_type(handle) == json_type_object }

    /// Members of all the objects in it, however deep: of two of one name only the last is left.
    var memberCount: Int {
        if isArray { return (0..<count).reduce(0) { $0 + element($1).memberCount } }
        guard isObject else { return 0 }
        var total = Int(unsafe json_object_object_length(handle))
        var place = unsafe json_object_iter_begin(handle)
        var end = unsafe json_object_iter_end(handle)
        while unsafe json_object_iter_equal(&place, &end) == 0 {
            total += unsafe JSONPart(json_object_iter_peek_value(&place), of: document).memberCount
            unsafe json_object_iter_next(&place)
        }
        return total
    }

    // MARK: For decoding

    var isArray: Bool { unsafe json_object_get_type(handle) == json_type_array }

    /// Of an array's elements.
    var count: Int { unsafe json_object_array_length(handle) }

    /// Of an array that is longer than this.
    func element(_ place: Int) -> JSONPart { unsafe JSONPart(json_object_array_get_idx(handle, place), of: document) }

    /// Throws `notJSON` for a number that is not finite.
    func copy() throws(JSONReadingError) -> JSONValue { try unsafe JSONValue(copying: handle) }
}
