import Foundation
import Synchronization

/// The last exchanges of all systems. Holds no header, so no token.
final class RequestLog: Sendable {
    struct Entry: Sendable {
        let system: SystemName
        let at: Date
        let method: String
        let target: String
        let operation: String
        /// 0 where the connection was dropped instead of answered.
        let status: Int
        let milliseconds: Int
        let faults: [String]
        let bodyBytes: Int
    }

    private struct Ring {
        var entries: [Entry] = []
        var next = 0
        var total = 0
    }

    private let ring = Mutex(Ring())

    func append(_ entry: Entry) {
        ring.withLock { ring in
            ring.total += 1
            if ring.entries.count < EmulatorLimits.logEntriesMax {
                ring.entries.append(entry)
            } else {
                ring.entries[ring.next] = entry
                ring.next = (ring.next + 1) % EmulatorLimits.logEntriesMax
            }
        }
    }

    func reset() {
        ring.withLock { $0 = Ring() }
    }

    /// The last `count` exchanges, oldest first.
    func json(last count: Int, system: SystemName?) -> JSON {
        let (entries, total) = ring.withLock { ring in
            (Array(ring.entries[ring.next...] + ring.entries[..<ring.next]), ring.total)
        }
        let chosen = entries.filter { system == nil || $0.system == system }.suffix(max(0, count))
        let rows = chosen.map { entry -> JSON in
            [
                "system": .string(entry.system.rawValue), "at": .string(Timestamp.text(entry.at)),
                "method": .string(entry.method),
                "target": .string(entry.target), "operation": .string(entry.operation),
                "status": .integer(entry.status),
                "milliseconds": .integer(entry.milliseconds), "faults": .strings(entry.faults),
                "bodyBytes": .integer(entry.bodyBytes),
            ]
        }
        return ["total": .integer(total), "requests": .array(rows)]
    }
}
