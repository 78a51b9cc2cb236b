import Logging
import PatchbayConnectors
import PatchbayModel
import PatchbayRecording
import PatchbayTransport

/// Takes one call to its end: the connector says which request, the transport performs it, until there is a result.
///
/// A failed transfer never reaches the connector. What reads or may be repeated is tried again here; what must happen
/// once is not, and its loss ends the call.
package struct Conversation: Sendable {
    private let link: IntegrationLink
    private let transport: Transport
    private let logger: Logger
    private let maySend: @Sendable () -> Bool
    private let admission: Admission?
    private let bodyBytesMax: Int
    private let pauses: TokenPauses?
    private let afterLookUps: @Sendable () -> Void
    private let credential: (@Sendable () async -> CredentialLeave)?
    private let triesMax: Int
    private let mask: CallMask

    /// `maySend` is asked right before a request that must happen once leaves, and while it waits for its place: what
    /// was right when the call began may not be any more. When it says no, the call ends as cancelled, and nothing has
    /// left. `credential` is asked before each request for what it goes out with; without it that is the link's. A
    /// transfer that fails is tried `triesMax` times. `admission` is the budget's leave for this call, used up by its
    /// first request. A request that changes something and has more than `bodyBytesMax` ends the call as too large
    /// before it leaves. A probe is sent within the pause that keeps others from sending. `afterLookUps` is called
    /// before the first request that changes something stands in line for its place: what the connector had to ask
    /// first, it now knows, and other calls need not ask.
    package init(
        link: IntegrationLink, transport: Transport, logger: Logger, admission: Admission? = nil,
        bodyBytesMax: Int = .max,
        isProbe: Bool = false, triesMax: Int = Limits.exchangeAttemptsMax,
        credential: (@Sendable () async -> CredentialLeave)? = nil,
        maySend: @escaping @Sendable () -> Bool = { true }, afterLookUps: @escaping @Sendable () -> Void = {}
    ) {
        self.triesMax = triesMax
        self.credential = credential
        self.link = link
        mask = CallMask(link.credential)
        self.transport = transport
        self.logger = logger
        self.admission = admission
        self.bodyBytesMax = bodyBytesMax
        pauses = isProbe ? nil : link.pauses
        self.maySend = maySend
        self.afterLookUps = afterLookUps
    }

    package func run(_ operation: ConnectorOperation) async -> (end: CallEnd, evidence: CallEvidence) {
        var evidence = CallEvidence()
        guard let recorder = link.recorder else {
            var notes: CallRecorder?
            return (await talk(link.session.call(operation), operation, &evidence, &notes), evidence)
        }
        let session: ConnectorSession
        do { session = try await recorder.session() } catch { return (Self.end(of: error), evidence) }
        var notes: CallRecorder? = recorder.call(operation)
        let end = await talk(session.call(operation), operation, &evidence, &notes)
        notes?.finish(end)
        return (end, evidence)
    }

    private static func end(of error: any Error) -> CallEnd {
        if let failure = error as? any PatchbayFailure { return .connectorFailed(failure) }
        return Task.isCancelled ? .cancelled : .connectorFailed(CallError(.internalError, "\(error)"))
    }

    private func talk(
        _ call: ConnectorCall, _ operation: ConnectorOperation, _ evidence: inout CallEvidence,
        _ notes: inout CallRecorder?
    ) async -> CallEnd {
        defer { call.end() }
        var wasTold = false
        do {
            var step = try await call.begin(masking: mask.apply)
            while true {
                if let note = step.diagnostic {
                    logger.debug(
                        "connector diagnostic",
                        metadata: ["integration": "\(link.integration.name)", "text": "\(note)"])
                }
                if let excess = step.excess, !wasTold {
                    wasTold = true
                    tell(excess, in: operation.number)
                }
                switch step.action {
                case .done(let result):
                    return .answered(result)
                case .request(let request):
                    if Task.isCancelled && !evidence.onceLeft { return .cancelled }
                    let startedAt = Timestamp.now
                    let clock = ContinuousClock.now
                    let risk = RequestRisk(request, of: operation, link.descriptor)
                    let bytes = request.body?.count ?? 0
                    if bytes > bodyBytesMax, risk.mayChange, evidence.isBare { return .tooLarge(bytes) }
                    let answer = await exchange(request, of: operation.number, risk, &evidence)
                    notes?.add(request, answer, startedAt: startedAt, took: ContinuousClock.now - clock)
                    switch answer {
                    case .success(let response):
                        let kind = RequestKind(operation.number, request.effect)
                        let sentAt = evidence.sentAt ?? startedAt
                        (step, evidence.limitIsOfKind) = try await understood(
                            response, request, kind, call, evidence.exchanging, sentAt: sentAt)
                    case .failure(let stop): return stop.end
                    }
                }
            }
        } catch {
            return Self.end(of: mask.applied(to: error))
        }
    }

    /// What the connector makes of an answer. The request keeps its place until then: what the answer tells of the
    /// limits, above all a request to wait, must hold for whoever comes next. Only where the connector says that a
    /// request to wait shows by its status is the place free at once; where requests go one after the other, that takes
    /// a fifth off the time of each.
    private func understood(
        _ response: HTTPResponse, _ request: HTTPRequest, _ kind: RequestKind, _ call: ConnectorCall,
        _ exchanging: Duration, sentAt: Timestamp
    ) async throws -> (ConnectorStep, limitIsOfKind: Bool) {
        let writes = Self.writes(request)
        let mayAskToWait = !link.descriptor.throttlesByStatus || response.status >= 400
        let keepsPlace = mayAskToWait ? true : await !link.budget.leaveUnread(writes: writes, kind)
        do {
            let step = try await call.resume(response, exchanging: exchanging, masking: mask.apply)
            // What is used up of one kind is held by its bucket, and asks nothing of others.
            let isOfKind = await link.budget.learn(
                step.budgetFacts, units: Double(max(writes, 1)), kind, sentAt: sentAt, now: .now,
                keepsPlace: keepsPlace)
            if case .done(let result) = step.action, !isOfKind, let pause = result.outcome.pause(now: .now) {
                if case .throttled = result.outcome {
                    await link.budget.pause(until: pause.until, sentAt: sentAt)
                } else {
                    await link.budget.rest(until: pause.until)
                }
                await link.pauses?.note(pause)
            }
            await link.budget.leave(writes: writes, kind, keepsPlace: keepsPlace)
            return (step, isOfKind)
        } catch {
            await link.budget.leave(writes: writes, kind, keepsPlace: keepsPlace)
            throw error
        }
    }

    /// A connector that says too much is heard as far as may be; who runs it is told.
    private func tell(_ excess: StepExcess, in operation: OperationNumber) {
        logger.warning(
            "a connector says more than it may",
            metadata: [
                "integration": "\(link.integration.name)", "operation": "\(operation.word)",
                "text": "\(link.descriptor.name) \(excess.words)",
            ])
    }

    private static func writes(_ request: HTTPRequest) -> Int { request.effect == .none ? 0 : request.writeCost }

    /// A call's end on its way out of an exchange.
    struct Stop: Error { let end: CallEnd }

    /// A request that was answered keeps its place in the token's budget.
    private func exchange(
        _ request: HTTPRequest, of operation: OperationNumber, _ risk: RequestRisk,
        _ evidence: inout CallEvidence
    ) async -> Result<HTTPResponse, Stop> {
        if evidence.onceLeft { evidence.requestsAfterOnce += 1 }
        if risk.mayChange { afterLookUps() }
        var pause = Limits.exchangePauseFirst
        var wasLost = false
        for attempt in 1... {
            let reason: String
            let wasDeclined: Bool
            switch await attemptOnce(request, RequestKind(operation, request.effect), risk, &evidence) {
            case .ended(let answer):
                // One of the tries before may have done what this one did not.
                if wasLost { evidence.noteLostBefore(answer) }
                return answer
            case .failed(let words, let isLost, let isDeclined):
                (reason, wasDeclined) = (words, isDeclined)
                wasLost = wasLost || (isLost && risk.isRepeatedInside)
            }
            let isOver = attempt >= triesMax
            if Task.isCancelled || isOver {
                if wasLost { evidence.onceLeft = true }
                if Task.isCancelled { return .failure(Stop(end: .cancelled)) }
                return .failure(
                    Stop(end: wasLost ? .lost(reason) : wasDeclined ? .declined(reason) : .unreachable(reason)))
            }
            logger.info(
                "transfer failed, trying again",
                metadata: ["integration": "\(link.integration.name)", "attempt": "\(attempt)", "reason": "\(reason)"])
            try? await Task.sleep(for: pause * Double.random(in: 0.5...1))
            pause *= 2
        }
        preconditionFailure("the loop above ends by returning")
    }

    private enum Attempt {
        case ended(Result<HTTPResponse, Stop>)
        /// May be tried again.
        case failed(String, isLost: Bool, isDeclined: Bool = false)
    }

    private func attemptOnce(
        _ request: HTTPRequest, _ kind: RequestKind, _ risk: RequestRisk, _ evidence: inout CallEvidence
    ) async -> Attempt {
        let writes = Self.writes(request)
        // What reads after the request that counts must be asked, or its answer would be for nothing.
        let patience = evidence.onceLeft ? Duration.seconds(86_400) : Limits.pauseInsideSyncMax
        let anyTime: @Sendable () -> Bool = { true }
        let mayWait = risk.isOnce || risk.isRepeatedInside ? maySend : anyTime
        if let wait = await link.budget.enter(
            units: max(writes, 1), writes: writes, kind, patience: patience, admission, pauses: pauses, while: mayWait)
        {
            evidence.limitIsOfKind = wait.isOfKind
            return .ended(.failure(Stop(end: .paused(wait.until))))
        }
        let leave = await self.credential?() ?? .speak(link.credential)
        // Asked only now, because the waits for the budget and the token may have been long.
        guard case .speak(let credential) = leave, mayWait(), !Task.isCancelled || evidence.onceLeft else {
            await link.budget.leave(writes: writes, kind)
            return .ended(.failure(Stop(end: .cancelled)))
        }
        mask.note(credential)
        evidence.sentAt = .now
        var sent = request
        if risk.isOnce { sent.effect = .once }
        let leftAt = ContinuousClock.now
        let result = await transport.perform(sent, to: link.base, credential: credential)
        evidence.exchanging += ContinuousClock.now - leftAt
        if case .response = result {} else { await link.budget.leave(writes: writes, kind) }
        evidence.requests += 1
        evidence.lastStatus = nil
        switch result {
        case .response(let response, let timing):
            link.vendor.note(timing.date)
            evidence.note(response, timing, request, risk)
            return .ended(.success(response))
        case .refused(let error):
            return .ended(
                .failure(Stop(end: Self.isAboutToken(error.code) ? .credentialFailed(error) : .connectorFailed(error))))
        case .tooLarge(let error), .lost(let error):
            if risk.isOnce {
                evidence.onceLeft = true
                return .ended(.failure(Stop(end: .lost(error.message))))
            }
            // The same question would get the same flood again.
            if case .tooLarge = result {
                if risk.isRepeatedInside { evidence.onceLeft = true }
                return .ended(.failure(Stop(end: .connectorFailed(error))))
            }
            return .failed(error.message, isLost: true)
        case .notSent(let error):
            return .failed(error.message, isLost: false)
        case .declined(let error):
            return .failed(error.message, isLost: false, isDeclined: true)
        }
    }

    private static func isAboutToken(_ code: ErrorCode) -> Bool {
        [.tokenMissing, .tokenDamaged, .tokenOriginChanged, .tokenInvalid, .keyMissing, .keyWrong, .storeTooNew]
            .contains(code)
    }
}

extension CallEvidence {
    /// Takes down how a request ended of which an earlier try was lost.
    fileprivate mutating func noteLostBefore(_ answer: Result<HTTPResponse, Conversation.Stop>) {
        switch answer {
        case .failure: onceLeft = true
        case .success(let response): if !(200..<300).contains(response.status) { faultAnswered = true }
        }
    }

    /// Takes down that a request was answered.
    fileprivate mutating func note(
        _ response: HTTPResponse, _ timing: TransferTiming, _ request: HTTPRequest, _ risk: RequestRisk
    ) {
        answered += 1
        lastStatus = response.status
        tooLarge = response.status == 413 && risk.mayChange ? request.body?.count ?? 0 : nil
        if let date = timing.date {
            vendorDate = date
            if answered == 1 { vendorAtStart = date.advanced(by: .zero - timing.total) }
        }
        if risk.mayChange { effectAnswered = true }
        // A server or a gateway that gives up may have acted before.
        if risk.isDoubted, response.status >= 500 { faultAnswered = true }
        if request.effect == .once { onceLeft = true }
        if risk.isSuspect, (200..<300).contains(response.status) { changeAnswered = true }
    }
}
