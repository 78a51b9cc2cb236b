import GRDB

/// Gives each new delivery its turn among those of its meeting, inside one transaction.
///
/// Deliveries of one priority and due date are sent by turn: the first of each meeting, then the second of each. A
/// meeting that comes later begins where the sending stands, neither before all others nor behind a long one
/// (start-time fair queuing).
final class MeetingTurns {
    private struct Meeting: Hashable {
        let integrationID: Int64
        let meetingID: String
    }

    private let db: Database
    private var next: [Meeting: Int64] = [:]
    /// Where the sending of an integration stands.
    private var current: [Int64: Int64] = [:]

    init(_ db: Database) { self.db = db }

    /// The next turn of a meeting. `save` has to follow in the same transaction.
    func take(integrationID: Int64, meetingID: String?) throws -> Int64 {
        let meeting = Meeting(integrationID: integrationID, meetingID: meetingID ?? "")
        let turn = try next[meeting] ?? max(stored(meeting), reached(integrationID))
        next[meeting] = turn + 1
        return turn
    }

    /// Writes down what was taken.
    func save() throws {
        for (meeting, turn) in next {
            try db.run(
                """
                INSERT INTO meeting_turn (integration_id, meeting_id, next_turn) VALUES (?1, ?2, ?3)
                ON CONFLICT (integration_id, meeting_id) DO UPDATE SET next_turn = ?3
                """, [meeting.integrationID, meeting.meetingID, turn])
        }
    }

    private func stored(_ meeting: Meeting) throws -> Int64 {
        try db.first(
            "SELECT next_turn FROM meeting_turn WHERE integration_id = ? AND meeting_id = ?",
            [meeting.integrationID, meeting.meetingID]
        ) { try $0.counted(0) } ?? 0
    }

    /// The turn of the delivery that would be sent next; 0 where none waits.
    private func reached(_ integrationID: Int64) throws -> Int64 {
        if let known = current[integrationID] { return known }
        let turn = try db.first(
            "SELECT d.turn FROM delivery AS d WHERE d.integration_id = ? AND \(ScopeSQL.ready) ORDER BY "
                + "\(ScopeSQL.order) LIMIT 1",
            [integrationID]
        ) { try $0.counted(0) }
        current[integrationID] = turn ?? 0
        return turn ?? 0
    }
}
