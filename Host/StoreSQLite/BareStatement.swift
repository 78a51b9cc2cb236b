import GRDB
import GRDBSQLite

/// A prepared statement without GRDB's boxes for rows and arguments, which take more time than SQLite itself where rows
/// are many.
///
/// For the queue of its connection, and not to be kept beyond one visit.
@safe struct BareStatement: ColumnReading {
    private let statement: Statement
    private let handle: OpaquePointer
    private let database: Database

    /// Takes it from the connection's cache, ready to be bound.
    init(_ db: Database, _ sql: String) throws {
        statement = try db.cachedStatement(sql: sql)
        unsafe handle = statement.sqliteStatement
        database = db
        reset()
    }

    /// The same with its arguments bound, named ones too.
    init(_ db: Database, _ sql: String, _ arguments: StatementArguments) throws {
        try self.init(db, sql)
        try statement.setArguments(arguments)
    }

    /// Ends what it was doing. An error that it had was thrown by `step`.
    func reset() { _ = unsafe sqlite3_reset(handle) }

    /// Parameters count from 1.
    func bind(_ number: Int64, at index: Int32) throws { try check(unsafe sqlite3_bind_int64(handle, index, number)) }

    func bind(_ text: String, at index: Int32) throws {
        var text = text
        try check(
            text.withUTF8 { unsafe sqlite3_bind_text(handle, index, $0.baseAddress, Int32($0.count), Self.copied) })
    }

    func bind(_ bytes: [UInt8], at index: Int32) throws {
        try check(unsafe sqlite3_bind_blob(handle, index, bytes, Int32(bytes.count), Self.copied))
    }

    /// Nil binds NULL.
    func bind(_ number: Int64?, at index: Int32) throws {
        guard let number else { return try bindNull(at: index) }
        try bind(number, at: index)
    }

    func bind(_ text: String?, at index: Int32) throws {
        guard let text else { return try bindNull(at: index) }
        try bind(text, at: index)
    }

    func bind(_ bytes: [UInt8]?, at index: Int32) throws {
        guard let bytes else { return try bindNull(at: index) }
        try bind(bytes, at: index)
    }

    func bindNull(at index: Int32) throws { try check(unsafe sqlite3_bind_null(handle, index)) }

    /// Goes one row on; false at the end.
    func step() throws -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failure()
        }
    }

    /// Goes to the end, and makes it ready for the next values.
    func run() throws {
        while try step() {}
        reset()
    }

    /// Columns count from 0, and are read between a `step` that gave a row and the next. A value of another kind than
    /// its column's is turned into one of it, and NULL into nothing: 0 or empty.
    func number(_ column: Int) -> Int64 { unsafe sqlite3_column_int64(handle, Int32(column)) }

    func text(_ column: Int) -> String {
        guard let start = unsafe sqlite3_column_text(handle, Int32(column)) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(handle, Int32(column)))
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func bytes(_ column: Int) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(handle, Int32(column)) else { return [] }
        return unsafe [UInt8](
            UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, Int32(column)))))
    }

    func isNull(_ column: Int) -> Bool { unsafe sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL }

    func optionalNumber(_ column: Int) -> Int64? { isNull(column) ? nil : number(column) }

    func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }

    private func check(_ code: Int32) throws {
        if code != SQLITE_OK { throw failure() }
    }

    private func failure() -> DatabaseError {
        let connection = unsafe sqlite3_db_handle(handle)
        let message = unsafe sqlite3_errmsg(connection).map { unsafe String(cString: $0) }
        return DatabaseError(
            resultCode: ResultCode(rawValue: unsafe sqlite3_extended_errcode(connection)), message: message)
    }

    /// SQLite makes a copy while it binds.
    private static var copied: sqlite3_destructor_type { unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}

extension Database {
    /// Whether the open transaction has written to the database of that name.
    func hasWritten(to name: String) throws -> Bool {
        guard let connection = unsafe sqliteConnection else { return false }
        return unsafe sqlite3_txn_state(connection, name) == SQLITE_TXN_WRITE
    }
}
