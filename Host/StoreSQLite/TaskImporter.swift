import GRDB
import PatchbayModel
import PatchbayStore

/// Writes tasks one by one inside one transaction.
struct TaskImporter {
    let db: Database
    let now: Timestamp
    let names: [Int64: String]
    let queue: DeliveryQueue
    let mover: MovedDeliveryWriter
    /// Leaves aside also what is new or changed under a derived id.
    let holdsBack: Bool

    func write(_ entry: TaskImport) throws -> TaskImportResult {
        try check(entry)
        let known = try db.first("SELECT row, revision FROM task WHERE id = ?", [entry.task.id]) { row in
            (row: try row.number(0), revision: try row.number(1))
        }
        var existing: [ExistingDelivery] = []
        if let known {
            // It may be one of this very import, whose deliveries are not written yet.
            try queue.write()
            existing = try deliveries(of: known.row)
        }
        let decisions = decisions(entry, existing)
        if let refusal = mover.fault(in: entry, names: names) ?? refusal(in: decisions) {
            return TaskImportResult(taskID: entry.task.id, change: .refused, refusal: refusal)
        }
        if entry.sparesSent {
            var sentTo = existing.filter(\.mayBeThere).map { names[$0.integrationID] ?? "" }
            if let known { sentTo += try removedPlaces(of: known.row) }
            if holdsBack || !sentTo.isEmpty, try known.map({ try differs(entry.task, row: $0.row) }) ?? true {
                return TaskImportResult(taskID: entry.task.id, change: .aside, sentTo: sentTo.sorted())
            }
        }
        mover.accept(entry)
        let (state, change) = try writeTask(entry.task, known: known)
        let bound = BoundTask(
            row: state.row, meetingID: entry.task.meetingId, priorityRank: entry.task.priority.rank,
            dueRank: entry.task.dueRank)
        var outcome = Outcome()
        if change == .changed { try moveDeliveries(bound) }
        noteOldContent(existing, revision: state.revision, &outcome)
        try settle(existing, decisions, entry: entry, revision: state.revision, &outcome)
        try addNew(bound, entry: entry, beside: Set(existing.map(\.integrationID)), revision: state.revision, &outcome)
        return TaskImportResult(
            taskID: entry.task.id, change: change, deliveriesAdded: outcome.added,
            deliveriesCancelled: outcome.cancelled,
            keptIntegrations: outcome.kept, changedNotSent: outcome.old, keptOtherwise: outcome.otherwise)
    }

    private func check(_ entry: TaskImport) throws {
        for id in (entry.integrationIDs ?? []) + entry.moved.keys where names[id] == nil {
            throw StoreError.integrationNotFound(id: id)
        }
        if entry.externalID != nil && entry.integrationIDs?.count != 1 {
            throw StoreError(
                .taskInvalid,
                "The task has an external id, so it must name exactly one integration. Name the one that holds it.",
                context: ErrorContext(taskId: entry.task.id, title: entry.task.title))
        }
    }

    /// What becomes of each delivery that is here and comes from another home too, by integration.
    private func decisions(_ entry: TaskImport, _ existing: [ExistingDelivery]) -> [Int64: MoveDecision] {
        var decisions: [Int64: MoveDecision] = [:]
        if entry.moved.isEmpty { return decisions }
        for delivery in existing {
            guard let moved = entry.moved[delivery.integrationID] else { continue }
            decisions[delivery.integrationID] = MoveDecision(
                moved,
                here: MoveDecision.Here(
                    deliveryID: delivery.deliveryID, state: delivery.state, externalID: delivery.externalID,
                    isRestored: delivery.isRestored
                ))
        }
        return decisions
    }

    /// Names of removed integrations to which it was or may have been delivered.
    private func removedPlaces(of task: Int64) throws -> [String] {
        try db.rows(
            """
            SELECT r.name FROM tombstone AS t JOIN removed_integration AS r ON r.row = t.removed_row
            WHERE t.task_row = ? AND t.state IN ('delivered', 'sending', 'unknown')
            """, [task]
        ) { try $0.text(0) }
    }

