import Logging
import PatchbayConnectors
import PatchbayModel
import PatchbayRecording
import PatchbayTransport

/// Takes one call to its end: the connector says which request, the transport performs it, until there is a result.
///
/// A failed transfer never reaches the connector. What reads or may be repeated is tried again here; what must happen once is
/// not, and its loss ends the call.
package struct Conversation: Sendable {
    private let link: IntegrationLink
    private let transport: Transport
    private let logger: Logger
    private let maySend: @Sendable () -> Bool
    private let admission: Admission?
    private let afterLookUps: @Sendable () -> Void

    /// `maySend` is asked right before a request that must happen once leaves, and while it waits for its place: what was right when the
    /// call began may not be any more. When it says no, the call ends as cancelled, and nothing has left. `admission` is the budget's
    /// leave for this call, used up by its first request. `afterLookUps` is called before the first request that changes something stands in
    /// line for its place: what the connector had to ask first, it now knows, and other calls need not ask.
    package init(
        link: IntegrationLink, transport: Transport, logger: Logger, admission: Admission? = nil,
        maySend: @escaping @Sendable () -> Bool = { true }, afterLookUps: @escaping @Sendable () -> Void = {}
    ) {
        self.link = link
        self.transport = transport
        self.logger = logger
        self.admission = admission
        self.maySend = maySend
        self.afterLookUps = afterLookUps
    }

    package func run(_ operation: ConnectorOperation) async -> (end: CallEnd, evidence: CallEvidence) {
        var evidence = CallEvidence()
        guard let recorder = link.recorder else {
            var notes: CallRecorder?
            return (await talk(link.session.call(operation), &evidence, &notes), evidence)
        }
        let session: ConnectorSession
        do { session = try await recorder.session() } catch { return (Self.end(of: error), evidence) }
        var notes: CallRecorder? = recorder.call(operation)
        let end = await talk(session.call(operation), &evidence, &notes)
        notes?.finish(end)
        return (end, evidence)
    }

    private static func end(of error: any Error) -> CallEnd {
        if let failure = error as? any PatchbayFailure { return .connectorFailed(failure) }
        return Task.isCancelled ? .cancelled : .connectorFailed(CallError(.internalError, "\(error)"))
    }

    private func talk(_ call: ConnectorCall, _ evidence: inout CallEvidence, _ notes: inout CallRecorder?) async -> CallEnd {
        defer { call.end() }
        do {
            var step = try await call.begin()
            while true {
                if let note = step.diagnostic {
                    logger.debug("connector diagnostic", metadata: ["integration": "\(link.integration.name)", "text": "\(note)"])
                }
                switch step.action {
                case .done(let result):
                    return .answered(result)
                case .request(let request):
                    if Task.isCancelled && !evidence.onceLeft { return .cancelled }
                    let startedAt = Timestamp.now
                    let clock = ContinuousClock.now
                    let answer = await exchange(request, &evidence)
                    notes?.add(request, answer, startedAt: startedAt, took: ContinuousClock.now - clock)
                    switch answer {
                    case .success(let response): step = try await understood(response, request, call, sentAt: evidence.sentAt ?? startedAt)
                    case .failure(let stop): return stop.end
                    }
                }
            }
        } catch {
            return Self.end(of: error)
        }
    }

    /// What the connector makes of an answer. The request keeps its place until then: what the answer tells of the limits, above all a
    /// request to wait, must hold for whoever comes next. Only where the connector says that a request to wait shows by its status is the
    /// place free at once; where requests go one after the other, that takes a fifth off the time of each.
    private func understood(
        _ response: HTTPResponse, _ request: HTTPRequest, _ call: ConnectorCall, sentAt: Timestamp
    ) async throws -> ConnectorStep {
        let writes = Self.writes(request)
        let mayAskToWait = !link.descriptor.throttlesByStatus || response.status >= 400
        let keepsPlace = mayAskToWait ? true : await !link.budget.leaveUnread(writes: writes)
        do {
            let step = try await call.resume(response)
            await link.budget.learn(step.budgetFacts, sentAt: sentAt, now: .now, keepsPlace: keepsPlace)
            if case .done(let result) = step.action, case .throttled(let retry) = result.outcome {
                let time = retry.earliest(now: .now) ?? Timestamp.now.advanced(by: Limits.retryPauseFirst)
                await link.budget.pause(until: time, sentAt: sentAt)
            }
            await link.budget.leave(writes: writes, keepsPlace: keepsPlace)
            return step
        } catch {
            await link.budget.leave(writes: writes, keepsPlace: keepsPlace)
            throw error
        }
    }

    private static func writes(_ request: HTTPRequest) -> Int { request.effect == .none ? 0 : request.writeCost }

    /// A call's end on its way out of an exchange.
    struct Stop: Error { let end: CallEnd }

    /// A request that was answered keeps its place in the token's budget.
    private func exchange(_ request: HTTPRequest, _ evidence: inout CallEvidence) async -> Result<HTTPResponse, Stop> {
        let once = request.effect == .once
        if evidence.onceLeft { evidence.requestsAfterOnce += 1 }
        if request.effect != .none { afterLookUps() }
        var pause = Limits.exchangePauseFirst
        for attempt in 1... {
            let writes = Self.writes(request)
            // What reads after the request that counts must be asked, or its answer would be for nothing.
            let patience = evidence.onceLeft ? Duration.seconds(86_400) : Limits.pauseInsideSyncMax
            let anyTime: @Sendable () -> Bool = { true }
            let mayWait = once ? maySend : anyTime
            if let until = await link.budget.enter(units: max(writes, 1), writes: writes, patience: patience, admission, while: mayWait) {
                return .failure(Stop(end: .paused(until)))
            }
            // Asked only now, because the wait for the budget may have been long.
            if !mayWait() || (Task.isCancelled && !evidence.onceLeft) {
                await link.budget.leave(writes: writes)
                return .failure(Stop(end: .cancelled))
            }
            evidence.sentAt = .now
            let result = await transport.perform(request, to: link.base, credential: link.credential)
            if case .response = result {} else { await link.budget.leave(writes: writes) }
            evidence.requests += 1
            evidence.lastStatus = nil
            let reason: String
            switch result {
            case .response(let response, _):
                if once { evidence.onceLeft = true }
                if request.effect != .none { evidence.effectAnswered = true }
                evidence.lastStatus = response.status
                return .success(response)
            case .refused(let error):
                return .failure(Stop(end: Self.isAboutToken(error.code) ? .credentialFailed(error) : .connectorFailed(error)))
            case .tooLarge(let error), .lost(let error):
                if once {
                    evidence.onceLeft = true
                    return .failure(Stop(end: .lost(error.message)))
                }
                // The same question would get the same flood again.
                if case .tooLarge = result { return .failure(Stop(end: .connectorFailed(error))) }
                reason = error.message
            case .notSent(let error):
                reason = error.message
            }
            if Task.isCancelled { return .failure(Stop(end: .cancelled)) }
            guard attempt < Limits.exchangeAttemptsMax else { return .failure(Stop(end: .unreachable(reason))) }
            logger.info(
                "transfer failed, trying again",
                metadata: ["integration": "\(link.integration.name)", "attempt": "\(attempt)", "reason": "\(reason)"])
            try? await Task.sleep(for: pause * Double.random(in: 0.5...1))
            pause *= 2
        }
        preconditionFailure("the loop above ends by returning")
    }

    private static func isAboutToken(_ code: ErrorCode) -> Bool {
        [.tokenMissing, .tokenDamaged, .tokenOriginChanged, .tokenInvalid, .keyMissing, .keyWrong, .storeTooNew].contains(code)
    }
}

/// What goes wrong between connector and transport that neither of them names.
package struct CallError: PatchbayFailure {
    package let code: ErrorCode
    package let message: String
    package let context: ErrorContext

    package init(_ code: ErrorCode, _ message: String, context: ErrorContext = ErrorContext()) {
        self.code = code
        self.message = message
        self.context = context
    }
}
