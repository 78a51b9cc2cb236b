import GRDB
import PatchbayModel
import PatchbayStore

/// Which tombstones are of a target: those of removed integrations that delivered there when they were removed, and
/// those of attempts that were made there.
struct TombstonePlaces {
    let removed: [Int64]
    let origins: [Int64]

    /// Those of certain removed integrations.
    init(removed: [Int64]) {
        self.removed = removed
        origins = []
    }

    init(of target: DeliveryTarget, _ db: Database) throws {
        removed = try db.rows(
            "SELECT row, name, type, connector_id, base_url, settings, removed_at_ms FROM removed_integration"
        ) { row in
            let one = RemovedIntegration(
                name: try row.text(1), type: try row.text(2), connectorID: try row.optionalText(3),
                baseURL: try row.optionalText(4),
                settings: try JSONText.decode(row.text(5)), removedAt: try row.time(6))
            return target.holds(one) ? try row.number(0) : nil
        }.compactMap(\.self)
        origins = try Self.origins(db).filter { target.holds($0.origin) }.map(\.row)
    }

    var isEmpty: Bool { removed.isEmpty && origins.isEmpty }

    /// Holds for tombstones `t` of these places; takes `:removed` and `:origins`.
    static let condition = """
        (t.removed_row IN (SELECT value FROM json_each(:removed))
            OR t.origin_row IN (SELECT value FROM json_each(:origins)))
        """

    func arguments() throws -> StatementArguments {
        ["removed": try JSONText.encode(removed), "origins": try JSONText.encode(origins)]
    }

    /// Deletes them; gives how many, without those of what was surely not made.
    func forget(_ db: Database) throws -> Int {
        if isEmpty { return 0 }
        let sql = "SELECT count(*) FROM tombstone AS t WHERE \(Self.condition) AND t.state <> 'pending'"
        let count = try db.first(sql, arguments()) { Int(try $0.number(0)) } ?? 0
        try db.run("DELETE FROM tombstone AS t WHERE \(Self.condition)", arguments())
        try Self.dropEmpty(db)
        return count
    }

    /// Of removed integrations nothing stays when no tombstone is left.
    static func dropEmpty(_ db: Database) throws {
        try db.run(
            """
            DELETE FROM removed_integration AS r
            WHERE NOT EXISTS (SELECT 1 FROM tombstone AS t WHERE t.removed_row = r.row)
            """
        )
    }

    /// What attempts of removed integrations were.
    static func origins(_ db: Database) throws -> [(row: Int64, origin: AttemptOrigin)] {
        try db.rows(
            """
            SELECT row, connector_id, connector_digest, base_url, settings, token_kind, account_id
            FROM removed_origin ORDER BY row
            """
        ) { row in
            let account = try row.text(6)
            return (
                try row.number(0),
                AttemptOrigin(
                    connectorID: try row.text(1), connectorDigest: try row.text(2), baseURL: try row.text(3),
                    settingsText: try row.text(4),
                    tokenKind: try row.text(5), accountID: account.isEmpty ? nil : account)
            )
        }
    }
}