    private func refusal(in decisions: [Int64: MoveDecision]) -> String? {
        for (id, decision) in decisions.sorted(by: { $0.key < $1.key }) {
            if case .refuse(let why) = decision { return "cannot be taken: \(names[id] ?? "an integration") \(why)" }
        }
        return nil
    }

    private struct Outcome {
        var added = 0
        var cancelled = 0
        var kept: [String] = []
        var old: [String] = []
        var otherwise: [String] = []
    }

    private struct ExistingDelivery {
        let row: Int64
        let integrationID: Int64
        let state: DeliveryState
        let deliveredRevision: Int64?
        let cancelledBy: String?
        let deliveryID: String
        let externalID: String?
        let isRestored: Bool

        var mayBeThere: Bool { state == .delivered || state == .sending || state == .unknown }
    }

    // MARK: The task itself

    private static let columns =
        "meeting_id, title, description, due_text, due_date, due_time, assignee, priority, labels, status"

    /// In the order of `columns`.
    private func content(_ task: TrackedTask) throws -> StatementArguments {
        [
            task.meetingId, task.title, task.description, task.dueDate?.text, task.dueDate?.date, task.dueDate?.time,
            task.assignee,
            task.priority.rawValue, try JSONText.encodeUnlessEmpty(task.labels), task.status.rawValue,
        ]
    }

    private func differs(_ task: TrackedTask, row: Int64) throws -> Bool {
        let other =
            "SELECT 1 FROM task WHERE row = ?11 AND (\(Self.columns)) IS NOT (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
        return try db.first(other, content(task) + [row]) { try $0.number(0) } != nil
    }

