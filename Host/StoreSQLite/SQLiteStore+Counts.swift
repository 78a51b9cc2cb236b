import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func counts(now: Timestamp) async throws -> [IntegrationCounts] {
        try await read { db in
            var figures: [Int64: Figures] = [:]
            try Self.countStates(&figures, db)
            try Self.countDue(&figures, now: now, db)
            return try db.rows("SELECT id, last_delivered_at_ms, paused_until_ms FROM integration ORDER BY id") { row in
                let id = try row.number(0)
                var figure = figures[id] ?? Figures()
                if let pause = try row.optionalTime(2), now < pause { figure.rest(until: pause) }
                return IntegrationCounts(
                    integrationID: id, byState: figure.byState, due: figure.due,
                    nextDueAt: figure.due > 0 ? nil : figure.nextDueAt,
                    oldestUndelivered: try figure.oldestRow.flatMap { try Self.importTime(deliveryRow: $0, db) },
                    lastDeliveredAt: try row.optionalTime(1))
            }
        }
    }

    private struct Figures {
        var byState: [DeliveryState: Int] = [:]
        /// The delivery made first of those that are not delivered.
        var oldestRow: Int64?
        var due = 0
        var nextDueAt: Timestamp?

        /// Nothing is due before the pause ends.
        mutating func rest(until pause: Timestamp) {
            if due > 0 { nextDueAt = pause } else { nextDueAt = nextDueAt.map { max($0, pause) } }
            due = 0
        }
    }

    /// Reads indexes only. Delivery rows grow with time, so the least one is the oldest.
    private static func countStates(_ figures: inout [Int64: Figures], _ db: Database) throws {
        let states = try db.rows(
            """
            SELECT integration_id, state, count(*), min(row) FROM delivery INDEXED BY delivery_held
            WHERE \(ScopeSQL.held) GROUP BY integration_id, state
            UNION ALL
            SELECT d.integration_id, 'pending', count(*), min(d.row) FROM delivery AS d INDEXED BY delivery_ready
            WHERE \(ScopeSQL.ready) AND d.state = 'pending' GROUP BY d.integration_id
            UNION ALL
            SELECT integration_id, 'sending', count(*), min(row) FROM delivery INDEXED BY delivery_lease WHERE state = \
            'sending'
            GROUP BY integration_id
            """
        ) { row in
            (
                id: try row.number(0), state: try row.word(1) as DeliveryState, count: try row.number(2),
                oldest: try row.number(3)
            )
        }
        for entry in states {
            figures[entry.id, default: Figures()].byState[entry.state] = Int(entry.count)
            if entry.state != .cancelled {
                let oldest = figures[entry.id]?.oldestRow ?? entry.oldest
                figures[entry.id]?.oldestRow = min(oldest, entry.oldest)
            }
        }
        let all = try db.rows("SELECT integration_id, count(*) FROM delivery GROUP BY integration_id") {
            (id: try $0.number(0), count: Int(try $0.number(1)))
        }
        for entry in all {
            let delivered = entry.count - (figures[entry.id]?.byState.values.reduce(0, +) ?? 0)
            if delivered > 0 { figures[entry.id, default: Figures()].byState[.delivered] = delivered }
        }
    }

    private static func countDue(_ figures: inout [Int64: Figures], now: Timestamp, _ db: Database) throws {
        let ready = try db.rows(
            """
            SELECT d.integration_id, count(*) FROM delivery AS d INDEXED BY delivery_ready WHERE \(ScopeSQL.ready)
            GROUP BY d.integration_id
            """
        ) { (id: try $0.number(0), count: try $0.number(1)) }
        for entry in ready { figures[entry.id, default: Figures()].due += Int(entry.count) }
        let waiting = try db.rows(
            """
            SELECT integration_id, sum(due_at_ms <= ?1), min(iif(due_at_ms > ?1, due_at_ms, NULL))
            FROM delivery INDEXED BY delivery_waiting WHERE due_at_ms IS NOT NULL GROUP BY integration_id
            """, [now.milliseconds]
        ) { (id: try $0.number(0), due: try $0.number(1), next: try $0.optionalTime(2)) }
        let lookups = try db.rows(
            """
            SELECT integration_id, sum(lookup_at_ms <= ?1), min(iif(lookup_at_ms > ?1, lookup_at_ms, NULL))
            FROM delivery INDEXED BY delivery_lookup WHERE state = 'unknown' GROUP BY integration_id
            """, [now.milliseconds]
        ) { (id: try $0.number(0), due: try $0.number(1), next: try $0.optionalTime(2)) }
        // What another host sends now may come back when its lease ends.
        let leases = try db.rows(
            """
            SELECT integration_id, sum(lease_until_ms <= ?1), min(iif(lease_until_ms > ?1, lease_until_ms, NULL))
            FROM delivery INDEXED BY delivery_lease WHERE state = 'sending' GROUP BY integration_id
            """, [now.milliseconds]
        ) { (id: try $0.number(0), due: try $0.number(1), next: try $0.optionalTime(2)) }
        for entry in waiting + lookups + leases {
            var figure = figures[entry.id] ?? Figures()
            figure.due += Int(entry.due)
            figure.nextDueAt = [figure.nextDueAt, entry.next].compactMap { $0 }.min()
            figures[entry.id] = figure
        }
    }

    private static func importTime(deliveryRow: Int64, _ db: Database) throws -> Timestamp? {
        try db.first(
            "SELECT t.imported_at_ms FROM delivery AS d JOIN task AS t ON t.row = d.task_row WHERE d.row = ?",
            [deliveryRow]
        ) {
            try $0.time(0)
        }
    }
}
