import PatchbayInput
import PatchbayModel
import PatchbayStore
import PatchbaySync

/// What a sync did, in words for a person: what is there line by line, and what is not there cause by cause.
enum SyncText {
    /// Causes, and warnings, that are told one by one; more would bury what matters.
    private static let causesShown = 20
    /// Tasks that are named for each.
    private static let titlesShown = 3

    static func result(_ report: SyncReport) -> String {
        var table = TextTable(["TASK", "SYSTEM", "EXTERNAL ID", "URL"])
        for row in report.rows where row.state == .delivered {
            table.add([row.title, row.integration, row.displayID ?? row.externalID ?? "-", row.url ?? "-"])
        }
        var lines = table.isEmpty ? [] : [table.text]
        lines += causes(report.rows.filter { $0.state != .delivered })
        if report.rowsOmitted > 0 {
            lines.append("and \(report.rowsOmitted) more; `patchbay task list` and `patchbay failures` show them")
        }
        let counts = [
            ("delivered", report.total(\.delivered)), ("refused", report.total(\.refused)),
            ("waiting", report.total(\.waiting)),
            ("unknown", report.total(\.unknown)), ("put back unsent", report.total(\.released)),
        ]
        let told = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
        let nothing = report.left.isEmpty ? "nothing to send" : "nothing to send now"
        lines.append(told.isEmpty ? nothing : told.joined(separator: ", "))
        return lines.joined(separator: "\n")
    }

    private static func causes(_ rows: [SyncRow]) -> [String] {
        let groups = FailureCause.groups(rows)
        let lines = groups.prefix(causesShown).map { cause, rows in
            let why = Printable.text(FailureWords.why(field: cause.field, message: cause.message))
            let code = cause.code.map { " [\($0)]" } ?? ""
            let state = rows.count == 1 ? cause.state.rawValue : "\(rows.count) \(cause.state)"
            return "\(cause.integration): \(state): \(why)\(code): \(titles(rows.map(\.title)))"
        }
        let more = groups.count - lines.count
        return lines + (more > 0 ? ["and \(more) more causes; `patchbay failures` shows them"] : [])
    }

    private static func titles(_ titles: [String]) -> String {
        let named = titles.prefix(titlesShown).map { Printable.cut(Printable.text($0), to: 60) }.joined(separator: ", ")
        return titles.count > titlesShown ? "\(named) and \(titles.count - titlesShown) more" : named
    }

    static func notes(_ report: SyncReport) -> [String] {
        var notes = report.wasStopped ? ["stopped by a signal; the next sync goes on where this one ended"] : []
        for entry in report.integrations {
            if let failure = entry.failure {
                notes.append("\(entry.name): \(Printable.text(failure.message)) [\(failure.code)]")
            }
            notes += entry.notes.map { "\(entry.name): \($0)" }
        }
        notes += report.left.map(remainder)
        if report.left.contains(where: { $0.byState[.sending] != nil }) {
            notes.append(
                "sending: another sync has it under way, or had when it died: then it is looked up at that time")
        }
        if report.left.contains(where: { $0.byState[.refused] != nil || $0.byState[.unknown] != nil }) {
            notes.append("`patchbay failures` tells why, `patchbay explain TASK-ID` everything of one task")
        }
        if report.unbound > 0 {
            notes.append("\(report.unbound) tasks are bound for nowhere; `patchbay sync --integration NAME` takes them")
        }
        return notes + warnings(report.rows)
    }

    /// What is left of one integration, and when that goes on.
    private static func remainder(_ left: Remainder) -> String {
        let states = left.byState.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key.rawValue)" }
        var parts = ["\(left.integration): \(states.joined(separator: ", "))"]
        if !left.isActive {
            parts.append("inactive; `patchbay integration enable \(left.integration)` lets them go")
        } else if let pause = left.pause {
            parts.append(pause.words)
        } else if let open = left.breakerOpenUntil {
            parts.append("left alone until \(open.text) after repeated failures")
        } else if left.due > 0 {
            parts.append("\(left.due) due now")
        } else if let next = left.nextDueAt {
            parts.append("next due at \(next.text)")
        }
        return parts.joined(separator: "; ")
    }

    private static func warnings(_ rows: [SyncRow]) -> [String] {
        struct Kind: Hashable { let integration: String, warning: DeliveryWarning }
        var kinds: [Kind] = []
        var titles: [Kind: [String]] = [:]
        for row in rows {
            for warning in row.warnings {
                let kind = Kind(integration: row.integration, warning: warning)
                if titles[kind] == nil { kinds.append(kind) }
                titles[kind, default: []].append(row.title)
            }
        }
        let lines = kinds.prefix(causesShown).map { kind in
            "\(kind.integration): \(Printable.text(kind.warning.text)) [\(kind.warning.code)]: "
                + "\(Self.titles(titles[kind] ?? []))"
        }
        let more = kinds.count - lines.count
        return lines + (more > 0 ? ["and \(more) more kinds of warnings; `patchbay task show` has them"] : [])
    }
}
