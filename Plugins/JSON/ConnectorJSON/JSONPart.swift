import CLibjson
import PatchbayConnectorKit

/// A part of a JSON text, looked at where json-c has it: for large answers of which little is needed.
@safe public struct JSONPart {
    private let handle: OpaquePointer?

    init(_ handle: OpaquePointer?) { unsafe self.handle = handle }

    /// Reads JSON text and gives the whole to `body`; no part of it may be used after that. Throws `JSONReadingError`, and what `body` throws.
    public static func reading<Result>(_ bytes: [UInt8], _ body: (JSONPart) throws -> Result) throws -> Result {
        let document = try JSONDocument(bytes)
        return try body(document.whole())
    }

    /// The member of this name; nil if it is no object or has no such member.
    public subscript(name: String) -> JSONPart? {
        var member: OpaquePointer?
        guard unsafe json_object_object_get_ex(handle, name, &member) != 0 else { return nil }
        return unsafe JSONPart(member)
    }

    /// The elements; nil if it is no array.
    public var elements: [JSONPart]? {
        guard unsafe json_object_get_type(handle) == json_type_array else { return nil }
        let count = unsafe json_object_array_length(handle)
        return (0..<count).map { unsafe JSONPart(json_object_array_get_idx(handle, $0)) }
    }

    /// A copy; nil if it holds a number that is not finite.
    public var value: JSONValue? { try? unsafe JSONValue(copying: handle) }
}
