import Foundation
import GRDB
import PatchbayModel
import PatchbayStore

/// What a new delivery copies from its task.
struct BoundTask {
    let row: Int64
    let meetingID: String?
    let priorityRank: Int
    let dueRank: String
}

/// Collects the new deliveries of one transaction and writes them in the order of sending.
///
/// A claim takes neighbours in that order. Written in it, they are neighbours on disk too, and a batch changes a few
/// pages where it would have changed one for each delivery: most of what a sync writes is pages.
final class DeliveryQueue {
    private struct Entry {
        let task: BoundTask
        let integrationID: Int64
        let turn: Int64
        let moved: (delivery: MovedDelivery, revision: Int64)?
    }

    private let db: Database
    private let turns: MeetingTurns
    /// Of an import; none of what comes from another home is added without.
    private let mover: MovedDeliveryWriter?
    private var entries: [Entry] = []

    init(_ db: Database, mover: MovedDeliveryWriter? = nil) {
        self.db = db
        self.mover = mover
        turns = MeetingTurns(db)
    }

    /// Takes the next turn of its meeting for it. Nothing is written before `write`.
    func add(_ task: BoundTask, integrationID: Int64) throws {
        let turn = try turns.take(integrationID: integrationID, meetingID: task.meetingID)
        entries.append(Entry(task: task, integrationID: integrationID, turn: turn, moved: nil))
    }

    /// One that comes from another home. What will hardly be sent any more needs no turn, and is written at once.
    func add(_ moved: MovedDelivery, of task: BoundTask, revision: Int64, integrationID: Int64) throws {
        guard moved.state != .delivered && moved.state != .cancelled else {
            try mover?.add(moved, of: task, revision: revision, integrationID: integrationID, turn: 0)
            return
        }
        let turn = try turns.take(integrationID: integrationID, meetingID: task.meetingID)
        entries.append(Entry(task: task, integrationID: integrationID, turn: turn, moved: (moved, revision)))
    }

    /// Writes what was added since the last time.
    func write() throws {
        entries.sort { one, other in
            (one.integrationID, one.task.priorityRank, one.task.dueRank, one.turn, one.task.row)
                < (other.integrationID, other.task.priorityRank, other.task.dueRank, other.turn, other.task.row)
        }
        for entry in entries {
            let task = entry.task
            if let moved = entry.moved {
                try mover?.add(
                    moved.delivery, of: task, revision: moved.revision, integrationID: entry.integrationID,
                    turn: entry.turn)
                continue
            }
            try db.run(
                """
                INSERT INTO delivery (task_row, integration_id, delivery_id, state, priority_rank, due_rank, turn)
                VALUES (?, ?, ?, 'pending', ?, ?, ?)
                """, [task.row, entry.integrationID, Self.newID(), task.priorityRank, task.dueRank, entry.turn])
        }
        entries = []
        try turns.save()
    }

    /// One that is there already, under an external id that its importer knows; it needs no turn.
    func addDelivered(_ task: BoundTask, revision: Int64, integrationID: Int64, externalID: String, now: Timestamp)
        throws
    {
        try db.run(
            """
            INSERT INTO delivery (task_row, integration_id, delivery_id, state, priority_rank, due_rank, external_id, \
            delivered_at_ms,
                delivered_revision)
            VALUES (?, ?, ?, 'delivered', ?, ?, ?, ?, ?)
            """,
            [
                task.row, integrationID, Self.newID(), task.priorityRank, task.dueRank, externalID, now.milliseconds,
                revision,
            ])
    }

    /// Made with the delivery, before anything is sent, and goes along with every attempt: UUID version 4 in lower
    /// case. With a generator of its own: `UUID()` opens the system's random device for each one, which took a fifth of
    /// an import.
    private static func newID() -> String {
        var generator = SystemRandomNumberGenerator()
        return UUID.random(using: &generator).uuidString.lowercased()
    }
}
