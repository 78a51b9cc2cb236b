import PatchbayModel

/// What undelivered tasks have in common that failed for one reason: told once, however many they are.
package struct FailureCause: Sendable, Hashable {
    package let integration: String
    package let state: DeliveryState
    package let code: ErrorCode?
    package let field: String?
    package let message: String?

    private init(_ row: SyncRow) {
        integration = row.integration
        state = row.state
        code = row.code
        field = row.field
        message = row.message
    }

    /// The rows by their cause, in the order in which the causes first occur.
    package static func groups(_ rows: [SyncRow]) -> [(cause: FailureCause, rows: [SyncRow])] {
        var places: [FailureCause: Int] = [:]
        var groups: [(cause: FailureCause, rows: [SyncRow])] = []
        for row in rows {
            let cause = FailureCause(row)
            if let place = places[cause] {
                groups[place].rows.append(row)
            } else {
                places[cause] = groups.count
                groups.append((cause, [row]))
            }
        }
        return groups
    }
}
