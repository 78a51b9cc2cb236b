import Foundation
import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func append(_ event: EventRecord, chain: any EventSealing) async throws {
        try await transaction { db in try Self.append(event, chain: chain, db) }
    }

    static func append(_ event: EventRecord, chain: any EventSealing, _ db: Database) throws {
        try db.run(
            "INSERT INTO event (at_ms, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)",
            [event.at.milliseconds, event.actor, event.action, event.subject, event.detail])
        let row = db.lastInsertedRowID
        let last = try db.first("SELECT row, digest FROM event WHERE digest IS NOT NULL ORDER BY row DESC LIMIT 1") {
            (row: try $0.number(0), link: try $0.bytes(1))
        }
        // What was written without a link since is covered by this one.
        let open = try Self.lines("row > ? AND row <= ? ORDER BY row", [last?.row ?? 0, row], db)
        let link = chain.link(open.flatMap(\.event.chained), after: last?.link ?? [])
        _ = try db.run(
            "UPDATE event SET digest = ?, mac = ? WHERE row = ?", [Data(link), chain.seal(link).map { Data($0) }, row])
    }

    package func eventLines(after row: Int64, limit: Int) async throws -> [EventLine] {
        try await read { db in try Self.lines("row > ? ORDER BY row LIMIT ?", [row, max(0, limit)], db) }
    }

    package func lastEventRow() async throws -> Int64 {
        try await read { db in
            try db.first("SELECT seq FROM sqlite_sequence WHERE name = 'event'") { try $0.number(0) } ?? 0
        }
    }

    private static func lines(_ which: String, _ arguments: StatementArguments, _ db: Database) throws -> [EventLine] {
        try db.rows(
            "SELECT row, at_ms, actor, action, subject, detail, digest, mac FROM event WHERE \(which)", arguments
        ) { row in
            EventLine(
                event: EventRecord(
                    row: try row.number(0), at: try row.time(1), actor: try row.text(2), action: try row.text(3),
                    subject: try row.text(4), detail: try row.optionalText(5)),
                link: try row.decode(Data?.self, atIndex: 6).map { [UInt8]($0) },
                seal: try row.decode(Data?.self, atIndex: 7).map { [UInt8]($0) })
        }
    }

    package func events(limit: Int) async throws -> [EventRecord] {
        try await read { db in
            try db.rows(
                "SELECT row, at_ms, actor, action, subject, detail FROM event ORDER BY row DESC LIMIT ?",
                [max(0, limit)]
            ) { row in
                EventRecord(
                    row: try row.number(0), at: try row.time(1), actor: try row.text(2), action: try row.text(3),
                    subject: try row.text(4), detail: try row.optionalText(5))
            }
        }
    }
}
