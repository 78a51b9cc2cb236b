import CPatchbay
import PatchbayConnectorKit

/// The host's side of the C interface, as a test plays it: makes structs, calls the table, reads what comes out.
@safe final class HostSide {
    static let ok: Int32 = 0
    static let unsupported: Int32 = 1
    static let invalidArgument: Int32 = 2
    static let invalidSettings: Int32 = 3

    let entry: patchbay_entry
    private var memory: [UnsafeMutableRawPointer] = unsafe []

    init() {
        entry = ConnectorKit.entry(for: TryConnector.self).pointee
    }

    deinit {
        while let piece = unsafe memory.popLast() { unsafe piece.deallocate() }
    }

    func bytes(_ count: Int) -> UnsafeMutableRawPointer {
        let piece = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 8)
        unsafe piece.initializeMemory(as: UInt8.self, repeating: 0, count: max(count, 1))
        unsafe memory.append(piece)
        return unsafe piece
    }

    func string(_ text: String?) -> patchbay_string {
        guard let text else { return unsafe patchbay_string() }
        let utf8 = Array(text.utf8)
        let piece = unsafe bytes(utf8.count)
        unsafe piece.copyMemory(from: utf8, byteCount: utf8.count)
        return unsafe patchbay_string(
            bytes: UnsafePointer(piece.assumingMemoryBound(to: CChar.self)), length: UInt64(utf8.count))
    }

    /// An array whose maker knows structs that are larger by `grown` bytes, all set.
    func array<Struct>(_ elements: [Struct], grown: Int = 0) -> patchbay_array {
        let stride = MemoryLayout<Struct>.stride + grown
        let piece = unsafe bytes(stride * elements.count)
        for (place, element) in elements.enumerated() {
            unsafe (piece + place * stride).initializeMemory(as: UInt8.self, repeating: 0xFF, count: stride)
            unsafe (piece + place * stride).bindMemory(to: Struct.self, capacity: 1).initialize(to: element)
            if grown > 0 { unsafe (piece + place * stride).storeBytes(of: UInt32(stride), as: UInt32.self) }
        }
        return unsafe patchbay_array(
            elements: piece, count: UInt64(elements.count), stride: UInt32(stride), reserved: 0)
    }

    func pair(_ name: String, _ value: String) -> patchbay_pair {
        unsafe patchbay_pair(struct_size: 40, reserved: 0, name: string(name), value: string(value))
    }

    func task(_ title: String) -> patchbay_task {
        var task = unsafe patchbay_task()
        unsafe task.struct_size = 176
        unsafe task.status = 1
        unsafe task.priority = 2
        unsafe task.title = string(title)
        unsafe task.delivery_id = string("id/" + title)
        unsafe task.labels = array([string("a"), string("b")])
        return unsafe task
    }

    func operation(_ number: UInt32, _ tasks: [patchbay_task] = unsafe [], grown: Int = 0) -> patchbay_operation {
        var operation = unsafe patchbay_operation()
        unsafe operation.struct_size = 40
        unsafe operation.number = number
        unsafe operation.now_unix_ms = 42
        unsafe operation.tasks = array(tasks, grown: grown)
        return unsafe operation
    }

    /// Opens an instance with an address and some more settings.
    func open(_ settings: [patchbay_setting_value]? = nil) throws -> OpaquePointer {
        var address = unsafe patchbay_setting_value()
        unsafe address.struct_size = 72
        unsafe address.kind = 4
        unsafe address.name = string("address")
        unsafe address.text = string("https://try.example")
        var opening = unsafe patchbay_opening()
        unsafe opening.struct_size = 72
        unsafe opening.settings = array(settings ?? [address])
        unsafe opening.token_kind = string("api-key")
        unsafe opening.facts = array([pair("fact", "kept")])
        var instance: OpaquePointer?
        var failure = unsafe patchbay_failure()
        unsafe failure.struct_size = 40
        let status = unsafe entry.open(&opening, &instance, &failure)
        guard status == Self.ok, let instance = unsafe instance else {
            throw Refused(
                status: status, field: unsafe Self.text(failure.field), message: unsafe Self.text(failure.message))
        }
        return unsafe instance
    }

    struct Refused: Error {
        let status: Int32
        let field: String?
        let message: String?
    }

    @safe struct Begun {
        let status: Int32
        let call: OpaquePointer?
        let step: UnsafePointer<patchbay_step>?
    }

    func begin(_ instance: OpaquePointer, _ operation: patchbay_operation) -> Begun {
        var operation = unsafe operation
        var call: OpaquePointer?
        var step: UnsafePointer<patchbay_step>?
        let status = unsafe entry.begin(instance, &operation, &call, &step)
        return unsafe Begun(status: status, call: call, step: step)
    }

    func resume(_ call: OpaquePointer?, status: UInt32 = 200, body: String? = nil) -> (
        status: Int32, step: UnsafePointer<patchbay_step>?
    ) {
        var response = unsafe patchbay_response(
            struct_size: 48, status: status, headers: array([pair("x-name", "Ann")]), body: string(body))
        var step: UnsafePointer<patchbay_step>?
        let answered = unsafe entry.resume(call, &response, &step)
        return unsafe (answered, step)
    }

    static func text(_ string: patchbay_string) -> String? {
        guard let bytes = unsafe string.bytes else { return nil }
        return unsafe String(decoding: UnsafeRawBufferPointer(start: bytes, count: Int(string.length)), as: UTF8.self)
    }

    static func elements<Struct>(_ array: patchbay_array, as type: Struct.Type) -> [Struct] {
        unsafe (0..<Int(array.count)).map {
            unsafe array.elements.unsafelyUnwrapped.advanced(by: $0 * Int(array.stride)).loadUnaligned(as: Struct.self)
        }
    }
}
