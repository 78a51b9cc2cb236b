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
            guard !Self.isHopeless($0) else { return }
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

    func skip(_ rule: ConformanceRule, _ reason: String) {
        pages.withLock { $0[rule, default: Page()].skipped = reason }
    }

    /// Ends of its worker after which nothing new is to be learned from further ones: each costs the start of another.
    private static let endsMax = 30

    /// It hangs, goes on for ever, is far too large or ends its worker again and again: everything else would take
    /// hours.
    var isHopeless: Bool { pages.withLock { Self.isHopeless($0) } }

    private static func isHopeless(_ pages: [ConformanceRule: Page]) -> Bool {
        pages[.quick]?.failure != nil || pages[.bounds]?.failure != nil || dies(pages)
    }

    private static func dies(_ pages: [ConformanceRule: Page]) -> Bool {
        [ConformanceRule.crashes, .inputOutput, .unknownNumbers].reduce(0) { $0 + (pages[$1]?.failures ?? 0) } > endsMax
    }

    /// Every rule, in the order of their numbers.
    var findings: [ConformanceFinding] {
        let pages = pages.withLock { $0 }
        let why = Self.dies(pages) ? "it fails again and again" : "it breaks R12"
        let reason = Self.isHopeless(pages) ? "given up, because \(why)" : "nothing to look at it with"
        return ConformanceRule.allCases.map { rule in
            guard let page = pages[rule], page.looked || page.failure != nil else {
                return ConformanceFinding(rule: rule, verdict: .skipped, detail: pages[rule]?.skipped ?? reason)
            }
            guard let failure = page.failure else {
                return ConformanceFinding(rule: rule, verdict: .ok, detail: page.remark ?? "")
            }
            let more = page.failures > 1 ? " (and \(page.failures - 1) more)" : ""
            return ConformanceFinding(rule: rule, verdict: .failed, detail: failure + more)
        }
    }
}
