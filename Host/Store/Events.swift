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

extension EventRecord {
    /// All of it, each field with its length before it, as the chain covers it.
    package var chained: [UInt8] {
        var bytes: [UInt8] = []
        for field in [String(row), String(at.milliseconds), actor, action, subject, detail.map { "+" + $0 } ?? ""] {
            bytes += withLength(field)
        }
        return bytes
    }

    private func withLength(_ field: String) -> [UInt8] {
        let count = UInt32(clamping: field.utf8.count)
        return [
            UInt8(truncatingIfNeeded: count >> 24), UInt8(truncatingIfNeeded: count >> 16),
            UInt8(truncatingIfNeeded: count >> 8),
        ]
            + [UInt8(truncatingIfNeeded: count)] + Array(field.utf8)
    }
}

/// A line of the trail with its place in the chain.
package struct EventLine: Sendable, Hashable {
    package let event: EventRecord
    /// Over this line and all before it; nil for one that was written without, which the next link covers.
    package let link: [UInt8]?
    /// Over the link, under the store's key; nil for one written without the key.
    package let seal: [UInt8]?

    package init(event: EventRecord, link: [UInt8]?, seal: [UInt8]?) {
        self.event = event
        self.link = link
        self.seal = seal
    }
}

package protocol EventStore: Sendable {
    /// Writes a line and links it to those before it, in one transaction.
    func append(_ event: EventRecord, chain: any EventSealing) async throws
    /// Newest first; at most `limit`.
    func events(limit: Int) async throws -> [EventRecord]
    /// Oldest first, those after that row; at most `limit`.
    func eventLines(after row: Int64, limit: Int) async throws -> [EventLine]
    /// The highest row a line ever had: what is missing at the end shows by it.
    func lastEventRow() async throws -> Int64
}
