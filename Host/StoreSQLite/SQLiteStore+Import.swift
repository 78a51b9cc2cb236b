import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func importTasks(_ tasks: [TaskImport], now: Timestamp) async throws -> [TaskImportResult] {
        precondition(tasks.count <= Limits.importBatchTasks, "an import is written in batches")
        return try await transaction { db in
            let queue = DeliveryQueue(db)
            let importer = TaskImporter(db: db, now: now, names: try Self.integrationNames(db), queue: queue)
            let results = try tasks.map(importer.write)
            try queue.write()
            return results
        }
    }

    private static func integrationNames(_ db: Database) throws -> [Int64: String] {
        let names = try db.rows("SELECT id, name FROM integration") { (id: try $0.number(0), name: try $0.text(1)) }
        return Dictionary(uniqueKeysWithValues: names.map { ($0.id, $0.name) })
    }
}

/// Writes tasks one by one inside one transaction.
private struct TaskImporter {
    let db: Database
    let now: Timestamp
    let names: [Int64: String]
    let queue: DeliveryQueue

    func write(_ entry: TaskImport) throws -> TaskImportResult {
        for id in entry.integrationIDs ?? [] where names[id] == nil { throw StoreError.integrationNotFound(id: id) }
        if entry.externalID != nil && entry.integrationIDs?.count != 1 {
            throw StoreError(
                .taskInvalid, "The task has an external id, so it must name exactly one integration. Name the one that holds it.",
                context: ErrorContext(taskId: entry.task.id, title: entry.task.title))
        }
        let (state, change) = try writeTask(entry.task)
        let bound = BoundTask(
            row: state.row, meetingID: entry.task.meetingId, priorityRank: entry.task.priority.rank, dueRank: entry.task.dueRank)
        var outcome = Outcome()
        var existing: [ExistingDelivery] = []
        if change != .added {
            // It may be one of this very import, whose deliveries are not written yet.
            try queue.write()
            if change == .changed { try moveDeliveries(bound) }
            existing = try deliveries(of: state.row)
            noteOldContent(existing, revision: state.revision, &outcome)
        }
        if let wanted = entry.integrationIDs {
            try settle(existing, entry: entry, wanted: wanted, revision: state.revision, &outcome)
            for (index, id) in wanted.enumerated()
            where !wanted[..<index].contains(id) && !existing.contains(where: { $0.integrationID == id }) {
                try add(bound, to: id, externalID: entry.externalID, revision: state.revision)
                outcome.added += 1
            }
        }
        return TaskImportResult(
            taskID: entry.task.id, change: change, deliveriesAdded: outcome.added, deliveriesCancelled: outcome.cancelled,
            keptIntegrations: outcome.kept, changedNotSent: outcome.old)
    }

    private struct Outcome {
        var added = 0
        var cancelled = 0
        var kept: [String] = []
        var old: [String] = []
    }

    private struct ExistingDelivery {
        let row: Int64
        let integrationID: Int64
        let state: DeliveryState
        let deliveredRevision: Int64?
        let cancelledBy: String?
    }

    // MARK: The task itself

    /// Compares in SQL, byte by byte: Swift would take differently composed characters for equal.
    private func writeTask(_ task: TrackedTask) throws -> (state: (row: Int64, revision: Int64), TaskImportResult.Change) {
        let content: StatementArguments = [
            task.meetingId, task.title, task.description, task.dueDate?.text, task.dueDate?.date, task.dueDate?.time, task.assignee,
            task.priority.rawValue, try JSONText.encodeUnlessEmpty(task.labels), task.status.rawValue,
        ]
        let known = try db.first("SELECT row, revision FROM task WHERE id = ?", [task.id]) { (try $0.number(0), try $0.number(1)) }
        guard let known else {
            try db.run(
                """
                INSERT INTO task (meeting_id, title, description, due_text, due_date, due_time, assignee, priority, labels, status,
                    id, imported_at_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """, content + [task.id, now.milliseconds])
            return ((db.lastInsertedRowID, 1), .added)
        }
        let changed = try db.run(
            """
            UPDATE task SET meeting_id = ?1, title = ?2, description = ?3, due_text = ?4, due_date = ?5, due_time = ?6, assignee = ?7,
                priority = ?8, labels = ?9, status = ?10, revision = revision + 1
            WHERE row = ?11 AND (meeting_id, title, description, due_text, due_date, due_time, assignee, priority, labels, status)
                IS NOT (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """, content + [known.0])
        return changed == 0 ? (known, .unchanged) : ((known.0, known.1 + 1), .changed)
    }

