import ConnectorJSON
import PatchbayConnectorKit

/// A look-up by the line in the notes, over as many lists as it takes.
struct MarkerLookUp {
    private let tasks: [ConnectorTask]
    /// The account that made the attempts, where they do not say it.
    private let account: String?
    /// Nothing older than this is asked for, in milliseconds since 1970; nil when some task does not say when it was
    /// tried.
    let sinceUnixMs: Int64?

    private var found: [String: AsanaListedTask] = [:]
    /// Tasks of the attempts' accounts that bear no marker.
    private var unmarked: [ListedTask] = []
    /// Whether all that was read was told to its end, with all that was asked for.
    private(set) var isWhole = true
    /// The delivery ids of tasks of which somebody's list was not told, though all else was.
    private var open: Set<String> = []
    private var requests = 0

    init(_ tasks: [ConnectorTask], account: String?) {
        self.tasks = tasks
        self.account = account
        let earliest = tasks.map(\.attemptedUnixMs).min() ?? 0
        sinceUnixMs = earliest > 0 ? earliest : nil
    }

    /// The tasks whose outcome is not known and that have not been seen.
    var missing: [ConnectorTask] { tasks.filter { !$0.isWitness && found[$0.deliveryId] == nil } }

    /// Whether all is seen, the witnesses too, each as the task that it is known to be.
    var isComplete: Bool {
        tasks.allSatisfy { task in
            guard let row = found[task.deliveryId] else { return false }
            return !task.isWitness || row.gid == task.externalId
        }
    }

    /// Something was left untold: no miss is certain any more.
    mutating func leaveOpen() { isWhole = false }

    /// The same of these tasks alone.
    mutating func leaveOpen(_ tasks: [ConnectorTask]) { open.formUnion(tasks.map(\.deliveryId)) }

    /// Counts a request. Answers whether there is room for it; if not, the look-up stays open.
    mutating func mayAsk() -> Bool {
        requests += 1
        if requests > AsanaLimits.lookUpRequestsMax { leaveOpen() }
        return requests <= AsanaLimits.lookUpRequestsMax
    }

    /// Takes what a page shows. A person may have copied a task with its notes: the one made first is the one that we
    /// made, unless the other is known to be it.
    mutating func take(_ page: StrictPage, _ response: Response) throws {
        for row in page.rows {
            let task = try AsanaListedTask(row, response)
            if task.listed == nil { leaveOpen() }
            for id in task.markers { keep(task, as: id) }
            guard task.markers.isEmpty, !task.hasExternalId, let listed = task.listed, listed.account != nil else {
                continue
            }
            if tasks.contains(where: { owner(of: $0) == listed.account }) { unmarked.append(listed) }
        }
    }

    private mutating func keep(_ task: AsanaListedTask, as id: String) {
        guard let wanted = tasks.first(where: { $0.deliveryId == id }) else { return }
        guard let known = found[id] else {
            found[id] = task
            return
        }
        if wanted.isWitness {
            if task.gid == wanted.externalId { found[id] = task }
        } else if let new = task.listed, let old = known.listed, new.createdUnixMs < old.createdUnixMs {
            found[id] = task
        }
    }

    /// The ids of the accounts that made what is missing, as far as they are known.
    var accounts: [String] { Set(missing.compactMap(owner)).sorted() }

    private func owner(of task: ConnectorTask) -> String? { task.attempt?.account ?? account }

    /// One outcome a task, in their order.
    var outcomes: [TaskOutcome] {
        tasks.map { task in
            if let row = found[task.deliveryId] { return .found(externalId: row.gid, url: row.url) }
            let candidates =
                task.isWitness
                ? [] : Candidate.among(unmarked, for: task, title: PlainText.line(task.title), account: owner(of: task))
            let isExhaustive = isWhole && !open.contains(task.deliveryId)
            return .notFound(exhaustive: isExhaustive, usedWindow: sinceUnixMs != nil, candidates: candidates)
        }
    }
}
