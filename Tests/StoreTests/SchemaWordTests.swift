import GRDB
@testable import PatchbayStoreSQLite
import Testing

/// What the comparison of a backup's schema builds on, and what it takes for the same.
@Suite("The words of a schema") struct SchemaWordTests {
    /// Words that mean something to SQLite wherever they stand.
    private static let reserved: Set = [
        "add", "all", "alter", "and", "as", "autoincrement", "between", "case", "check", "collate", "constraint",
        "create", "default", "delete", "distinct", "drop", "else", "exists", "foreign", "from", "generated", "group",
        "having", "in", "index", "insert", "into", "is", "isnull", "join", "limit", "not", "notnull", "null", "on",
        "or",
        "order", "primary", "references", "returning", "select", "set", "strict", "table", "then", "to", "trigger",
        "union", "unique", "update", "using", "values", "when", "where", "with", "without",
    ]

    /// A name in quotes counts as one without where it is in small letters, so no small word may be more than a name.
    @Test("those that SQLite reads as its own are in capitals, in every version", arguments: 1...Schema.version)
    func capitals(_ version: Int) throws {
        let queue = try DatabaseQueue()
        try Schema.migrate(queue, upTo: version)
        let texts = try queue.read { try String.fetchAll($0, sql: "SELECT sql FROM sqlite_schema WHERE sql NOT NULL") }
        #expect(!texts.isEmpty)
        for commented in texts {
            let text = commented.split(separator: "\n").map { $0.split(separator: "--", maxSplits: 1).first ?? "" }
                .joined(separator: " ")
            // Every other piece stands between quotes.
            let pieces = text.split(separator: "'", omittingEmptySubsequences: false).enumerated()
            let words = pieces.filter { $0.offset.isMultiple(of: 2) }.flatMap { piece in
                piece.element.split { !$0.isLetter && $0 != "_" }.map(String.init)
            }
            let small = words.filter { Self.reserved.contains($0) }
            #expect(small.isEmpty, "\(small) in \(text)")
        }
    }

    private func text(_ sql: String) throws -> SchemaText {
        let queue = try DatabaseQueue()
        return try queue.write { db in
            try db.execute(sql: "CREATE TABLE x (a); PRAGMA writable_schema = ON;")
            try db.execute(sql: "UPDATE sqlite_schema SET sql = ?", arguments: [sql])
            return try SchemaText(db)
        }
    }

    private static let plain = "CREATE TABLE x (id INTEGER NOT NULL CHECK (id <> 1), KEY)"
    private static let commented = "CREATE TABLE x (a, -- the first\nb, /* the\nsecond */ c)"

    @Test(
        "blanks where they part nothing, and quotes around a name, make no difference",
        arguments: [
            "CREATE TABLE \"x\" (id INTEGER NOT NULL CHECK (id <> 1), KEY)",
            "CREATE\tTABLE x(\n\"id\"  INTEGER NOT NULL CHECK(id<>1),KEY )",
        ])
    func same(_ sql: String) throws { #expect(try text(sql) == text(Self.plain)) }

    @Test(
        "whatever SQLite reads otherwise does",
        arguments: [
            "CREATE TABLE x (id INTEGER \"NOT\" NULL CHECK (id <> 1), KEY)",
            "CREATE TABLE x (id INTEGER NOT\u{A0}NULL CHECK (id <> 1), KEY)",
            "CREATE TABLE x (id INTEGER NOT NULL CHECK (id < > 1), KEY)",
            "CREATE TABLE x (id INTEGER NOT NULL CHECK (id <> \"1\"), KEY)",
            "CREATE TABLE x (id INTEGER NOT NULL CHECK (id <> 1), \u{212A}EY)",
            "CREATE TABLE x (id INTEGER NOT NULL /* CHECK (id <> 1) */, KEY)",
            "CREATE TABLE x (id INTEGER NOT NULL CHECK ('id' <> 1), KEY)",
        ])
    func other(_ sql: String) throws { #expect(try text(sql) != text(Self.plain)) }

    @Test("a comment ends where it ended, so that nothing behind it becomes a part of it")
    func comments() throws {
        let same = Self.commented.replacing("x (a", with: "\"x\"(  a")
        #expect(try text(same) == text(Self.commented))
        for (end, other) in [("first\n", "first "), ("first\n", "first\r"), (" */", " "), ("/* ", ""), ("-- ", "")] {
            #expect(try text(Self.commented.replacing(end, with: other)) != text(Self.commented), "\(end) as \(other)")
        }
    }
}
