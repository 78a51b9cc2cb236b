import GRDB
import PatchbayModel
import PatchbayStore

/// A delivery scope as SQL. A few fixed forms, so that each statement is prepared once.
struct ScopeSQL {
    /// Joins that start from what the scope names; ends with deliveries `d`.
    let source: String
    /// Conditions that narrow `d` to integration `:integration` and the scope.
    let condition: String
    let arguments: StatementArguments

    init(_ scope: DeliveryScope, integrationID: Int64) throws {
        var arguments: StatementArguments = ["integration": integrationID]
        var condition = "d.integration_id = :integration"
        // CROSS JOIN keeps the order: from what is named, by look-ups, to the deliveries.
        let deliveries = "CROSS JOIN delivery AS d ON d.task_row = k.row"
        if let taskIDs = scope.taskIDs {
            source =
                "(SELECT DISTINCT value AS id FROM json_each(:ids)) AS named CROSS JOIN task AS k ON k.id = named.id "
                + "\(deliveries)"
            arguments += ["ids": try JSONText.encode(taskIDs)]
        } else {
            source = scope.meetingID == nil ? "delivery AS d" : "task AS k \(deliveries)"
        }
        if let meetingID = scope.meetingID {
            condition += " AND k.meeting_id = :meeting"
            arguments += ["meeting": meetingID]
        }
        self.condition = condition
        self.arguments = arguments
    }

    /// Deliveries to send now, of which the waiting ones have been made ready before; the words are those of the
    /// partial indexes.
    static let ready = "d.state IN ('pending', 'waiting') AND d.due_at_ms IS NULL"
    /// Deliveries that rest in a state which needs somebody, or nobody; the words are those of the partial index.
    static let held = "(state = 'waiting' OR state = 'refused' OR state = 'unknown' OR state = 'cancelled')"
    /// Deliveries whose time to wait is over at `:now`.
    static let waitedEnough = "d.due_at_ms IS NOT NULL AND d.due_at_ms <= :now"
    /// The order of sending: by priority and due date, and among equals one of each meeting after the other.
    static let order = "d.priority_rank, d.due_rank, d.turn"

    /// At most `:limit` rows that are ready, in order: for a whole integration a range of one index, read from its
    /// start.
    var readyRows: String {
        """
        SELECT d.row AS row, d.priority_rank AS priority_rank, d.due_rank AS due_rank, d.turn AS turn FROM \(source)
        WHERE \(condition) AND \(Self.ready) ORDER BY \(Self.order) LIMIT :limit
        """
    }
}
