import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func add(
        _ integration: IntegrationRecord, adoptingAt target: DeliveryTarget?, now: Timestamp
    ) async throws -> (integration: IntegrationRecord, adopted: [DeliveryState: Int]) {
        try await transaction { db in
            let added = try Self.insert(integration, db)
            return (added, try Self.adopt(integrationID: added.id, at: target, now: now, db))
        }
    }

    package func update(
        _ integration: IntegrationRecord, adoptingAt target: DeliveryTarget?, now: Timestamp
    ) async throws -> [DeliveryState: Int] {
        try await transaction { db in
            try Self.overwrite(integration, db)
            return try Self.adopt(integrationID: integration.id, at: target, now: now, db)
        }
    }

    private static func adopt(
        integrationID: Int64, at target: DeliveryTarget?, now: Timestamp, _ db: Database
    ) throws -> [DeliveryState: Int] {
        guard let target else { return [:] }
        return try TombstoneAdoption(integrationID: integrationID, target: target, now: now, db).adopt().states
    }

    package func removeIntegration(id: Int64, force: Bool, _ removal: Removal, now: Timestamp) async throws
        -> RemovalOutcome
    {
        try await transaction { db in
            guard let name = try Self.integrationName(id, db) else { throw StoreError.integrationNotFound(id: id) }
            let open = try db.first(
                """
                SELECT count(*) FROM delivery
                WHERE integration_id = ? AND state IN ('pending', 'sending', 'waiting', 'unknown')
                """, [id]
            ) { try $0.number(0) }
            if !force, let open, open > 0 {
                throw StoreError(
                    .integrationBusy,
                    "\(name) still has \(open) deliveries that are not done. "
                        + "Sync or cancel them first, or remove it with --force.",
                    context: ErrorContext(integration: name))
            }
            var outcome = RemovalOutcome()
            outcome.unsent =
                try db.first(
                    "SELECT count(*) FROM delivery WHERE integration_id = ? AND state IN ('pending', 'waiting')", [id]
                ) { Int(try $0.number(0)) } ?? 0
            switch removal {
            case .keepingTombstones(let target):
                outcome.kept = try TombstoneKeeping(integrationID: id, target: target, now: now, db).keep()
            case .forgetting(let target):
                if let target { outcome.forgotten = try TombstonePlaces(of: target, db).forget(db) }
            }
            try db.run("DELETE FROM delivery WHERE integration_id = ?", [id])
            try db.run("DELETE FROM integration WHERE id = ?", [id])
            return outcome
        }
    }

    package func tombstones(taskID: String) async throws -> [Tombstone] {
        try await read { db in
            try db.rows(
                """
                SELECT r.name, r.type, r.removed_at_ms, t.delivery_id, t.state, t.external_id, t.display_id, t.url,
                    t.delivered_at_ms
                FROM tombstone AS t JOIN removed_integration AS r ON r.row = t.removed_row
                WHERE t.task_row = (SELECT row FROM task WHERE id = ?) AND t.state <> 'pending' ORDER BY t.row LIMIT ?
                """, [taskID, Limits.listPageRows]
            ) { row in
                Tombstone(
                    integration: try row.text(0), type: try row.text(1), removedAt: try row.time(2),
                    deliveryID: try row.text(3),
                    state: try row.word(4), externalID: try row.optionalText(5), displayID: try row.optionalText(6),
                    url: try row.optionalText(7), deliveredAt: try row.optionalTime(8))
            }
        }
    }

    package func tombstoneCounts() async throws -> [String: Int] {
        try await read { db in
            let counts = try db.rows(
                """
                SELECT r.name, count(*) FROM tombstone AS t JOIN removed_integration AS r ON r.row = t.removed_row
                WHERE t.state <> 'pending' GROUP BY r.name
                """
            ) { (try $0.text(0), Int(try $0.number(1))) }
            return Dictionary(uniqueKeysWithValues: counts)
        }
    }

    package func forgetTombstones(ofRemoved name: String) async throws -> Int? {
        try await transaction { db in
            let rows = try db.rows("SELECT row FROM removed_integration WHERE name = ?", [name]) { try $0.number(0) }
            if rows.isEmpty { return nil }
            return try TombstonePlaces(removed: rows).forget(db)
        }
    }
}
