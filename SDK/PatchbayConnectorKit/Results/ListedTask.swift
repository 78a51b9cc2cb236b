/// A task that a look-up saw and that bears no marker of ours: what candidates are chosen from.
public struct ListedTask: Sendable, Equatable {
    /// The id the other system gave.
    public var externalId: String
    /// What people call it there.
    public var displayId: String?
    /// Its title there.
    public var title: String
    /// Where people see it.
    public var url: String?
    /// The id of the account that made it; nil if there is none.
    public var account: String?
    /// When it was made, in milliseconds since 1970, by the system's clock.
    public var createdUnixMs: Int64
    /// When it changed last.
    public var modifiedUnixMs: Int64

    /// A task that a look-up saw.
    public init(
        externalId: String, displayId: String? = nil, title: String, url: String? = nil, account: String? = nil,
        createdUnixMs: Int64,
        modifiedUnixMs: Int64
    ) {
        self.externalId = externalId
        self.displayId = displayId
        self.title = title
        self.url = url
        self.account = account
        self.createdUnixMs = createdUnixMs
        self.modifiedUnixMs = modifiedUnixMs
    }
}

extension Candidate {
    /// The most that a host reads of one outcome.
    public static let countMax = 20

    /// Of these tasks those that may be the lost one: made by `account` since the attempt, and with its title, or
    /// edited since they were made, because whoever edits a task may take our marker away. Those with its title come
    /// first. Without an account there are none. `title` is the task's own as the system keeps it.
    public static func among(_ listed: [ListedTask], for task: ConnectorTask, title: String, account: String?)
        -> [Candidate]
    {
        guard let account else { return [] }
        let wanted = trimmed(title)
        var same: [Candidate] = []
        var edited: [Candidate] = []
        var known: Set<String> = []
        for one in listed where one.account == account && one.createdUnixMs >= task.attemptedUnixMs {
            let wasEdited = one.modifiedUnixMs > one.createdUnixMs
            let isSame = trimmed(one.title) == wanted
            guard isSame || wasEdited, known.insert(one.externalId).inserted else { continue }
            let candidate = Candidate(
                externalId: one.externalId, displayId: one.displayId, title: one.title, url: one.url, edited: wasEdited)
            if isSame { same.append(candidate) } else { edited.append(candidate) }
        }
        return Array((same + edited).prefix(countMax))
    }

    private static func trimmed(_ text: String) -> Substring {
        var rest = text[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }
}
