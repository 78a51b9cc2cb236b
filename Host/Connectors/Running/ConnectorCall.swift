import PatchbayModel
import Synchronization

/// One conversation with a connector about one operation. Used by one task at a time: `begin`, then `resume` with each
/// response until the step is done; `end`, or letting go of it, gives it up before that.
package final class ConnectorCall: Sendable {
    /// Writes over what must not be seen, in place.
    package typealias Masking = (inout [UInt8]) -> Void

    package let operation: ConnectorOperation
    private let session: ConnectorSession
    private let state: Mutex<CallState>

    init(_ operation: ConnectorOperation, session: ConnectorSession) {
        self.operation = operation
        self.session = session
        state = Mutex(CallState())
    }

    deinit { end() }

    /// The first step. `masking` writes over what a text that the connector gives back holds of a token. Throws
    /// `operation_unsupported` when the connector does not offer it, `connector_protocol` when the answer breaks a
    /// rule, `connector_crashed`, `connector_timeout` or `cancelled` when the worker ended. After any of them the call
    /// is over.
    package func begin(masking: Masking = { _ in }) async throws -> ConnectorStep {
        let descriptor = session.descriptor
        guard let batch = descriptor.operations[operation.number] else {
            throw ConnectorError.status(1, of: descriptor, doing: operation.number.word)
        }
        precondition(operation.tasks.count <= batch, "a call holds more tasks than its connector takes")
        let place = try await session.enter()
        let id: UInt64
        do { id = try place.worker.link.takeCall() } catch {
            place.worker.use.leave()
            throw error
        }
        let open = OpenCall(id: id, worker: place.worker)
        let frame = OperationEncoding.begin(operation, instance: place.instance, id: id)
        guard let bytes = frame.finish(bytesMax: Limits.frameBytesMax) else {
            open.worker.link.callEnded(id)
            open.worker.use.leave()
            throw ConnectorError(.taskInvalid, "The tasks are larger than one call can carry; send fewer at once.")
        }
        state.withLock { $0.opened(open) }
        return try await step(bytes, open, masking)
    }

    /// The step after a response. `exchanging` is how long all exchanges of the call have taken. Throws as `begin`
    /// does.
    package func resume(
        _ response: HTTPResponse, exchanging: Duration = .zero, masking: Masking = { _ in }
    ) async throws -> ConnectorStep {
        let open = state.withLock { state in
            state.answered(response, exchanging: exchanging)
            return state.open
        }
        guard let open else { preconditionFailure("a call was resumed that is not open") }
        guard let bytes = OperationEncoding.resume(response, id: open.id).finish(bytesMax: Limits.frameBytesMax) else {
            end()
            throw ConnectorError(.responseTooLarge, "The response is larger than a connector can be given.")
        }
        return try await step(bytes, open, masking)
    }

    /// Gives the call up. May be called at any time and more than once.
    package func end() {
        close { $0.endCall($1) }
    }

    /// Ends it once: `tell` says how, to the link of its worker.
    private func close(_ tell: (WorkerLink, UInt64) -> Void) {
        guard let open = state.withLock({ $0.close() }) else { return }
        tell(open.worker.link, open.id)
        open.worker.use.leave()
    }

    private func step(_ bytes: [UInt8], _ open: OpenCall, _ masking: Masking) async throws -> ConnectorStep {
        let asked = ContinuousClock.now
        var answer = try await open.worker.link.ask(bytes, id: open.id)
        state.withLock { $0.computed(ContinuousClock.now - asked) }
        do {
            switch FrameKind(rawValue: answer.kind) {
            case .step:
                if StepDecoding.isResult(answer.payload) { masking(&answer.payload) }
                let step = try StepDecoding.step(
                    answer.payload, operation: operation.number, tasks: operation.tasks.count
                ).masked(by: masking)
                try state.withLock { state throws(WireFault) in try state.accept(step, of: operation.number) }
                if case .done = step.action { close { $0.callFinished($1) } }
                return step
            case .callFailed:
                // The worker has ended the call itself.
                close { $0.callEnded($1) }
                masking(&answer.payload)
                throw try failure(answer)
            default: throw WireFault("answered a call with a frame of kind \(answer.kind)")
            }
        } catch let fault as WireFault {
            end()
            throw ConnectorError.protocolBroken(by: session.descriptor, fault)
        }
    }

    private func failure(_ answer: Frame) throws(WireFault) -> ConnectorError {
        var reader = FrameReader(answer.payload)
        let status = try reader.number()
        let rule = try reader.count()
        let what = try reader.words(bytesMax: Limits.vendorMessageBytesMax)
        guard rule == 0 else {
            return .protocolBroken(
                by: session.descriptor, "broke a rule of the interface in \(what ?? "a step")", rule: rule)
        }
        return .status(status, of: session.descriptor, doing: operation.number.word)
    }
}
