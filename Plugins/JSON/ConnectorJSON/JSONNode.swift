import CLibjson
import Glibc
import PatchbayConnectorKit

/// A value in json-c's form with all that is below it. It is given back when it goes out of use, on every path,
/// unless a value above it has taken it over.
@safe struct JSONNode: ~Copyable {
    /// Nil is null, as in json-c.
    private let handle: OpaquePointer?

    /// The value and all below it. Throws when there is no form for it, or no memory.
    static func of(_ value: JSONValue) throws(JSONWritingError) -> JSONNode {
        switch value {
        case .null: JSONNode()
        case .bool(let flag): try unsafe JSONNode(made: json_object_new_boolean(flag ? 1 : 0))
        case .integer(let number): try unsafe JSONNode(made: json_object_new_int64(number))
        case .number(let number): try .number(number)
        case .string(let text): try .text(text)
        case .array(let values): try .array(values)
        case .object(let values): try .object(values)
        }
    }

    /// Null.
    private init() {
        unsafe handle = nil
    }

    /// Owns what json-c has just made; nil is its word for no memory.
    private init(made handle: OpaquePointer?) throws(JSONWritingError) {
        guard let handle = unsafe handle else { throw .noMemory }
        unsafe self.handle = handle
    }

    deinit {
        // json-c lets go of null by doing nothing.
        _ = unsafe json_object_put(handle)
    }

    /// The whole as JSON, on one line and without spaces.
    borrowing func bytes() throws(JSONWritingError) -> [UInt8] {
        var count = 0
        let form = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE
        // The text belongs to the handle, and is copied before that can go.
        guard let text = unsafe json_object_to_json_string_length(handle, form, &count) else { throw .noMemory }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: text, count: count))
    }

    /// In the shortest form that reads back as the same number, which is Swift's; a whole number has no point.
    private static func number(_ number: Double) throws(JSONWritingError) -> JSONNode {
        guard number.isFinite else { throw .numberNotFinite }
        let text = number.description
        return try unsafe JSONNode(
            made: json_object_new_double_s(number, text.hasSuffix(".0") ? String(text.dropLast(2)) : text))
    }

    /// By its length, so that a NUL inside does not end it.
    private static func text(_ text: String) throws(JSONWritingError) -> JSONNode {
        var text = text
        guard let count = Int32(exactly: text.utf8.count) else { throw .tooLarge }
        return try unsafe JSONNode(
            made: text.withUTF8 { bytes in
                unsafe bytes.withMemoryRebound(to: CChar.self) {
                    unsafe json_object_new_string_len($0.baseAddress, count)
                }
            })
    }

    private static func array(_ values: [JSONValue]) throws(JSONWritingError) -> JSONNode {
        guard let count = Int32(exactly: values.count) else { throw .tooLarge }
        let array = try unsafe JSONNode(made: json_object_new_array_ext(max(count, 1)))
        for value in values { try array.append(.of(value)) }
        return array
    }

    /// json-c keeps members in the order in which they come, so they come by name: the same operation must give the
    /// same bytes (rule R8). The order is that of the bytes, which is JSONEncoder's; the order of texts differs from it
    /// for some names outside ASCII.
    private static func object(_ values: [String: JSONValue]) throws(JSONWritingError) -> JSONNode {
        let object = try unsafe JSONNode(made: json_object_new_object())
        for (name, value) in values.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            try object.put(.of(value), as: name)
        }
        return object
    }

    private borrowing func append(_ node: consuming JSONNode) throws(JSONWritingError) {
        guard unsafe json_object_array_add(handle, node.handle) == 0 else { throw .noMemory }
        node.wasTaken()
    }

    private borrowing func put(_ node: consuming JSONNode, as name: String) throws(JSONWritingError) {
        let parent = unsafe handle
        let child = unsafe node.handle
        var name = name
        // With its end mark on the stack: Swift's own way to a C string takes memory from the heap for a short name.
        let status: Int32? = name.withUTF8 { bytes in
            unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { text in
                unsafe bytes.withMemoryRebound(to: CChar.self) { _ = unsafe text.update(fromContentsOf: $0) }
                unsafe text[bytes.count] = 0
                guard let start = text.baseAddress, unsafe strlen(start) == bytes.count else { return nil }
                // The names of a dictionary differ from each other, so json-c need not look for the same one.
                return unsafe json_object_object_add_ex(parent, start, child, UInt32(JSON_C_OBJECT_ADD_KEY_IS_NEW))
            }
        }
        guard let status else { throw .nameHoldsNUL }
        guard status == 0 else { throw .noMemory }
        node.wasTaken()
    }

    /// Another value owns it now.
    private consuming func wasTaken() {
        discard self
    }
}