    /// Compares in SQL, byte by byte: Swift would take differently composed characters for equal.
    private func writeTask(
        _ task: TrackedTask, known: (row: Int64, revision: Int64)?
    ) throws -> (state: (row: Int64, revision: Int64), TaskImportResult.Change) {
        guard let known else {
            try db.run(
                "INSERT INTO task (\(Self.columns), id, imported_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                content(task) + [task.id, now.milliseconds])
            return ((db.lastInsertedRowID, 1), .added)
        }
        let changed = try db.run(
            """
            UPDATE task SET meeting_id = ?1, title = ?2, description = ?3, due_text = ?4, due_date = ?5, due_time = \
            ?6, assignee = ?7,
                priority = ?8, labels = ?9, status = ?10, revision = revision + 1
            WHERE row = ?11 AND (\(Self.columns)) IS NOT (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """, content(task) + [known.row])
        return changed == 0 ? (known, .unchanged) : ((known.row, known.revision + 1), .changed)
    }

    /// What deliveries copy from their task follows it.
    private func moveDeliveries(_ task: BoundTask) throws {
        try db.run(
            "UPDATE delivery SET priority_rank = ?, due_rank = ? WHERE task_row = ?",
            [task.priorityRank, task.dueRank, task.row])
    }

    // MARK: Its deliveries

    private func deliveries(of taskRow: Int64) throws -> [ExistingDelivery] {
        try db.rows(
            """
            SELECT row, integration_id, state, delivered_revision, cancelled_by, delivery_id, external_id, is_restored \
            FROM delivery
            WHERE task_row = ? ORDER BY integration_id
            """, [taskRow]
        ) { row in
            ExistingDelivery(
                row: try row.number(0), integrationID: try row.number(1), state: try row.word(2),
                deliveredRevision: try row.optionalNumber(3), cancelledBy: try row.optionalText(4),
                deliveryID: try row.text(5), externalID: try row.optionalText(6), isRestored: try row.number(7) == 1)
        }
    }

    private func noteOldContent(_ existing: [ExistingDelivery], revision: Int64, _ outcome: inout Outcome) {
        for delivery in existing where delivery.state == .delivered && (delivery.deliveredRevision ?? 0) < revision {
            outcome.old.append(names[delivery.integrationID] ?? "")
        }
        outcome.old.sort()
    }

    /// What the entry names and is not here yet, and what it tells of as taken back.
    private func addNew(
        _ task: BoundTask, entry: TaskImport, beside existing: Set<Int64>, revision: Int64, _ outcome: inout Outcome
    ) throws {
        var added = existing
        for id in entry.integrationIDs ?? [] where added.insert(id).inserted {
            if let moved = entry.moved[id] {
                try queue.add(moved, of: task, revision: revision, integrationID: id)
            } else if let externalID = entry.externalID {
                try queue.addDelivered(task, revision: revision, integrationID: id, externalID: externalID, now: now)
            } else {
                try queue.add(task, integrationID: id)
            }
            outcome.added += 1
        }
        for (id, moved) in entry.moved.sorted(by: { $0.key < $1.key })
        where moved.state == .cancelled && added.insert(id).inserted {
            try queue.add(moved, of: task, revision: revision, integrationID: id)
        }
    }

    private func follow(
        _ decision: MoveDecision?, _ delivery: ExistingDelivery, _ moved: MovedDelivery?, revision: Int64,
        _ outcome: inout Outcome
    ) throws {
        guard let decision, let moved else { return }
        switch decision {
        case .keep, .refuse: break
        case .tell: outcome.otherwise.append(names[delivery.integrationID] ?? "")
        case .take: try mover.take(moved, over: delivery.row, revision: revision, integrationID: delivery.integrationID)
        case .mark: try mover.mark(moved, over: delivery.row, revision: revision, integrationID: delivery.integrationID)
        }
    }

    /// Brings the deliveries there are in line with what the entry names.
    private func settle(
        _ existing: [ExistingDelivery], _ decisions: [Int64: MoveDecision], entry: TaskImport, revision: Int64,
        _ outcome: inout Outcome
    ) throws {
        guard let wanted = entry.integrationIDs else { return }
        for delivery in existing {
            if wanted.contains(delivery.integrationID) {
                let decision = decisions[delivery.integrationID]
                try follow(decision, delivery, entry.moved[delivery.integrationID], revision: revision, &outcome)
                if let externalID = entry.externalID {
                    try adopt(delivery, externalID: externalID, revision: revision)
                } else if delivery.state == .cancelled && delivery.cancelledBy == "import" && decision != .take {
                    try db.run(
                        "UPDATE delivery SET \(RestoredDeliveries.putBack(now: now)) WHERE row = ?", [delivery.row])
                    outcome.added += 1
                }
            } else if delivery.state == .pending {
                try db.run(
                    "UPDATE delivery SET state = 'cancelled', cancelled_by = 'import' WHERE row = ?", [delivery.row])
                outcome.cancelled += 1
            } else if delivery.state != .cancelled {
                outcome.kept.append(names[delivery.integrationID] ?? "")
            }
        }
        outcome.kept.sort()
    }

    /// The importer says that the task exists under this id. One that is being sent, or is delivered, is left as it is;
    /// a raised fence keeps late outcomes away from the others.
    private func adopt(_ delivery: ExistingDelivery, externalID: String, revision: Int64) throws {
        guard delivery.state != .sending && delivery.state != .delivered else { return }
        try db.run(
            """
            UPDATE delivery SET state = 'delivered', external_id = ?, delivered_at_ms = ?, delivered_revision = ?, \
            due_at_ms = NULL,
                unknown_since_ms = NULL, lookup_at_ms = NULL,
                cancelled_by = NULL, error_code = NULL, error_field = NULL, error_message = NULL, fence = fence + 1
            WHERE row = ?
            """, [externalID, now.milliseconds, revision, delivery.row])
    }
}
