import PatchbayCalls
import PatchbayConnectors
import PatchbayModel
import PatchbayStore
import Synchronization

/// A token's value that ends, or that the vendor turns away, in the midst of a sync: another one is looked for before a
/// person is called.
///
/// A sync may outlive any number of values. One is rejected for good when it came in the place of another and was
/// turned away before anything came through with it.
extension IntegrationPass {
    /// Which value of which token a link speaks with.
    struct TokenMark: Hashable {
        let id: String
        let generation: Int64

        /// As a restored store writes it.
        var text: String { "\(id) \(generation)" }

        init(_ link: IntegrationLink) {
            id = link.tokenID
            generation = link.generation
        }
    }

    /// What a pass knows of its token's values.
    struct TokenState {
        /// The one that was found in the place of a refused one.
        var substitute: TokenMark?
        /// The last one with which something came through.
        var proven: TokenMark?
        /// Nothing more is sent by it.
        var refused: TokenMark?
        /// Values in a row that ended before anything came through with them.
        var fruitless = 0
        var refusalsForgiven = 0
        /// Another value is being fetched.
        var renewal: Task<Void, Never>?
        /// After one that failed while the value at hand still served.
        var renewNotBefore: Timestamp?
        /// None could be had.
        var isLost = false
    }

    /// The value that the last request of a call went out with.
    final class SpokenMark: Sendable {
        private let mark: Mutex<TokenMark>
        init(_ link: IntegrationLink) { mark = Mutex(TokenMark(link)) }
        var value: TokenMark {
            get { mark.withLock { $0 } }
            set { mark.withLock { $0 = newValue } }
        }
    }

    // MARK: Before a request

    /// What a request over a link goes out with: today's value of its token. While that is known to be over and another
    /// one is on its way, nothing leaves.
    func leaveToSpeak(over link: IntegrationLink, _ spoken: SpokenMark) async -> CredentialLeave {
        var hasWaited = false
        while true {
            let (current, token) = state.withLock { ($0.link, $0.token) }
            guard current.canRefresh, current.tokenID == link.tokenID, current.base == link.base else {
                return .speak(link.credential)
            }
            if token.isLost { return .none }
            let (mark, now) = (TokenMark(current), Timestamp.now)
            let isRefused = token.refused == mark
            let isOver = isRefused || current.span.map { now >= $0.holdAt } ?? false
            if isOver || current.span.map({ now >= $0.renewAt }) ?? false, !hasWaited,
                let renewal = renewal(of: mark, refused: isRefused), isOver
            {
                await renewal.value
                hasWaited = true
                continue
            }
            if isRefused {
                guard TokenMark(state.withLock(\.link)) == mark else { continue }
                return .none
            }
            spoken.value = mark
            return .speak(current.credential)
        }
    }

    /// Begins to fetch another value unless that is under way; nil where it is not to be begun.
    private func renewal(of mark: TokenMark, refused: Bool) -> Task<Void, Never>? {
        state.withLock { state in
            if let running = state.token.renewal { return running }
            guard TokenMark(state.link) == mark, !state.token.isLost else { return nil }
            if !refused, let time = state.token.renewNotBefore, Timestamp.now < time { return nil }
            let renewal = Task { await self.renew(mark, refused: refused) }
            state.token.renewal = renewal
            return renewal
        }
    }

    private func renew(_ mark: TokenMark, refused: Bool) async {
        defer { state.withLock { $0.token.renewal = nil } }
        do {
            let stored = try await store.token(integrationID: integrationID)
            let isStored = stored.map { $0.id == mark.id && $0.generation == mark.generation } ?? false
            use(
                try await newLink(stored, refused: refused && isStored ? mark.generation : nil), inPlaceOf: mark,
                refused: refused)
        } catch {
            let failure = SyncFailure(error, context: context)
            let endsAt = state.withLock { $0.link.span?.endsAt }
            if !refused, let endsAt, Timestamp.now < endsAt {
                // The one at hand serves until its end, and what keeps another from coming may pass until then.
                logger.warning("token could not be refreshed early", metadata: LogContext.metadata(failure))
                state.withLock { $0.token.renewNotBefore = endsAt }
                return
            }
            state.withLock { $0.token.isLost = true }
            stop(failure, needsPerson: !failure.mayPass)
        }
    }

