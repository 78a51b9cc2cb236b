import PatchbayModel

/// Until when a token does its work without a person.
package struct TokenOutlook: Sendable, Hashable {
    /// When that ends, or has ended; nil when nothing is known of an end.
    package let end: Timestamp?
    /// The vendor no longer refreshes it.
    package let needsReauth: Bool

    init(_ token: SealedToken) {
        guard let notes = token.refresh else {
            (end, needsReauth) = (token.expiresAt, false)
            return
        }
        // Access tokens come and go; what counts is the refresh token.
        (end, needsReauth) = (notes.needsReauthSince ?? notes.lapsesAt, notes.needsReauthSince != nil)
    }

    /// It has ended, or does so soon enough to speak of it.
    package func isNear(_ now: Timestamp) -> Bool {
        end.map { $0 <= now.advanced(by: Limits.tokenWarningTime) } ?? false
    }

    /// For a table.
    package var words: String { needsReauth ? "now" : end?.text ?? "not told" }

    /// What to say of it to a person.
    package func warning(_ integration: String, now: Timestamp) -> String {
        if needsReauth {
            return
                "the vendor no longer refreshes the token of \(integration); grant access there anew, and set what it "
                + "gives with "
                + "`patchbay token set \(integration) --kind oauth`"
        }
        guard let end else { return "the token of \(integration) has no end that is known" }
        let verb = end <= now ? "has ended at" : "ends at"
        return "the token of \(integration) \(verb) \(end.text); set a new one with `patchbay token set \(integration)`"
    }
}

extension SealedToken {
    package var outlook: TokenOutlook { TokenOutlook(self) }
}
