import PatchbayModel
import Synchronization

/// Our conversation with one opened instance of a connector: one integration's settings and the kind of its token.
///
/// It keeps its worker alive. When the worker dies, every call of the session throws, and a new session must be opened.
/// A stranger's worker may be ended for another's sake while the session has no call under way; then the next call
/// opens the same instance in a new one, and what the instance had learnt is lost, as R8 of the interface says it may.
/// The instance is closed when the session and all its calls are gone.
package final class ConnectorSession: Sendable {
    package let descriptor: ConnectorDescriptor
    private let opening: ConnectorOpening
    private let shelf: WorkerShelf
    private let holder: String?
    private let state: Mutex<State>

    private struct State {
        var place: Place
        var listener: (any Listener)?
    }

    /// Where the instance is.
    struct Place: Sendable {
        let worker: Worker
        let instance: UInt64
    }

    private init(_ place: Place, _ opening: ConnectorOpening, on shelf: WorkerShelf, holder: String?) {
        descriptor = place.worker.descriptor
        self.opening = opening
        self.shelf = shelf
        self.holder = holder
        state = Mutex(State(place: place))
    }

    deinit {
        let place = state.withLock { $0.place }
        place.worker.link.closeInstance(place.instance)
    }

    /// Opens an instance. Throws `settings_missing`, `settings_invalid`, `token_invalid` (no such kind), or what ended
    /// the worker. With a `holder` in a worker of that holder's own.
    static func open(_ opening: ConnectorOpening, on shelf: WorkerShelf, holder: String?) async throws
        -> ConnectorSession
    {
        let worker = try await shelf.worker(for: holder)
        defer { worker.use.leave() }
        return ConnectorSession(try await place(opening, in: worker), opening, on: shelf, holder: holder)
    }

    /// The instance, its worker in use until `use.leave()`. Throws as `open` does.
    func enter() async throws -> Place {
        while true {
            let place = state.withLock { $0.place }
            if place.worker.use.enter() { return place }
            // Away from the caller's thread: a worker has to be started.
            try await withTaskExecutorPreference(globalConcurrentExecutor) { try await self.move(from: place) }
        }
    }

    private func move(from old: Place) async throws {
        let worker = try await shelf.worker(for: holder)
        defer { worker.use.leave() }
        let place = try await Self.place(opening, in: worker)
        let (isMoved, listener) = state.withLock { state in
            // Another call of the session was faster.
            guard state.place.worker === old.worker else { return (false, state.listener) }
            state.place = place
            return (true, state.listener)
        }
        guard isMoved else { return worker.link.closeInstance(place.instance) }
        if let listener { worker.link.listen(on: listener) }
    }

    private static func place(_ opening: ConnectorOpening, in worker: Worker) async throws -> Place {
        let descriptor = worker.descriptor
        let settings = try descriptor.completed(opening.settings, isPartial: opening.isPartial)
        guard let kind = descriptor.tokenKind(named: opening.tokenKind) else {
            let known = descriptor.tokenKinds.map(\.name).joined(separator: ", ")
            throw ConnectorError(
                .tokenInvalid,
                "\(descriptor.name) takes no token of the kind \(opening.tokenKind ?? ""): it takes \(known).")
        }
        let id = try worker.link.takeInstance()
        let frame = OperationEncoding.opening(opening, settings: settings, tokenKind: kind.name, id: id)
        guard let bytes = frame.finish(bytesMax: Limits.frameBytesMax) else {
            worker.link.instanceFailed(id)
            throw ConnectorError(.settingsInvalid, "The settings are larger than a connector can be given.")
        }
        let answer = try await worker.link.ask(bytes, id: id)
        if FrameKind(rawValue: answer.kind) == .opened { return Place(worker: worker, instance: id) }
        worker.link.instanceFailed(id)
        throw openError(answer, descriptor: descriptor)
    }

    private static func openError(_ answer: Frame, descriptor: ConnectorDescriptor) -> ConnectorError {
        do throws(WireFault) {
            guard FrameKind(rawValue: answer.kind) == .openFailed else {
                throw WireFault("answered an opening with a frame of kind \(answer.kind)")
            }
            var reader = FrameReader(answer.payload)
            let status = try reader.number()
            let rule = try reader.count()
            let field = try reader.words(bytesMax: Limits.nameBytesMax)
            let message = try reader.words(bytesMax: Limits.vendorMessageBytesMax)
            if rule != 0 { throw WireFault("broke a rule of the interface in \(message ?? "open")", rule: rule) }
            guard status == 3 else { return ConnectorError.status(status, of: descriptor, doing: "open") }
            let words = message ?? "they were refused without a reason"
            return ConnectorError(
                .settingsInvalid, "The settings are not valid: \(field.map { "\($0): " } ?? "")\(words)",
                status: Int32(bitPattern: status))
        } catch {
            return ConnectorError.protocolBroken(by: descriptor, error)
        }
    }

    /// Has its worker's answers read on the listener's thread, for who waits there.
    package func listen(on listener: any Listener) {
        let worker = state.withLock { state in
            state.listener = listener
            return state.place.worker
        }
        worker.link.listen(on: listener)
    }

    /// A call that has not begun. Free of cost until it does.
    package func call(_ operation: ConnectorOperation) -> ConnectorCall { ConnectorCall(operation, session: self) }
}

extension ConnectorError {
    /// A status that a connector returned instead of an answer.
    static func status(_ number: UInt32, of descriptor: ConnectorDescriptor, doing what: String) -> ConnectorError {
        let name = descriptor.name
        let status = Int32(bitPattern: number)
        let (code, message): (ErrorCode, String) =
            switch status {
            case 1: (.operationUnsupported, "\(name) does not support \(what).")
            case 2:
                (.connectorProtocol, "\(name) says that \(what) broke a rule of the interface. Report it to its maker.")
            case 4: (.connectorCrashed, "\(name) ran out of memory at \(what). Try a smaller batch.")
            default: (.connectorCrashed, "\(name) failed inside at \(what) (status \(status)). Report it to its maker.")
            }
        return ConnectorError(code, message, status: status)
    }

    static func protocolBroken(by descriptor: ConnectorDescriptor, _ what: String, rule: Int? = nil) -> ConnectorError {
        ConnectorError(
            .connectorProtocol, "\(descriptor.name) \(what). The call is over; report it to the connector's maker.",
            rule: rule)
    }

    static func protocolBroken(by descriptor: ConnectorDescriptor, _ fault: WireFault) -> ConnectorError {
        protocolBroken(by: descriptor, fault.text, rule: fault.rule)
    }
}
