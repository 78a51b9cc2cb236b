import PatchbayConnectorKit

/// A look-up by the property that carries the delivery id, over the pages of one search.
struct PropertyLookUp {
    private let tasks: [ConnectorTask]
    /// The account that made the attempts, where they do not say it.
    private let account: String?
    /// Nothing older than this is asked for, in milliseconds since 1970; nil when some task does not say when it was
    /// tried.
    let sinceUnixMs: Int64?

    private var found: [String: JiraListedIssue] = [:]
    /// Issues of the attempts' accounts that bear no marker.
    private var unmarked: [ListedTask] = []
    /// Whether every row so far had all that was asked for.
    private var isWhole = true
    /// Whether the search was read to its end.
    var isAtEnd = false

    init(_ tasks: [ConnectorTask], account: String?) {
        self.tasks = tasks
        self.account = account
        let earliest = tasks.map(\.attemptedUnixMs).min() ?? 0
        sinceUnixMs = earliest > 0 ? earliest : nil
    }

    /// Whether all is seen, the witnesses too, each as the issue that it is known to be.
    var isComplete: Bool {
        tasks.allSatisfy { task in
            guard let issue = found[task.deliveryId] else { return false }
            return !task.isWitness || issue.id == task.externalId
        }
    }

    /// Takes what a page shows. Where two issues have one delivery id, one is a copy: the one made first, and so found
    /// first, is ours, unless the other is known to be it.
    mutating func take(_ page: JiraPage) {
        for issue in page.issues {
            if issue.listed == nil { isWhole = false }
            if let id = issue.deliveryId, let task = tasks.first(where: { $0.deliveryId == id }) {
                if found[id] == nil || (task.isWitness && issue.id == task.externalId) { found[id] = issue }
            }
            guard !issue.isMarked, let listed = issue.listed, let account = listed.account else { continue }
            if tasks.contains(where: { owner(of: $0) == account }) { unmarked.append(listed) }
        }
    }

    private func owner(of task: ConnectorTask) -> String? { task.attempt?.account ?? account }

    /// One outcome a task, in their order. `browse` is what stands before an issue's key in its address.
    func outcomes(browse: String) -> [TaskOutcome] {
        tasks.map { task in
            if let issue = found[task.deliveryId] {
                return .found(externalId: issue.id, displayId: issue.key, url: browse + issue.key)
            }
            var candidates: [Candidate] = []
            if !task.isWitness {
                candidates = Candidate.among(
                    unmarked, for: task, title: IssueFields.summary(task).text, account: owner(of: task))
                for place in candidates.indices {
                    candidates[place].url = candidates[place].displayId.map { browse + $0 }
                }
            }
            return .notFound(exhaustive: isWhole && isAtEnd, usedWindow: sinceUnixMs != nil, candidates: candidates)
        }
    }
}
