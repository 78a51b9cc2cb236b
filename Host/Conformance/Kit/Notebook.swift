import Synchronization

/// What the kit has seen so far, rule by rule. The first failure of a rule is the one that is told.
final class Notebook: Sendable {
    private struct Page {
        var failures = 0
        var failure: String?
        var remark: String?
        var skipped: String?
        var looked = false
    }

    private let pages = Mutex<[ConformanceRule: Page]>([:])

    /// The rule was looked at; `remark` is what was seen.
    func look(_ rule: ConformanceRule, _ remark: String? = nil) {
        pages.withLock {
            $0[rule, default: Page()].looked = true
            if let remark { $0[rule]?.remark = remark }
        }
    }

    func fail(_ rule: ConformanceRule, _ sentence: String) {
        pages.withLock {
            $0[rule, default: Page()].failures += 1
            if $0[rule]?.failure == nil { $0[rule]?.failure = sentence }
        }
    }

    func skip(_ rule: ConformanceRule, _ reason: String) { pages.withLock { $0[rule, default: Page()].skipped = reason } }

    /// Whether the rule has failed so far.
    func hasFailed(_ rule: ConformanceRule) -> Bool { pages.withLock { $0[rule]?.failure != nil } }

    /// Every rule, in the order of their numbers.
    var findings: [ConformanceFinding] {
        let pages = pages.withLock { $0 }
        return ConformanceRule.allCases.map { rule in
            guard let page = pages[rule], page.looked || page.failure != nil else {
                return ConformanceFinding(rule: rule, verdict: .skipped, detail: pages[rule]?.skipped ?? "nothing to look at it with")
            }
            guard let failure = page.failure else { return ConformanceFinding(rule: rule, verdict: .ok, detail: page.remark ?? "") }
            let more = page.failures > 1 ? " (and \(page.failures - 1) more)" : ""
            return ConformanceFinding(rule: rule, verdict: .failed, detail: failure + more)
        }
    }
}
