import Foundation
import GRDB
import PatchbayModel
@testable import PatchbayStoreSQLite

/// A backup that somebody changed: its bytes, or the words of its schema. Whatever is taken for sound has the tables,
/// columns and triggers that this program makes, as SQLite itself sees them.
enum BackupFuzzing {
    private static let path = "/dev/shm/patchbay-fuzz-\(getpid()).sqlite"
    /// A sound one, made once.
    private static let sound: [UInt8] = make()
    private static let shape = (try? DatabaseQueue(path: write(sound)).read(shape)) ?? []

    static func read(_ input: [UInt8]) {
        guard let first = input.first else { return }
        _ = shape
        if first < 128 { changeBytes(input) } else { changeWords(input) }
        guard (try? StoreCopy.check(path: path, name: "x")) != nil else { return }
        let seen = try? DatabaseQueue(path: path, configuration: StoreCopy.configuration(isReadOnly: true)).read(shape)
        precondition(seen == shape, "it was taken for sound and is not what this program makes")
    }

    private static func make() -> [UInt8] {
        do {
            try? FileManager.default.removeItem(atPath: path)
            var configuration = Configuration()
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA page_size = 1024") }
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try Schema.migrate(queue)
            let now = Timestamp(milliseconds: 1_795_000_000_000)
            try queue.write { _ = try StoreCopy.writeManifest($0, madeAt: now, madeBy: "fuzz") }
            try queue.writeWithoutTransaction { try StoreCopy.makeSingleFile($0) }
            try queue.close()
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
            _ = try StoreCopy.check(path: path, name: "x")
            return bytes
        } catch {
            preconditionFailure("no sound backup could be made: \(error)")
        }
    }

    private static func write(_ bytes: [UInt8]) -> String {
        precondition((try? Data(bytes).write(to: URL(fileURLWithPath: path))) != nil)
        return path
    }

    /// Four bytes each: where, and what stands there then.
    private static func changeBytes(_ input: [UInt8]) {
        var bytes = sound
        for change in stride(from: 1, to: input.count - 3, by: 4) {
            let place = Int(input[change]) << 16 | Int(input[change + 1]) << 8 | Int(input[change + 2])
            bytes[place % bytes.count] = input[change + 3]
        }
        _ = write(bytes)
    }

    /// The number of an object, then a change of its words: what is replaced, and by what, parted by a record
    /// separator. Without one, the words are those of a further object.
    private static func changeWords(_ input: [UInt8]) {
        _ = write(sound)
        let parts = input.dropFirst(2).split(separator: 0x1E, maxSplits: 1, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard input.count > 2, let queue = try? DatabaseQueue(path: path) else { return }
        try? queue.writeWithoutTransaction { db in
            let version = try Int.fetchOne(db, sql: "PRAGMA schema_version") ?? 0
            try db.execute(sql: "PRAGMA writable_schema = ON")
            if parts.count == 2 {
                try db.execute(
                    sql: """
                        UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE rowid =
                        (SELECT rowid FROM sqlite_schema ORDER BY rowid LIMIT 1 OFFSET ?)
                        """, arguments: [parts[0], parts[1], Int(input[1])])
            } else {
                let kinds = ["table", "index", "trigger", "view"]
                try db.execute(
                    sql: "INSERT INTO sqlite_schema VALUES (?, 'x', 'task', 0, ?)",
                    arguments: [kinds[Int(input[1] % 4)], parts[0]])
            }
            try db.execute(sql: "PRAGMA schema_version = \(version + 1)")
        }
        try? queue.close()
    }

    /// How SQLite understands what the file holds. A trigger's or an index's words are known by what it makes of them.
    private static func shape(_ db: Database) throws -> [String] {
        var shape = try String.fetchAll(db, sql: "SELECT type || name || tbl_name FROM sqlite_schema ORDER BY 1")
        shape.sort()
        for table in try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name") {
            for row in try Row.fetchAll(db, sql: "SELECT * FROM pragma_table_xinfo(?)", arguments: [table]) {
                shape.append("\(table) \(row)")
            }
            for row in try Row.fetchAll(db, sql: "SELECT * FROM pragma_index_list(?)", arguments: [table]) {
                shape.append("\(table) \(row)")
            }
        }
        return shape
    }
}