    /// What deliveries copy from their task follows it.
    private func moveDeliveries(_ task: BoundTask) throws {
        try db.run(
            "UPDATE delivery SET priority_rank = ?, due_rank = ? WHERE task_row = ?", [task.priorityRank, task.dueRank, task.row])
    }

    // MARK: Its deliveries

    private func deliveries(of taskRow: Int64) throws -> [ExistingDelivery] {
        try db.rows(
            "SELECT row, integration_id, state, delivered_revision, cancelled_by FROM delivery WHERE task_row = ? ORDER BY integration_id",
            [taskRow]
        ) { row in
            ExistingDelivery(
                row: try row.number(0), integrationID: try row.number(1), state: try row.word(2),
                deliveredRevision: try row.optionalNumber(3), cancelledBy: try row.optionalText(4))
        }
    }

    private func noteOldContent(_ existing: [ExistingDelivery], revision: Int64, _ outcome: inout Outcome) {
        for delivery in existing where delivery.state == .delivered && (delivery.deliveredRevision ?? 0) < revision {
            outcome.old.append(names[delivery.integrationID] ?? "")
        }
        outcome.old.sort()
    }

    private func add(_ task: BoundTask, to integrationID: Int64, externalID: String?, revision: Int64) throws {
        if let externalID {
            try queue.addDelivered(task, revision: revision, integrationID: integrationID, externalID: externalID, now: now)
        } else {
            try queue.add(task, integrationID: integrationID)
        }
    }

    /// Brings the deliveries there are in line with what the entry names.
    private func settle(
        _ existing: [ExistingDelivery], entry: TaskImport, wanted: [Int64], revision: Int64, _ outcome: inout Outcome
    ) throws {
        for delivery in existing {
            if wanted.contains(delivery.integrationID) {
                if let externalID = entry.externalID {
                    try adopt(delivery, externalID: externalID, revision: revision)
                } else if delivery.state == .cancelled && delivery.cancelledBy == "import" {
                    try db.run("UPDATE delivery SET \(RestoredDeliveries.putBack(now: now)) WHERE row = ?", [delivery.row])
                    outcome.added += 1
                }
            } else if delivery.state == .pending {
                try db.run("UPDATE delivery SET state = 'cancelled', cancelled_by = 'import' WHERE row = ?", [delivery.row])
                outcome.cancelled += 1
            } else if delivery.state != .cancelled {
                outcome.kept.append(names[delivery.integrationID] ?? "")
            }
        }
        outcome.kept.sort()
    }

    /// The importer says that the task exists under this id. One that is being sent, or is delivered, is left as it is; a raised
    /// fence keeps late outcomes away from the others.
    private func adopt(_ delivery: ExistingDelivery, externalID: String, revision: Int64) throws {
        guard delivery.state != .sending && delivery.state != .delivered else { return }
        try db.run(
            """
            UPDATE delivery SET state = 'delivered', external_id = ?, delivered_at_ms = ?, delivered_revision = ?, due_at_ms = NULL,
                unknown_since_ms = NULL, lookup_at_ms = NULL,
                cancelled_by = NULL, error_code = NULL, error_field = NULL, error_message = NULL, fence = fence + 1
            WHERE row = ?
            """, [externalID, now.milliseconds, revision, delivery.row])
    }
}
