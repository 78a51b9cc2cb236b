import Foundation
import Testing

/// Copies of a store whose schema somebody has added to: nothing of it may run, at the check, at the restore and ever
/// after.
@Suite("A backup with a schema of somebody else's", .serialized, .timeLimit(.minutes(12)))
struct ForeignSchemaTests {
    private static let own = "grdb_migrations"

    /// What was done to the copy, each in the words of SQL.
    private static let additions: [(name: String, sql: String)] = [
        ("generated column", "ALTER TABLE \(own) ADD COLUMN more AS (length(hex(zeroblob(1000000)))) VIRTUAL;"),
        ("plain column", "ALTER TABLE \(own) ADD COLUMN more TEXT;"),
        ("index on an expression", "CREATE INDEX more ON \(own)(upper(identifier));"),
        ("index", "CREATE INDEX more ON \(own)(identifier);"),
        ("trigger", "CREATE TRIGGER more AFTER INSERT ON \(own) BEGIN DELETE FROM task; END;"),
        (
            "generated name",
            """
            CREATE TABLE other AS SELECT identifier FROM \(own); DROP TABLE \(own);
            CREATE TABLE \(own) (number TEXT,
                identifier TEXT NOT NULL GENERATED ALWAYS AS (number || substr(hex(zeroblob(9000)), 1, 0)));
            INSERT INTO \(own) (number) SELECT identifier FROM other; DROP TABLE other;
            """
        ),
        ("view", "ALTER TABLE \(own) RENAME TO other; CREATE VIEW \(own) AS SELECT identifier FROM other;"),
        ("another library's table", "CREATE TABLE grdb_other (a, b AS (length(a)));"),
        (
            "disguised as SQLite's own",
            """
            CREATE INDEX more ON delivery(abs(row)); PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET tbl_name = 'sqlite_stat1' WHERE name = 'more';
            """
        ),
        (
            "a blank in a text",
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, '''pending''', '''pend ing''') WHERE name = 'delivery';
            """
        ),
        (
            "a word of SQLite's own made a name",
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, ' NOT NULL', ' "NOT" NULL') WHERE name = '\(own)';
            """
        ),
        (
            "a blank that is none to SQLite",
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, 'TEXT NOT NULL', 'TEXT NOT' || char(160) || 'NULL')
                WHERE name = '\(own)';
            """
        ),
        (
            "a line made a part of the comment before it",
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, 'nothing before.' || char(10), 'nothing before. ')
                WHERE name = 'integration';
            """
        ),
        (
            "statistics of somebody else",
            "PRAGMA writable_schema = ON; CREATE TABLE sqlite_stat1(tbl,idx,stat,more AS (length(tbl)));"
        ),
    ]

    @Test(
        "is refused before anything of it is read, whatever was added, to the table of versions too",
        arguments: additions.map(\.name))
    func foreign(_ name: String) async throws {
        let sql = try #require(Self.additions.first { $0.name == name }).sql
        let desk = try Workbench()
        try await desk.must("init")
        try await desk.must("task", "add", "Call Bob", "--id", "bob")
        let file = desk.scratch("copy")
        try await desk.must("backup", file)
        try await StoreIntruder.change(file, sql, desk.scratch)
        for words in [["restore", "--check", file], ["restore", file]] {
            let run = try await desk.run(words)
            #expect(run.status != 0 && run.code == "backup_invalid", run.told)
        }
        #expect(try await desk.must("task", "list").result["tasks"].items.count == 1)
    }

    @Test("is not one that has SQLite's own statistics in it, or was made word for word")
    func sound() async throws {
        let desk = try Workbench()
        try await desk.must("init")
        try await desk.must("task", "add", "Call Bob", "--id", "bob")
        let file = desk.scratch("copy")
        try await desk.must("backup", file)
        try await StoreIntruder.change(file, "ANALYZE;", desk.scratch)
        try await desk.must("restore", "--check", file)
        try await desk.must("restore", file)
        #expect(try await desk.must("task", "list").result["tasks"].items.count == 1)
    }
}
