import PatchbayModel

/// One line of the audit trail: who did what to what, when. Never a secret.
package struct EventRecord: Sendable, Hashable {
    package let row: Int64
    package let at: Timestamp
    /// Operating system user name, or the host's own name for what nobody asked for.
    package let actor: String
    /// Snake case, such as `token_set`.
    package let action: String
    /// What it was done to, such as an integration's name.
    package let subject: String
    package let detail: String?

    package init(row: Int64 = 0, at: Timestamp, actor: String, action: String, subject: String, detail: String? = nil) {
        self.row = row
        self.at = at
        self.actor = actor
        self.action = action
        self.subject = subject
        self.detail = detail
    }
}

package protocol EventStore: Sendable {
    func append(_ event: EventRecord) async throws
    /// Newest first; at most `limit`.
    func events(limit: Int) async throws -> [EventRecord]
}
