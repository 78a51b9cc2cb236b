import CPatchbay
import Synchronization

/// Where a connector's library meets the host.
public enum ConnectorKit {
    /// The table of functions that the library's one exported symbol gives:
    ///
    ///     @c @implementation
    ///     public func patchbay_connector_v1() -> UnsafePointer<patchbay_entry>! {
    ///         ConnectorKit.entry(for: MyConnector.self)
    ///     }
    ///
    /// A library holds one connector: the first that is named here is the one, for the life of the library.
    @safe public static func entry<Spoken: Connector>(for connector: Spoken.Type) -> UnsafePointer<patchbay_entry> {
        Library.shared.adopt(Spoken.self)
        return unsafe Library.shared.table
    }
}

/// The one connector of this library and what lives as long as the library does.
///
/// `@unchecked Sendable`: what is mutable is touched by the loading thread only (rule R6); the rest is set once, under
/// the lock.
@safe final class Library: @unchecked Sendable {
    static let shared = Library()

    /// The table for the host.
    let table: UnsafePointer<patchbay_entry>
    private let connector = Mutex<(any Connector.Type)?>(nil)
    private let descriptorMemory = Arena()
    private var descriptorMade: UnsafePointer<patchbay_descriptor>?
    /// Holds the message of the last refused opening until the next one.
    private let failureMemory = Arena()

    private init() {
        let memory = UnsafeMutablePointer<patchbay_entry>.allocate(capacity: 1)
        unsafe memory.initialize(
            to: patchbay_entry(
                struct_size: UInt32(MemoryLayout<patchbay_entry>.stride), magic: PATCHBAY_MAGIC,
                abi_major: PATCHBAY_ABI_MAJOR,
                abi_minor: 0, describe: { unsafe Library.shared.describe() },
                open: { unsafe Library.shared.open($0, $1, $2) },
                close: { instance in
                    if let instance = unsafe instance { unsafe Library.release(Instance.self, instance) }
                },
                begin: { unsafe Library.begin($0, $1, $2, $3) },
                resume: { unsafe Library.resume($0, $1, $2) },
                end: { unsafe Library.end($0) }))
        unsafe table = UnsafePointer(memory)
    }

    /// Keeps the first connector that is named.
    func adopt(_ type: any Connector.Type) {
        connector.withLock { if $0 == nil { $0 = type } }
    }

    private func describe() -> UnsafePointer<patchbay_descriptor>? {
        if let made = unsafe descriptorMade { return unsafe made }
        guard let type = connector.withLock({ $0 }) else { return nil }
        unsafe descriptorMade = descriptorMemory.descriptor(type.descriptor)
        return unsafe descriptorMade
    }

    private func open(
        _ opening: UnsafePointer<patchbay_opening>?, _ instance: UnsafeMutablePointer<OpaquePointer?>?,
        _ failure: UnsafeMutablePointer<patchbay_failure>?
    ) -> Int32 {
        guard let instance = unsafe instance, let type = connector.withLock({ $0 }) else {
            return PATCHBAY_STATUS_INVALID_ARGUMENT
        }
        unsafe instance.pointee = nil
        do {
            let made = try Instance(type, try unsafe Opening(opening))
            unsafe instance.pointee = OpaquePointer(Unmanaged.passRetained(made).toOpaque())
            return PATCHBAY_STATUS_OK
        } catch let refusal as SettingsFailure {
            failureMemory.empty()
            if let failure = unsafe failure, unsafe failure.pointee.struct_size >= patchbay_failure.firstSize {
                unsafe failure.pointee.field = failureMemory.string(refusal.field)
                unsafe failure.pointee.message = failureMemory.string(refusal.message)
            }
            return PATCHBAY_STATUS_INVALID_SETTINGS
        } catch {
            return (error as? BrokenRule)?.status ?? PATCHBAY_STATUS_INTERNAL
        }
    }

    private static func begin(
        _ instance: OpaquePointer?, _ operation: UnsafePointer<patchbay_operation>?,
        _ call: UnsafeMutablePointer<OpaquePointer?>?,
        _ step: UnsafeMutablePointer<UnsafePointer<patchbay_step>?>?
    ) -> Int32 {
        guard let instance = unsafe instance, let call = unsafe call, let step = unsafe step else {
            return PATCHBAY_STATUS_INVALID_ARGUMENT
        }
        unsafe call.pointee = nil
        unsafe step.pointee = nil
        do {
            let opened = unsafe Unmanaged<Instance>.fromOpaque(UnsafeRawPointer(instance)).takeUnretainedValue()
            let (made, first) = try unsafe opened.begin(operation)
            unsafe call.pointee = OpaquePointer(Unmanaged.passRetained(made).toOpaque())
            unsafe step.pointee = first
            return PATCHBAY_STATUS_OK
        } catch {
            return (error as? BrokenRule)?.status ?? PATCHBAY_STATUS_INTERNAL
        }
    }

    private static func resume(
        _ call: OpaquePointer?, _ response: UnsafePointer<patchbay_response>?,
        _ step: UnsafeMutablePointer<UnsafePointer<patchbay_step>?>?
    ) -> Int32 {
        guard let call = unsafe call, let step = unsafe step else { return PATCHBAY_STATUS_INVALID_ARGUMENT }
        unsafe step.pointee = nil
        do {
            let opened = unsafe Unmanaged<Call>.fromOpaque(UnsafeRawPointer(call)).takeUnretainedValue()
            unsafe step.pointee = opened.resume(try Response(response))
            return PATCHBAY_STATUS_OK
        } catch {
            return (error as? BrokenRule)?.status ?? PATCHBAY_STATUS_INTERNAL
        }
    }

    private static func end(_ call: OpaquePointer?) {
        guard let call = unsafe call else { return }
        unsafe Unmanaged<Call>.fromOpaque(UnsafeRawPointer(call)).takeUnretainedValue().engine.end()
        unsafe release(Call.self, call)
    }

    private static func release<Handle: AnyObject>(_ type: Handle.Type, _ handle: OpaquePointer) {
        unsafe Unmanaged<Handle>.fromOpaque(UnsafeRawPointer(handle)).release()
    }
}
