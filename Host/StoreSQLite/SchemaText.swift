import GRDB

/// The words that made all tables, indexes, triggers and views of a database, to be compared with those that this
/// version would have used.
///
/// They are all that SQLite runs of a file by itself: a generated column, an expression in an index, a check, a
/// trigger. So nothing of them is left out by a name that the file gives, not the table that the library keeps its
/// versions in either; only what SQLite itself makes.
struct SchemaText: Equatable {
    /// One object: kind, name, the table it says it belongs to, and its words, as tokens.
    private struct Object: Hashable {
        let kind: String
        let name: String
        let table: String
        let words: String
    }

    private var objects: [Object: Int] = [:]

    init(_ db: Database) throws {
        let rows = try Row.fetchCursor(db, sql: "SELECT type, name, tbl_name, sql FROM sqlite_schema")
        while let row = try rows.next() {
            let (kind, name, table) = (Self.text(row[0]), Self.text(row[1]), Self.text(row[2]))
            guard let sql = row[3] as String? else {
                // The index of a primary key or of a unique column has no words of its own, and follows from those of
                // its table.
                if kind == "index", name.hasPrefix("sqlite_autoindex_") { continue }
                objects[Object(kind: kind, name: name, table: table, words: ""), default: 0] += 1
                continue
            }
            let words = Self.tokens(sql)
            if kind == "table", Self.own.contains(words) { continue }
            objects[Object(kind: kind, name: name, table: table, words: words), default: 0] += 1
        }
    }

    /// What this program would make of a version.
    init(ofVersion version: Int) throws {
        let queue = try DatabaseQueue()
        try Schema.migrate(queue, upTo: version)
        self = try queue.read { try SchemaText($0) }
    }

    /// Takes out one table; false where it is not there in these words.
    mutating func remove(table: String, words: String) -> Bool {
        let object = Object(kind: "table", name: table, table: table, words: Self.tokens(words))
        guard objects[object] == 1 else { return false }
        objects[object] = nil
        return true
    }

    /// Whether a table is there in these words.
    func has(table: String, words: String) -> Bool {
        objects[Object(kind: "table", name: table, table: table, words: Self.tokens(words))] == 1
    }

    /// Tables that SQLite makes for itself, for numbers that go on counting and for statistics.
    private static let own = Set(
        [
            "CREATE TABLE sqlite_sequence(name,seq)", "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
            "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
        ].map(tokens))

    private static func text(_ value: String?) -> String { value ?? "" }

    /// A change of a table has SQLite put its names in quotes and its blanks elsewhere, and each version of it does so
    /// a little differently. So blanks count only where they part two words, and a name counts without its quotes; a
    /// text between single quotes counts as it is.
    private static func tokens(_ sql: String) -> String {
        var tokens: [String] = []
        var rest = Substring(sql)
        while let first = rest.first {
            if first.isWhitespace {
                rest.removeFirst()
            } else if first == "'" || first == "\"" {
                let inside = rest.dropFirst().prefix { $0 != first }
                let isName = first == "\"" && !inside.isEmpty && inside.allSatisfy(isWord)
                tokens.append(isName ? String(inside) : "\(first)\(inside)\(first)")
                rest = rest.dropFirst(inside.count + 2)
            } else if isWord(first) {
                let word = rest.prefix(while: isWord)
                tokens.append(String(word))
                rest = rest.dropFirst(word.count)
            } else {
                tokens.append(String(first))
                rest.removeFirst()
            }
        }
        return tokens.joined(separator: " ")
    }

    private static func isWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }
}
