import GRDB

/// Holds two databases of one connection against each other, value by value: `main`, and one that is attached to it.
///
/// In SQL, so that a million rows take seconds and no memory: each row is looked up by its key in the other.
enum SameContents {
    /// What differs, of everything that both have; nil when nothing does. Rows of the one that the other lacks differ,
    /// and so does a table that `main` lacks; columns and tables that only `main` has do not.
    static func difference(_ db: Database, from name: String) throws -> String? {
        let tables = try db.rows(
            """
            SELECT name FROM \(name).sqlite_schema WHERE type = 'table' AND name NOT IN ('backup_manifest', \
            'grdb_migrations')
                AND (name NOT GLOB 'sqlite_*' OR name = 'sqlite_sequence') ORDER BY name
            """
        ) { try $0.text(0) }
        for table in tables where try !isSame(table, name, db) { return table }
        return nil
    }

    private static func isSame(_ table: String, _ name: String, _ db: Database) throws -> Bool {
        // The row numbers ever used: others may join them.
        let isSequence = table == "sqlite_sequence"
        let theirs = try columns(of: table, in: name, db)
        let ours = Set(try columns(of: table, in: "main", db).map(\.name))
        let keys = isSequence ? ["name"] : theirs.filter(\.isKey).map(\.name)
        guard !keys.isEmpty, keys.allSatisfy(ours.contains) else { return false }
        let shared = theirs.map(\.name).filter(ours.contains)
        func equal(_ columns: [String]) -> String {
            columns.map { "a.\"\($0)\" IS b.\"\($0)\"" }.joined(separator: " AND ")
        }
        let join = keys.map { "a.\"\($0)\" = b.\"\($0)\"" }.joined(separator: " AND ")
        let counts = try db.first(
            """
            SELECT (SELECT count(*) FROM \(name).\(table)), (SELECT count(*) FROM main.\(table)),
                (SELECT count(*) FROM \(name).\(table) AS b CROSS JOIN main.\(table) AS a ON \(join) WHERE \
            \(equal(shared)))
            """
        ) { (theirs: try $0.number(0), ours: try $0.number(1), same: try $0.number(2)) }
        guard let counts else { return false }
        return counts.same == counts.theirs && (isSequence || counts.ours == counts.theirs)
    }

    private static func columns(of table: String, in name: String, _ db: Database) throws -> [(
        name: String, isKey: Bool
    )] {
        try db.rows("SELECT name, pk FROM pragma_table_info(?, ?)", [table, name]) {
            (try $0.text(0), try $0.number(1) > 0)
        }
    }
}