    private func use(_ link: IntegrationLink, inPlaceOf mark: TokenMark, refused: Bool = true) {
        state.withLock { state in
            if TokenMark(link) == mark, !refused {
                // Not had this time, and looked for again when half of what is left is over.
                let left = (link.span?.endsAt ?? .now).milliseconds - Timestamp.now.milliseconds
                state.token.renewNotBefore = Timestamp.now.advanced(by: .milliseconds(max(left / 2, 0)))
                return
            }
            let isRenewed = link.tokenID == state.link.tokenID && link.base == state.link.base && link.canRefresh
            state.link = isRenewed ? state.link.renewed(by: link) : link
            state.token.renewNotBefore = nil
            guard refused else { return }
            if state.token.proven == mark { state.token.fruitless = 0 } else { state.token.fruitless += 1 }
            state.token.substitute = TokenMark(link)
        }
    }

    // MARK: After a call

    /// Takes note that a value serves, or looks for another one when a call ended because of it. When there is one,
    /// that refusal is forgiven.
    func answerRefusal(_ end: CallEnd, of mark: TokenMark) async {
        guard case .answered(let result) = end else { return }
        if case .completed = result.outcome {
            // What comes late by a value before says nothing of today's.
            state.withLock { if TokenMark($0.link) == mark { $0.token.proven = mark } }
        }
        guard result.outcome.isAboutTokenItself else { return }
        if await hasOther(than: mark) { state.withLock { $0.token.refusalsForgiven += 1 } }
    }

    /// Whether the integration goes on although a call was refused for its token.
    func forgives(_ end: CallEnd) -> Bool {
        guard case .answered(let result) = end, result.outcome.isAboutTokenItself else { return false }
        return state.withLock { state in
            guard state.token.refusalsForgiven > 0 else { return false }
            state.token.refusalsForgiven -= 1
            return true
        }
    }

    private enum Refusal {
        /// Another lane was first.
        case replaced
        /// Fresh, and turned away all the same.
        case final
        case renewable
        case other(IntegrationLink)
    }

    private func hasOther(than mark: TokenMark) async -> Bool {
        // One that was begun before the refusal may bring it.
        await state.withLock(\.token.renewal)?.value
        let refusal = state.withLock { state -> Refusal in
            guard TokenMark(state.link) == mark else { return .replaced }
            let isOver = state.link.span.map { $0.holdAt <= .now } ?? false
            if state.token.substitute == mark, state.token.proven != mark,
                !isOver || state.token.fruitless >= Limits.tokensFruitlessMax
            {
                return .final
            }
            guard state.link.canRefresh else { return .other(state.link) }
            // From here on nobody sends by it.
            state.token.refused = mark
            return .renewable
        }
        switch refusal {
        case .replaced: return true
        case .final: return false
        case .renewable:
            await renewal(of: mark, refused: true)?.value
            // Where there was none, the pass has been stopped, with the reason.
            return true
        case .other(let link): return await hasOther(than: mark, link)
        }
    }

    /// Of a token that is not refreshed: what was stored meanwhile, else its value from before a rotation.
    private func hasOther(than mark: TokenMark, _ link: IntegrationLink) async -> Bool {
        do {
            let stored = try await store.token(integrationID: integrationID)
            let isStored = stored.map { $0.id == mark.id && $0.generation == mark.generation } ?? false
            if !isStored {
                use(try await newLink(stored), inPlaceOf: mark)
                return true
            }
            guard let previous = try await store.previousTokens(integrationID: integrationID, now: .now).first else {
                return false
            }
            use(try await newLink(previous.token, isStored: false), inPlaceOf: mark)
            let note =
                "the token was refused, and its value from before the rotation is used until \(previous.until.text); "
                + "`patchbay token rotate --undo \(link.integration.name)` goes back to it for good"
            state.withLock { $0.report.notes.append(note) }
            logger.warning(
                "rotated token was refused, the value before is used", metadata: LogContext.metadata(context, [:]))
            return true
        } catch {
            stop(SyncFailure(error, context: context), needsPerson: true)
            return true
        }
    }
}

extension SyncFailure {
    /// It may be over by itself: nobody need act.
    var mayPass: Bool { [.unreachable, .rateLimited, .vendorAnswerInvalid, .storeLocked].contains(code) }
}
