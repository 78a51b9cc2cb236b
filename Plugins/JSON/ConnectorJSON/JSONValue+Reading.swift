import CLibjson
import PatchbayConnectorKit

extension JSONValue {
    /// Values within values: deeper than any answer, and shallow enough to be read one inside the other.
    private static let depthMax: Int32 = 256

    /// Reads JSON text through json-c: for large answers, where Foundation's decoder takes a third of a connector's time. Throws
    /// `notJSON` when it is none, nests deeper than 256, holds a number that is not finite, or has anything but space behind it. A
    /// control character in a text is taken as it is.
    public init(jsonBytes bytes: [UInt8]) throws(JSONReadingError) {
        guard let tokener = unsafe json_tokener_new_ex(Self.depthMax) else { throw .noMemory }
        defer { unsafe json_tokener_free(tokener) }
        unsafe json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8)
        // The mark behind it ends a number that stands alone.
        guard let count = Int32(exactly: bytes.count + 1) else { throw .notJSON }
        let root = unsafe (bytes + [0]).withUnsafeBytes { text in
            unsafe json_tokener_parse_ex(tokener, text.assumingMemoryBound(to: CChar.self).baseAddress, count)
        }
        defer { _ = unsafe json_object_put(root) }
        let isWhole = unsafe json_tokener_get_error(tokener) == json_tokener_success && json_tokener_get_parse_end(tokener) >= bytes.count
        guard isWhole, !bytes.isEmpty else { throw .notJSON }
        self = try unsafe Self.value(root)
    }

    /// A copy of what json-c holds.
    private static func value(_ handle: OpaquePointer?) throws(JSONReadingError) -> JSONValue {
        switch unsafe json_object_get_type(handle) {
        case json_type_null: return .null
        case json_type_boolean: return .bool(unsafe json_object_get_boolean(handle) != 0)
        case json_type_int:
            // Beyond 64 bits with a sign json-c has one more form; what is larger still, it makes the largest.
            let whole = unsafe json_object_get_uint64(handle)
            return whole > UInt64(Int64.max) ? .number(Double(whole)) : .integer(unsafe json_object_get_int64(handle))
        case json_type_double:
            let number = unsafe json_object_get_double(handle)
            guard number.isFinite else { throw .notJSON }
            // As the kit has it: a number is whole whichever way it is written.
            return Int64(exactly: number).map { .integer($0) } ?? .number(number)
        case json_type_string: return .string(unsafe text(handle))
        case json_type_array:
            var values: [JSONValue] = []
            let count = unsafe json_object_array_length(handle)
            values.reserveCapacity(count)
            for place in 0..<count { values.append(try unsafe value(json_object_array_get_idx(handle, place))) }
            return .array(values)
        default:
            return .object(try unsafe members(handle))
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
                members[unsafe String(cString: name)] = try unsafe value(json_object_iter_peek_value(&place))
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
