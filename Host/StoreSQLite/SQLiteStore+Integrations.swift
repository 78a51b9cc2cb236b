import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func add(_ integration: IntegrationRecord) async throws -> IntegrationRecord {
        try await transaction { db in
            try Self.refuseTakenName(integration.name, except: nil, db)
            try db.run(
                """
                INSERT INTO integration (name, type, settings, base_url, auth_url, is_active, patience_ms, facts, created_at_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                Self.values(integration) + [integration.createdAt.milliseconds])
            var added = integration
            added.id = db.lastInsertedRowID
            return added
        }
    }

    package func update(_ integration: IntegrationRecord) async throws {
        try await transaction { db in
            try Self.refuseTakenName(integration.name, except: integration.id, db)
            let changed = try db.run(
                """
                UPDATE integration SET name = ?, type = ?, settings = ?, base_url = ?, auth_url = ?, is_active = ?, patience_ms = ?,
                    facts = ?
                WHERE id = ?
                """,
                Self.values(integration) + [integration.id])
            guard changed == 1 else { throw StoreError.integrationNotFound(id: integration.id) }
        }
    }

    package func integrations() async throws -> [IntegrationRecord] {
        try await read { db in
            try db.rows("SELECT \(IntegrationRecord.columns) FROM integration ORDER BY name", [], IntegrationRecord.init)
        }
    }

    package func integration(named name: String) async throws -> IntegrationRecord? {
        try await read { db in
            try db.first("SELECT \(IntegrationRecord.columns) FROM integration WHERE name = ?", [name], IntegrationRecord.init)
        }
    }

    package func pause(integrationID: Int64, until time: Timestamp?) async throws {
        try await transaction { db in
            // The end of a pause is about the one token that was set anew; a pause is about the token, whoever else uses it.
            let whom = time == nil ? "id = ?2" : Self.sameToken
            _ = try db.run("UPDATE integration SET paused_until_ms = ?1 WHERE \(whom)", [time?.milliseconds, integrationID])
        }
    }

    package func noteBudget(integrationID: Int64, _ notes: [BudgetNote]) async throws {
        try await transaction { db in
            _ = try db.run(
                "UPDATE integration SET budget = ?1 WHERE \(Self.sameToken)", [try JSONText.encodeUnlessEmpty(notes), integrationID])
        }
    }

    /// Integration `?2`, and those whose token is the same and goes to the same place.
    private static let sameToken = """
        id = ?2 OR id IN (
            SELECT other.integration_id FROM token AS mine JOIN token AS other
                ON other.fingerprint = mine.fingerprint AND other.origins = mine.origins
            WHERE mine.integration_id = ?2)
        """

    package func setBreaker(integrationID: Int64, _ breaker: Breaker?) async throws {
        try await transaction { db in
            _ = try db.run(
                "UPDATE integration SET breaker_failures = ?, breaker_until_ms = ? WHERE id = ?",
                [breaker?.failures, breaker?.until.milliseconds, integrationID])
        }
    }

    package func removeIntegration(id: Int64, force: Bool) async throws {
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
                    "\(name) still has \(open) deliveries that are not done. Sync or cancel them first, or remove it with --force.",
                    context: ErrorContext(integration: name))
            }
            try db.run("DELETE FROM delivery WHERE integration_id = ?", [id])
            try db.run("DELETE FROM integration WHERE id = ?", [id])
        }
    }

    /// Nil when there is none.
    static func integrationName(_ id: Int64, _ db: Database) throws -> String? {
        try db.first("SELECT name FROM integration WHERE id = ?", [id]) { try $0.text(0) }
    }

    private static func refuseTakenName(_ name: String, except id: Int64?, _ db: Database) throws {
        let owner = try db.first("SELECT id FROM integration WHERE name = ?", [name]) { try $0.number(0) }
        guard let owner, owner != id else { return }
        throw StoreError(
            .integrationExists, "There is an integration named \(name) already. Choose another name, or remove that one first.",
            context: ErrorContext(integration: name))
    }

    /// In the order of the statements above.
    private static func values(_ integration: IntegrationRecord) throws -> StatementArguments {
        [
            integration.name, integration.type, try JSONText.encode(integration.settings), integration.baseURL, integration.authURL,
            integration.isActive, integration.patience?.wholeMilliseconds, try JSONText.encode(integration.facts),
        ]
    }
}

extension IntegrationRecord {
    static let columns = """
        id, name, type, settings, base_url, auth_url, is_active, patience_ms, facts, created_at_ms, paused_until_ms, budget, \
        breaker_failures, breaker_until_ms
        """

    init(_ row: Row) throws {
        self.init(
            id: try row.number(0), name: try row.text(1), type: try row.text(2), settings: try JSONText.decode(row.text(3)),
            baseURL: try row.optionalText(4), authURL: try row.optionalText(5), isActive: try row.number(6) == 1,
            patience: try row.optionalNumber(7).map { .milliseconds($0) }, facts: try JSONText.decode(row.text(8)),
            createdAt: try row.time(9), pausedUntil: try row.optionalTime(10),
            budget: try row.optionalText(11).map { try JSONText.decode($0) } ?? [],
            breaker: try row.optionalTime(13).map { Breaker(failures: Int(try row.number(12)), until: $0) })
    }
}
