import PatchbayInput
import PatchbayModel
import PatchbayStore

/// What an import did.
package struct TaskImportReport: Sendable {
    package private(set) var added = 0
    package private(set) var unchanged = 0
    package private(set) var changed = 0
    package private(set) var deliveriesAdded = 0
    package private(set) var deliveriesCancelled = 0
    package private(set) var refused = 0
    /// The first `Limits.reportRowsMax` mistakes.
    package private(set) var errors: [InputError] = []
    package internal(set) var unknownFields: Set<String> = []
    /// Tasks that stay in an integration which their line no longer names; the first `Limits.reportRowsMax`.
    package private(set) var kept: [TaskImportResult] = []
    /// Tasks whose new content was stored and not sent; the first `Limits.reportRowsMax`.
    package private(set) var changedNotSent: [TaskImportResult] = []
    /// The ids taken, while there are few enough to show.
    package private(set) var taskIDs: [String] = []

    mutating func add(_ results: [TaskImportResult]) {
        for result in results {
            switch result.change {
            case .added: added += 1
            case .unchanged: unchanged += 1
            case .changed: changed += 1
            }
            deliveriesAdded += result.deliveriesAdded
            deliveriesCancelled += result.deliveriesCancelled
            if !result.keptIntegrations.isEmpty, kept.count < Limits.reportRowsMax { kept.append(result) }
            if !result.changedNotSent.isEmpty, changedNotSent.count < Limits.reportRowsMax { changedNotSent.append(result) }
            if taskIDs.count < Limits.reportRowsMax { taskIDs.append(result.taskID) }
        }
    }

    mutating func refuse(_ error: InputError) {
        refused += 1
        if errors.count < Limits.reportRowsMax { errors.append(error) }
    }
}
