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
    /// Tasks that an integration holds otherwise than the file says; the first `Limits.reportRowsMax`.
    package private(set) var keptOtherwise: [TaskImportResult] = []
    /// Tasks that were sent before, under a derived id and with other content, so that this may be another one with the
    /// same words; and what is new or changed beside such a one, under a derived id too.
    package private(set) var asideCount = 0
    /// The first `Limits.reportRowsMax` of them.
    package private(set) var aside: [Aside] = []
    /// The meeting that tasks without one were given.
    package internal(set) var meetingID: String?
    /// The ids taken, while there are few enough to show.
    package private(set) var taskIDs: [String] = []

    /// A task that was left aside.
    package struct Aside: Sendable {
        package let line: Int?
        package let taskID: String
        package let title: String
        /// Where it was sent, by name; empty for what is left aside because of others.
        package let integrations: [String]
    }

    mutating func leaveAside(_ result: TaskImportResult, line: Int?, title: String) {
        asideCount += 1
        guard aside.count < Limits.reportRowsMax else { return }
        aside.append(Aside(line: line, taskID: result.taskID, title: title, integrations: result.sentTo))
    }

    mutating func add(_ results: [TaskImportResult]) {
        for result in results {
            switch result.change {
            case .added: added += 1
            case .unchanged: unchanged += 1
            case .changed: changed += 1
            case .aside, .refused: continue
            }
            deliveriesAdded += result.deliveriesAdded
            deliveriesCancelled += result.deliveriesCancelled
            if !result.keptIntegrations.isEmpty, kept.count < Limits.reportRowsMax { kept.append(result) }
            if !result.changedNotSent.isEmpty, changedNotSent.count < Limits.reportRowsMax {
                changedNotSent.append(result)
            }
            if !result.keptOtherwise.isEmpty, keptOtherwise.count < Limits.reportRowsMax {
                keptOtherwise.append(result)
            }
            if taskIDs.count < Limits.reportRowsMax { taskIDs.append(result.taskID) }
        }
    }

    mutating func refuse(_ error: InputError) {
        refused += 1
        if errors.count < Limits.reportRowsMax { errors.append(error) }
    }
}
