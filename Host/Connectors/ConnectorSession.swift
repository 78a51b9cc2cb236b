import PatchbayModel

/// Our conversation with one opened instance of a connector: one integration's settings and the kind of its token.
///
/// It keeps its worker alive. When the worker dies, every call of the session throws, and a new session must be opened. The instance
/// is closed when the session and all its calls are gone.
package final class ConnectorSession: Sendable {
    package let descriptor: ConnectorDescriptor
    let worker: Worker
    let instance: UInt64

    private init(worker: Worker, instance: UInt64) {
        self.worker = worker
        self.descriptor = worker.descriptor
        self.instance = instance
    }

    deinit { worker.link.closeInstance(instance) }

    /// Opens an instance. Throws `settings_missing`, `settings_invalid`, `token_invalid` (no such kind), or what ended the worker.
    static func open(_ opening: ConnectorOpening, in worker: Worker) async throws -> ConnectorSession {
        let descriptor = worker.descriptor
        let settings = try descriptor.completed(opening.settings, isPartial: opening.isPartial)
        guard let kind = descriptor.tokenKind(named: opening.tokenKind) else {
            let known = descriptor.tokenKinds.map(\.name).joined(separator: ", ")
            throw ConnectorError(
                .tokenInvalid, "\(descriptor.name) takes no token of the kind \(opening.tokenKind ?? ""): it takes \(known).")
        }
        let id = try worker.link.takeInstance()
        let frame = OperationEncoding.opening(opening, settings: settings, tokenKind: kind.name, id: id)
        guard let bytes = frame.finish(bytesMax: Limits.frameBytesMax) else {
            worker.link.instanceFailed(id)
            throw ConnectorError(.settingsInvalid, "The settings are larger than a connector can be given.")
        }
        let answer = try await worker.link.ask(bytes, id: id)
        if FrameKind(rawValue: answer.kind) == .opened { return ConnectorSession(worker: worker, instance: id) }
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
            let brokeRule = try reader.flag("broken rule")
            let field = try reader.words(bytesMax: Limits.nameBytesMax)
            let message = try reader.words(bytesMax: Limits.vendorMessageBytesMax)
            if brokeRule { throw WireFault("broke a rule of the interface in \(message ?? "open")") }
            guard status == 3 else { return ConnectorError.status(status, of: descriptor, doing: "open") }
            let words = message ?? "they were refused without a reason"
            return ConnectorError(.settingsInvalid, "The settings are not valid: \(field.map { "\($0): " } ?? "")\(words)")
        } catch {
            return ConnectorError.protocolBroken(by: descriptor, error.text)
        }
    }

    /// A call that has not begun. Free of cost until it does.
    package func call(_ operation: ConnectorOperation) -> ConnectorCall { ConnectorCall(operation, session: self) }
}

extension ConnectorError {
    /// A status that a connector returned instead of an answer.
    static func status(_ status: UInt32, of descriptor: ConnectorDescriptor, doing what: String) -> ConnectorError {
        switch status {
        case 1: ConnectorError(.operationUnsupported, "\(descriptor.name) does not support \(what).")
        case 2:
            ConnectorError(
                .connectorProtocol, "\(descriptor.name) says that \(what) broke a rule of the interface. Report it to its maker.")
        case 4: ConnectorError(.connectorCrashed, "\(descriptor.name) ran out of memory at \(what). Try a smaller batch.")
        default:
            ConnectorError(
                .connectorCrashed,
                "\(descriptor.name) failed inside at \(what) (status \(Int32(bitPattern: status))). Report it to its maker.")
        }
    }

    static func protocolBroken(by descriptor: ConnectorDescriptor, _ what: String) -> ConnectorError {
        ConnectorError(.connectorProtocol, "\(descriptor.name) \(what). The call is over; report it to the connector's maker.")
    }
}
