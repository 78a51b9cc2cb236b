import Foundation
import GRDB
import PatchbayModel
import PatchbayStore

/// Reads columns by position, which a claim of fifty rows needs to be quick.
protocol ColumnReading {
    func text(_ index: Int) throws -> String
    func optionalText(_ index: Int) throws -> String?
    func number(_ index: Int) throws -> Int64
    func optionalNumber(_ index: Int) throws -> Int64?
}

extension ColumnReading {
    /// A time as near to what is kept as a calendar tells: a store may have been changed by hand, and what is reckoned
    /// with a time later must not overflow.
    func time(_ index: Int) throws -> Timestamp { Self.time(try number(index)) }
    func optionalTime(_ index: Int) throws -> Timestamp? { try optionalNumber(index).map(Self.time) }

    /// A number that is counted up by one, as near to what is kept as that goes.
    func counted(_ index: Int) throws -> Int64 { min(max(try number(index), 0), Limits.storedCountMax) }

    private static func time(_ kept: Int64) -> Timestamp {
        Timestamp(milliseconds: min(max(kept, -Limits.momentMax), Limits.momentMax))
    }
    func optionalCode(_ index: Int) throws -> ErrorCode? { try optionalText(index).map(ErrorCode.init(rawValue:)) }

    func word<Word: RawRepresentable<String>>(_ index: Int) throws -> Word {
        guard let word = Word(rawValue: try text(index)) else { throw UnreadableValue() }
        return word
    }
}

/// A value that does not fit its column throws.
extension Row: ColumnReading {
    func text(_ index: Int) throws -> String { try decode(String.self, atIndex: index) }
    func optionalText(_ index: Int) throws -> String? { try decode(String?.self, atIndex: index) }
    func number(_ index: Int) throws -> Int64 { try decode(Int64.self, atIndex: index) }
    func optionalNumber(_ index: Int) throws -> Int64? { try decode(Int64?.self, atIndex: index) }
    func bytes(_ index: Int) throws -> [UInt8] { [UInt8](try decode(Data.self, atIndex: index)) }
}

/// A stored word or JSON text that this version cannot read.
struct UnreadableValue: Error {}

/// Values that are kept as JSON in a text column. Keys are sorted, so that equal values are equal texts.
enum JSONText {
    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Null for nothing: most tasks have no labels and most deliveries no warnings.
    static func encodeUnlessEmpty(_ values: [some Encodable]) throws -> String? {
        values.isEmpty ? nil : try encode(values)
    }

    static func decode<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) throws -> Value {
        do { return try JSONDecoder().decode(type, from: Data(text.utf8)) } catch { throw UnreadableValue() }
    }

    static func decodeList<Element: Decodable>(_ text: String?) throws -> [Element] {
        guard let text else { return [] }
        return try decode(text)
    }
}

extension Priority {
    /// Place in the order of sending: the most urgent first.
    var rank: Int {
        switch self {
        case .urgent: 0
        case .high: 1
        case .medium: 2
        case .low: 3
        case .none: 4
        }
    }
}

extension TrackedTask {
    /// Place in the order of sending among equals in priority; a text that sorts as time does, and last without a due
    /// date.
    var dueRank: String { dueDate.map { $0.time ?? $0.date } ?? "9999-99-99" }

    /// In the order that `init(_:from:)` reads.
    static let columns = """
        t.id, t.meeting_id, t.title, t.description, t.due_text, t.due_date, t.due_time, t.assignee, t.priority, \
        t.labels, t.status
        """
    static let columnCount = 11

    init(_ row: some ColumnReading, from start: Int) throws {
        var due: DueDate?
        if let text = try row.optionalText(start + 4) {
            due = DueDate(text: text, date: try row.text(start + 5), time: try row.optionalText(start + 6))
        }
        self.init(
            id: try row.text(start), meetingId: try row.optionalText(start + 1), title: try row.text(start + 2),
            description: try row.optionalText(start + 3), dueDate: due, assignee: try row.optionalText(start + 7),
            priority: try row.word(start + 8), labels: try JSONText.decodeList(row.optionalText(start + 9)),
            status: try row.word(start + 10))
    }
}

extension DeliveryRecord {
    /// In the order that `init(_:)` reads; needs `d`, `t` and `i` for delivery, task and integration.
    static let columns = """
        d.row, t.id, d.integration_id, i.name, i.type, d.delivery_id, d.state, d.attempts, d.external_id, \
        d.display_id, d.url, \
        d.error_code, d.error_field, d.error_message, d.vendor_request_id, d.warnings, \
        CASE d.state WHEN 'unknown' THEN d.lookup_at_ms WHEN 'sending' THEN d.lease_until_ms ELSE d.due_at_ms END, \
        d.first_attempt_at_ms, \
        d.delivered_at_ms, d.state = 'delivered' AND d.delivered_revision < t.revision, d.task_row
        """
    static let taskRowColumn = 20

    init(_ row: Row) throws {
        self.init(
            row: try row.number(0), taskID: try row.text(1), integrationID: try row.number(2),
            integrationName: try row.text(3),
            integrationType: try row.text(4), deliveryID: try row.text(5), state: try row.word(6),
            attempts: Int(try row.number(7)),
            externalID: try row.optionalText(8), displayID: try row.optionalText(9), url: try row.optionalText(10),
            errorCode: try row.optionalCode(11), errorField: try row.optionalText(12),
            errorMessage: try row.optionalText(13),
            vendorRequestID: try row.optionalText(14), warnings: try JSONText.decodeList(row.optionalText(15)),
            dueAt: try row.optionalTime(16), firstAttemptAt: try row.optionalTime(17),
            deliveredAt: try row.optionalTime(18),
            changedSince: try row.optionalNumber(19) == 1)
    }
}

extension Database {
    /// All rows of a cached statement, each read by `read`.
    func rows<Value>(
        _ sql: String, _ arguments: StatementArguments = StatementArguments(), _ read: (Row) throws -> Value
    ) throws -> [Value] {
        let cursor = try Row.fetchCursor(cachedStatement(sql: sql), arguments: arguments)
        var values: [Value] = []
        while let row = try cursor.next() { values.append(try read(row)) }
        return values
    }

    /// The first row of a cached statement.
    func first<Value>(
        _ sql: String, _ arguments: StatementArguments = StatementArguments(), _ read: (Row) throws -> Value
    ) throws -> Value? {
        let cursor = try Row.fetchCursor(cachedStatement(sql: sql), arguments: arguments)
        return try cursor.next().map(read)
    }

    /// Runs a cached statement; gives how many rows it changed.
    @discardableResult
    func run(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Int {
        try cachedStatement(sql: sql).execute(arguments: arguments)
        return changesCount
    }
}
