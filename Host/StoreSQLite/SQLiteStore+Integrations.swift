import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    /// Gives it back with its id.
    static func insert(_ integration: IntegrationRecord, _ db: Database) throws -> IntegrationRecord {
        try refuseTakenName(integration.name, except: nil, db)
        try db.run(
            """
            INSERT INTO integration
                (name, type, settings, base_url, auth_url, is_active, patience_ms, facts, created_at_ms)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, [integration.name] + values(integration) + [integration.createdAt.milliseconds])
        var added = integration
        added.id = db.lastInsertedRowID
        return added
    }

    /// All but id, name and creation time: another command may give it another name meanwhile.
    static func overwrite(_ integration: IntegrationRecord, _ db: Database) throws {
        let changed = try db.run(
            """
            UPDATE integration SET type = ?1, settings = ?2, base_url = ?3, auth_url = ?4, is_active = ?5,
                patience_ms = ?6, facts = ?7,
                -- Another place may have another clock.
                vendor_seen_at_ms = iif(settings = ?2 AND base_url IS ?3, vendor_seen_at_ms, NULL),
                vendor_date_ms = iif(settings = ?2 AND base_url IS ?3, vendor_date_ms, NULL)
            WHERE id = ?8
            """, values(integration) + [integration.id])
        guard changed == 1 else { throw StoreError.integrationNotFound(id: integration.id) }
    }

    package func renameIntegration(id: Int64, to name: String) async throws {
        try await transaction { db in
            try Self.refuseTakenName(name, except: id, db)
            let changed = try db.run(
                "UPDATE integration SET former_name = iif(name = ?1, former_name, name), name = ?1 WHERE id = ?2",
                [name, id])
            guard changed == 1 else { throw StoreError.integrationNotFound(id: id) }
        }
    }

    package func noteFacts(integrationID: Int64, _ facts: [String: String]) async throws {
        try await transaction { db in
            _ = try db.run(
                "UPDATE integration SET facts = ? WHERE id = ?", [try JSONText.encode(facts), integrationID])
        }
    }

    package func integrations() async throws -> [IntegrationRecord] {
        try await read { db in
            try db.rows(
                "SELECT \(IntegrationRecord.columns) FROM integration ORDER BY name", [], IntegrationRecord.init)
        }
    }

    package func integration(named name: String) async throws -> IntegrationRecord? {
        try await read { db in
            try db.first(
                "SELECT \(IntegrationRecord.columns) FROM integration WHERE name = ?", [name], IntegrationRecord.init)
        }
    }

    package func integration(id: Int64) async throws -> IntegrationRecord? {
        try await read { db in
            let sql = "SELECT \(IntegrationRecord.columns) FROM integration WHERE id = ?"
            return try db.first(sql, [id], IntegrationRecord.init)
        }
    }

    package func pause(integrationID: Int64, _ pause: Pause?, tokenID: String?) async throws {
        try await transaction { db in
            guard let pause else {
                // The end of a pause is about the one token that was set anew; a pause is about the token, whoever else
                // uses it.
                try db.run(
                    "UPDATE integration SET paused_until_ms = NULL, pause_asked_ms = NULL, budget = NULL WHERE id = ?",
                    [integrationID]
                )
                try db.run(
                    "UPDATE delivery SET due_at_ms = NULL WHERE integration_id = ? AND state = 'waiting' AND "
                        + "error_code = ?",
                    [integrationID, ErrorCode.rateLimited.rawValue])
                return
            }
            _ = try db.run(
                """
                UPDATE integration SET paused_until_ms = ?1,
                    -- A budget that is used up a little longer takes nothing back of what the vendor asked for.
                    pause_asked_ms = CASE WHEN ?3 IS NULL AND pause_asked_ms > ?1 THEN pause_asked_ms ELSE ?3 END
                WHERE (\(Self.sameToken)) AND (paused_until_ms IS NULL OR paused_until_ms < ?1)
                    AND (?4 IS NULL OR EXISTS (SELECT 1 FROM token WHERE id = ?4 AND role = 'current'))
                """, [pause.until.milliseconds, integrationID, pause.asked?.milliseconds, tokenID])
        }
    }

    package func pause(integrationID: Int64) async throws -> Pause? {
        try await read { db in
            let sql = "SELECT paused_until_ms, pause_asked_ms FROM integration WHERE id = ?"
            let found = try db.first(sql, [integrationID]) { row -> Pause? in
                try row.optionalTime(0).map { Pause(until: $0, asked: try row.optionalTime(1)) }
            }
            return found ?? nil
        }
    }

    package func beginProbe(integrationID: Int64, now: Timestamp, end: Timestamp) async throws -> Bool {
        try await transaction { db in
            let isMine = try db.run(
                """
                UPDATE integration SET paused_until_ms = ?1
                WHERE id = ?2 AND pause_asked_ms IS NOT NULL AND paused_until_ms <= ?3
                """, [end.milliseconds, integrationID, now.milliseconds])
            guard isMine == 1 else { return false }
            try db.run(
                """
                UPDATE integration SET paused_until_ms = ?1, pause_asked_ms = (SELECT pause_asked_ms FROM integration \
                WHERE id = ?2)
                WHERE \(Self.sameToken)
                """, [end.milliseconds, integrationID])
            return true
        }
    }

    package func endProbe(integrationID: Int64) async throws {
        try await transaction { db in
            _ = try db.run(
                "UPDATE integration SET paused_until_ms = ?1, pause_asked_ms = NULL WHERE \(Self.sameToken)",
                [nil as Int64?, integrationID])
        }
    }

    package func noteBudget(integrationID: Int64, _ notes: [BudgetNote]) async throws {
        try await transaction { db in
            _ = try db.run(
                "UPDATE integration SET budget = ?1 WHERE \(Self.sameToken)",
                [try JSONText.encodeUnlessEmpty(notes), integrationID])
        }
    }

    /// Integration `?2`, and those whose token is the same and goes to the same place.
    private static let sameToken = """
        id = ?2 OR id IN (
            SELECT other.integration_id FROM token AS mine JOIN token AS other
                ON other.fingerprint = mine.fingerprint AND other.origins = mine.origins
            WHERE mine.integration_id = ?2)
        """

    package func noteVendorClock(integrationID: Int64, _ clock: VendorClock) async throws {
        try await transaction { db in
            _ = try db.run(
                "UPDATE integration SET vendor_seen_at_ms = ?, vendor_date_ms = ? WHERE id = ?",
                [clock.seenAt.milliseconds, clock.date?.milliseconds, integrationID])
        }
    }

    package func noteLookUps(integrationID: Int64, _ power: LookUpPower) async throws {
        let (word, reason): (String?, String?) =
            switch power {
            case .notTold: (nil, nil)
            case .proved: ("proved", nil)
            case .never(let reason): ("never", reason)
            }
        try await transaction { db in
            _ = try db.run(
                "UPDATE integration SET look_ups = ?, look_ups_reason = ? WHERE id = ?", [word, reason, integrationID])
        }
    }

    package func noteFailedCalls(integrationID: Int64, _ count: Int) async throws {
        try await transaction { db in
            _ = try db.run("UPDATE integration SET failed_calls = ? WHERE id = ?", [count, integrationID])
        }
    }

    package func setBreaker(integrationID: Int64, _ breaker: Breaker?) async throws {
        try await transaction { db in
            _ = try db.run(
                "UPDATE integration SET breaker_failures = ?, breaker_until_ms = ?, failed_calls = 0 WHERE id = ?",
                [breaker?.failures, breaker?.until.milliseconds, integrationID])
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
            .integrationExists,
            "There is an integration named \(name) already. Choose another name, or remove that one first.",
            context: ErrorContext(integration: name))
    }

    /// In the order of the statements above.
    private static func values(_ integration: IntegrationRecord) throws -> StatementArguments {
        [
            integration.type, try JSONText.encode(integration.settings), integration.baseURL, integration.authURL,
            integration.isActive, integration.patience?.wholeMilliseconds, try JSONText.encode(integration.facts),
        ]
    }
}

extension IntegrationRecord {
    static let columns = """
        id, name, type, settings, base_url, auth_url, is_active, patience_ms, facts, created_at_ms, paused_until_ms, \
        budget, \
        breaker_failures, breaker_until_ms, vendor_seen_at_ms, vendor_date_ms, look_ups, look_ups_reason, \
        failed_calls, \
        pause_asked_ms, former_name
        """

    init(_ row: Row) throws {
        self.init(
            id: try row.number(0), name: try row.text(1), type: try row.text(2),
            settings: try JSONText.decode(row.text(3)),
            baseURL: try row.optionalText(4), authURL: try row.optionalText(5), isActive: try row.number(6) == 1,
            patience: try row.optionalNumber(7).map { .milliseconds($0) }, facts: try JSONText.decode(row.text(8)),
            createdAt: try row.time(9), pausedUntil: try row.optionalTime(10),
            budget: try row.optionalText(11).map { try JSONText.decode($0) } ?? [],
            breaker: try row.optionalTime(13).map { Breaker(failures: Int(try row.number(12)), until: $0) },
            failedCalls: Int(try row.number(18)),
            vendorClock: try row.optionalTime(14).map { VendorClock(date: try row.optionalTime(15), seenAt: $0) },
            lookUps: try Self.lookUps(row.optionalText(16), reason: row.optionalText(17)),
            pauseAsked: try row.optionalTime(19),
            formerName: try row.optionalText(20))
    }

    private static func lookUps(_ word: String?, reason: String?) -> LookUpPower {
        switch word {
        case "proved": .proved
        case "never": .never(reason ?? "")
        default: .notTold
        }
    }
}
