import PatchbayModel
import PatchbayStore

/// Holds the audit trail against its chain.
package struct TrailCheck: Sendable {
    /// What it came to.
    package struct Outcome: Sendable {
        package var lines = 0
        /// What was changed or removed, as far as the chain tells.
        package var problems: [String] = []
        /// Lines up to this one are covered by a seal that the key confirmed; 0 for none.
        package var sealedThrough: Int64 = 0
        /// The key was at hand.
        package var hasKey = false
    }

    private static let linesPerRead = 1_000

    private let store: any Store
    private let chain: any EventSealing

    package init(store: any Store, chain: any EventSealing) {
        self.store = store
        self.chain = chain
    }

    /// Reads the whole trail, a part at a time.
    package func run() async throws -> Outcome {
        var outcome = Outcome()
        outcome.hasKey = chain.seal([]) != nil
        var (row, link): (Int64, [UInt8]) = (0, [])
        var open: [UInt8] = []
        var openFrom: Int64 = 1
        while true {
            let lines = try await store.eventLines(after: row, limit: Self.linesPerRead)
            guard !lines.isEmpty else { break }
            for line in lines {
                let number = line.event.row
                if number > row + 1 { outcome.tell(Self.missing(row + 1, number - 1)) }
                row = number
                outcome.lines += 1
                open += line.event.chained
                guard let kept = line.link else { continue }
                if chain.link(open, after: link) != kept {
                    let which = openFrom == number ? "line \(number)" : "one of the lines \(openFrom) to \(number)"
                    outcome.tell("\(which) was changed, or the one before it was changed or removed")
                } else if let seal = line.seal, let own = chain.seal(kept) {
                    if seal == own {
                        outcome.sealedThrough = number
                    } else {
                        outcome.tell("the seal of line \(number) is not of this store's key")
                    }
                }
                (link, open, openFrom) = (kept, [], number + 1)
            }
        }
        let last = try await store.lastEventRow()
        if last > row { outcome.tell(Self.missing(row + 1, last)) }
        return outcome
    }

    private static func missing(_ first: Int64, _ last: Int64) -> String {
        first == last ? "line \(first) is missing" : "the lines \(first) to \(last) are missing"
    }
}

extension TrailCheck.Outcome {
    fileprivate mutating func tell(_ problem: String) {
        if problems.count < Limits.listPageRows { problems.append(problem) }
    }
}
