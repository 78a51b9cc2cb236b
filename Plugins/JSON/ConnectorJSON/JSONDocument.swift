import CLibjson
import PatchbayConnectorKit

/// A JSON text that json-c has read. It is given back when neither it nor any part of it is in use.
@safe final class JSONDocument {
    /// Values within values: deeper than any answer, and shallow enough to be read one inside the other.
    private static let depthMax: Int32 = 256

    private let root: OpaquePointer?

    /// Throws `notJSON` when the text is none, nests deeper than 256, or has anything but space behind it. A control
    /// character in a text is taken as it is.
    init(_ bytes: [UInt8]) throws(JSONReadingError) {
        guard let tokener = unsafe json_tokener_new_ex(Self.depthMax) else { throw .noMemory }
        defer { unsafe json_tokener_free(tokener) }
        unsafe json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8)
        // The mark behind it ends a number that stands alone.
        guard let count = Int32(exactly: bytes.count + 1) else { throw .notJSON }
        let root = unsafe (bytes + [0]).withUnsafeBytes { text in
            unsafe json_tokener_parse_ex(tokener, text.assumingMemoryBound(to: CChar.self).baseAddress, count)
        }
        let isWhole =
            unsafe json_tokener_get_error(tokener) == json_tokener_success
            && json_tokener_get_parse_end(tokener) >= bytes.count
        guard isWhole, !bytes.isEmpty else {
            _ = unsafe json_object_put(root)
            throw .notJSON
        }
        unsafe self.root = root
    }

    deinit {
        // json-c lets go of null by doing nothing.
        _ = unsafe json_object_put(root)
    }

    /// The whole. Throws `notJSON` for a number that is not finite.
    func value() throws(JSONReadingError) -> JSONValue { try unsafe JSONValue(copying: root) }

    /// The whole, to be looked at in place.
    func whole() -> JSONPart { unsafe JSONPart(root, of: self) }

    /// A value of a type's own. Throws `DecodingError` when the shape is another.
    func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value { try JSONDecoding(whole()).decode(type) }
}

extension JSONValue {
    /// Reads JSON text through json-c. Throws when it is none, nests deeper than 256, holds a number that is not
    /// finite, or has anything but space behind it. A control character in a text is taken as it is.
    public init(jsonBytes bytes: [UInt8]) throws(JSONReadingError) {
        self = try JSONDocument(bytes).value()
    }

    /// A copy of what json-c holds.
    init(copying handle: OpaquePointer?) throws(JSONReadingError) {
        switch unsafe json_object_get_type(handle) {
        case json_type_null: self = .null
        case json_type_boolean: self = .bool(unsafe json_object_get_boolean(handle) != 0)
        case json_type_int:
            // Beyond 64 bits with a sign json-c has one more form; what is larger still, it makes the largest.
            let whole = unsafe json_object_get_uint64(handle)
            self = whole > UInt64(Int64.max) ? .number(Double(whole)) : .integer(unsafe json_object_get_int64(handle))
        case json_type_double:
            let number = unsafe json_object_get_double(handle)
            guard number.isFinite else { throw .notJSON }
            // As the kit has it: a number is whole whichever way it is written.
            self = Int64(exactly: number).map { .integer($0) } ?? .number(number)
        case json_type_string: self = .string(unsafe Self.text(handle))
        case json_type_array:
            var values: [JSONValue] = []
            let count = unsafe json_object_array_length(handle)
            values.reserveCapacity(count)
            for place in 0..<count {
                values.append(try unsafe JSONValue(copying: json_object_array_get_idx(handle, place)))
            }
            self = .array(values)
        default:
            self = .object(try unsafe Self.members(handle))
        }
    }

    private static func text(_ handle: OpaquePointer?) -> String {
        let count = Int(unsafe json_object_get_string_len(handle))
        guard let start = unsafe json_object_get_string(handle) else { return "" }
        return unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }

    private static func members(_ handle: OpaquePointer?) throws(JSONReadingError) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        members.reserveCapacity(Int(unsafe json_object_object_length(handle)))
        var place = unsafe json_object_iter_begin(handle)
        var end = unsafe json_object_iter_end(handle)
        while unsafe json_object_iter_equal(&place, &end) == 0 {
            if let name = unsafe json_object_iter_peek_name(&place) {
                members[unsafe String(cString: name)] = try unsafe JSONValue(
                    copying: json_object_iter_peek_value(&place))
            }
            unsafe json_object_iter_next(&place)
        }
        return members
    }
}

/// Why a text was not read as JSON.
public struct JSONReadingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// For a person, without anything of the text.
    public let description: String

    static let notJSON = Self(description: "it is not JSON")
    static let noMemory = Self(description: "there was no memory for it")
}
