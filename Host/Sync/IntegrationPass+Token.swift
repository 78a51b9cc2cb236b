import PatchbayCalls
import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// A token that the vendor turns away in the midst of a sync: another one is looked for once, before a person is called.
extension IntegrationPass {
    /// Which value of which token a link speaks with.
    struct TokenMark: Hashable {
        let id: String
        let generation: Int64

        init(_ link: IntegrationLink) {
            id = link.tokenID
            generation = link.generation
        }
    }

    /// Looks for another token when a call ended because of the one it used. When there is one, that refusal is forgiven.
    func answerRefusal(_ end: CallEnd, of link: IntegrationLink) async {
        guard case .answered(let result) = end, result.outcome.isAboutTokenItself else { return }
        if await hasOther(than: link) { state.withLock { $0.refusalsForgiven += 1 } }
    }

    /// Whether the integration goes on although a call was refused for its token.
    func forgives(_ end: CallEnd) -> Bool {
        guard case .answered(let result) = end, result.outcome.isAboutTokenItself else { return false }
        return state.withLock { state in
            guard state.refusalsForgiven > 0 else { return false }
            state.refusalsForgiven -= 1
            return true
        }
    }

    private func hasOther(than link: IntegrationLink) async -> Bool {
        let mark = TokenMark(link)
        // Another lane was first.
        if state.withLock({ TokenMark($0.link) != mark }) { return true }
        if state.withLock({ $0.substitute == mark }) { return false }
        do {
            let stored = try await store.token(integrationID: integrationID)
            let isStored = stored.map { $0.id == mark.id && $0.generation == mark.generation } ?? false
            if link.canRefresh || !isStored {
                use(try await newLink(stored, refused: isStored ? mark.generation : nil))
                return true
            }
            guard let previous = try await store.previousTokens(integrationID: integrationID, now: .now).first else { return false }
            use(try await newLink(previous.token, isStored: false))
            let note =
                "the token was refused, and its value from before the rotation is used until \(previous.until.text); "
                + "`patchbay token rotate --undo \(link.integration.name)` goes back to it for good"
            state.withLock { $0.report.notes.append(note) }
            logger.warning("rotated token was refused, the value before is used", metadata: LogContext.metadata(context, [:]))
            return true
        } catch {
            stop(SyncFailure(error, context: context), needsPerson: true)
            return true
        }
    }

    private func use(_ link: IntegrationLink) {
        state.withLock { state in
            state.link = link
            state.substitute = TokenMark(link)
        }
    }
}
