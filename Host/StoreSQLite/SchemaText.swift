import GRDB
import Synchronization

/// The words that made all tables, indexes, triggers and views of a database, to be compared with those that this
/// version would have used.
///
/// They are all that SQLite runs of a file by itself: a generated column, an expression in an index, a check, a
/// trigger. So nothing of them is left out by a name that the file gives, not the table that the library keeps its
/// versions in either; only what SQLite itself makes.
struct SchemaText: Equatable, Sendable {
    /// One object: kind, name, the table it says it belongs to, and its words, as tokens. They are compared byte by
    /// byte: for Swift two texts are the same where Unicode says so, and the sign for kelvin is then a K.
    private struct Object: Hashable, Sendable {
        let kind: [UInt8]
        let name: [UInt8]
        let table: [UInt8]
        let words: [[UInt8]]

        init(kind: String, name: String, table: String, words: [[UInt8]]) {
            self.kind = Array(kind.utf8)
            self.name = Array(name.utf8)
            self.table = Array(table.utf8)
            self.words = words
        }
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
                objects[Object(kind: kind, name: name, table: table, words: []), default: 0] += 1
                continue
            }
            let words = Self.tokens(sql)
            if kind == "table", Self.own.contains(words) { continue }
            objects[Object(kind: kind, name: name, table: table, words: words), default: 0] += 1
        }
    }

    /// What this program would make of a version; made once.
    init(ofVersion version: Int) throws {
        if let made = Self.made.withLock({ $0[version] }) {
            self = made
            return
        }
        let queue = try DatabaseQueue()
        try Schema.migrate(queue, upTo: version)
        let text = try queue.read { try SchemaText($0) }
        Self.made.withLock { $0[version] = text }
        self = text
    }

    private static let made = Mutex<[Int: SchemaText]>([:])

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
        ].map(SchemaText.tokens))

    private static func text(_ value: String?) -> String { value ?? "" }

    /// A change of a table has SQLite put its names in quotes and its blanks elsewhere, and each version of it does so
    /// a little differently. So blanks count only where they part two words or two operators, and a name counts without
    /// its quotes; a text between single quotes counts as it is, and a comment with its end, or the line behind it
    /// could be made a part of it.
    ///
    /// What SQLite reads otherwise must come out otherwise. So blanks are its own five and no others, and a word in
    /// quotes is a name only in small letters: in capitals it would be as good as one of SQLite's own words, which it
    /// is not (`"NOT" NULL`). Our schemas write those in capitals.
    private static func tokens(_ sql: String) -> [[UInt8]] {
        var tokens: [[UInt8]] = []
        var rest = Array(sql.utf8)[...]
        while let first = rest.first {
            if blanks.contains(first) {
                rest.removeFirst()
                continue
            }
            var token: ArraySlice<UInt8>
            if first == UInt8(ascii: "'") || first == UInt8(ascii: "\"") {
                token = quoted(rest)
            } else if let comment = comment(rest) {
                token = comment
            } else if isWord(first) {
                token = rest.prefix(while: isWord)
            } else {
                token = operators.contains(first) ? operators(rest) : rest.prefix(1)
            }
            rest = rest.dropFirst(token.count)
            let inside = token.dropFirst().dropLast()
            if first == UInt8(ascii: "\""), isName(inside) { token = inside }
            tokens.append(Array(token))
        }
        return tokens
    }

    private static let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0C, 0x0D]
    private static let operators = Set("<>=!|&~+-*/%".utf8)

    /// A comment with its end; nil where none begins.
    private static func comment(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        if bytes.starts(with: "--".utf8) {
            return bytes.firstIndex(of: UInt8(ascii: "\n")).map { bytes[...$0] } ?? bytes
        }
        guard bytes.starts(with: "/*".utf8) else { return nil }
        let ends = bytes.indices.dropFirst(3).first {
            bytes[$0] == UInt8(ascii: "/") && bytes[$0 - 1] == UInt8(ascii: "*")
        }
        return ends.map { bytes[...$0] } ?? bytes
    }

    /// Operators in a row, up to a comment.
    private static func operators(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let end = bytes.indices.first { !operators.contains(bytes[$0]) || comment(bytes[$0...]) != nil }
        return bytes[..<(end ?? bytes.endIndex)]
    }

    /// A text with its quotes, of which two in a row are one of the text.
    private static func quoted(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var end = bytes.startIndex + 1
        while end < bytes.endIndex {
            if bytes[end] == bytes.first {
                guard end + 1 < bytes.endIndex, bytes[end + 1] == bytes.first else {
                    return bytes[...end]
                }
                end += 1
            }
            end += 1
        }
        return bytes
    }

    private static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.first.map { !isDigit($0) } ?? false
            && bytes.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || isDigit($0) || $0 == UInt8(ascii: "_")
            }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// As SQLite has it: all that is not ASCII is part of a word.
    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
            UInt8(ascii: "$"), 0x80...:
            true
        default: isDigit(byte)
        }
    }
}
