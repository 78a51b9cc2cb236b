import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func append(_ event: EventRecord) async throws {
        try await transaction { db in
            _ = try db.run(
                "INSERT INTO event (at_ms, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)",
                [event.at.milliseconds, event.actor, event.action, event.subject, event.detail])
        }
    }

    package func events(limit: Int) async throws -> [EventRecord] {
        try await read { db in
            try db.rows(
                "SELECT row, at_ms, actor, action, subject, detail FROM event ORDER BY row DESC LIMIT ?", [max(0, limit)]
            ) { row in
                EventRecord(
                    row: try row.number(0), at: try row.time(1), actor: try row.text(2), action: try row.text(3),
                    subject: try row.text(4), detail: try row.optionalText(5))
            }
        }
    }
}
