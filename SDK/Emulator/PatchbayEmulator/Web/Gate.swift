import Foundation
import Synchronization

/// The limits of one system; `nil` means unlimited, which is how everything starts.
struct LimitSettings: Sendable, Codable {
    /// Requests per window and token (Jira: per token, method and endpoint).
    var requests: Int?
    /// The window, in seconds.
    var windowSeconds = 60.0
    var concurrentWrites: Int?
    var concurrentReads: Int?
    /// Complexity points per window (Linear).
    var complexity: Int?
    /// A `Retry-After` to give instead of the computed one, in seconds.
    var retryAfter: Int?
    /// Whether `Retry-After` has the time, by the system's clock, instead of the seconds.
    var retryAfterDate: Bool?
    /// Requests per window and token of one operation, by its name, beside what holds for all.
    var operations: [String: Int]?
}

/// What the limiter knows about a token after a request: for the answer's headers.
struct LimitReport: Sendable {
    enum Reason: String, Sendable { case requests, concurrentWrites, concurrentReads, complexity, operation }

    var reason: Reason?
    var limit: Int?
    var remaining = 0
    /// When the budget is whole again.
    var resets = Date(timeIntervalSince1970: 0)
    var retryAfterSeconds = 0
    var complexityLimit: Int?
    var complexityRemaining = 0
    var operationLimit: Int?
    var operationRemaining = 0
    var operationResets = Date(timeIntervalSince1970: 0)
}

/// Counts the requests of one system and holds its limits: every request enters and leaves here.
final class Gate: Sendable {
    /// A budget that refills all the time.
    private struct Bucket {
        var level: Double
        var changed: Date

        mutating func refill(capacity: Double, windowSeconds: Double, now: Date) {
            level = min(capacity, level + now.timeIntervalSince(changed) * capacity / windowSeconds)
            changed = now
        }
    }

    private struct State {
        var settings = LimitSettings()
        var counters = Counters()
        var buckets: [String: Bucket] = [:]
        var complexity: [String: Bucket] = [:]
        var writes: [String: Int] = [:]
        var reads: [String: Int] = [:]
        var waitUntil: [String: (from: Date, until: Date)] = [:]
    }

    /// Answers cross with requests on the wire, and a busy machine reads them late; only what comes later than this
    /// after a refusal was sent in defiance of it.
    private static let crossingSeconds = 0.5

    private let state = Mutex(State())
    private let system: SystemName

    init(_ system: SystemName) {
        self.system = system
    }

    var settings: LimitSettings { state.withLock { $0.settings } }
    var counters: Counters { state.withLock { $0.counters } }

    func change(_ settings: LimitSettings) {
        state.withLock {
            $0.settings = settings
            $0.buckets = [:]
            $0.complexity = [:]
            $0.waitUntil = [:]
        }
    }

    func count(_ change: (inout Counters) -> Void) {
        state.withLock { change(&$0.counters) }
    }

    func resetCounters() {
        state.withLock { $0.counters = Counters() }
    }

    /// Notes that a token was told to wait, so that what comes too early can be counted.
    func tellToWait(_ token: String, seconds: Double, now: Date) {
        state.withLock {
            $0.waitUntil[token] = (now.addingTimeInterval(Self.crossingSeconds), now.addingTimeInterval(seconds))
        }
    }

    /// Lets a request in or refuses it. A request that was let in must `leave`.
    func enter(_ token: String, _ operation: Operation, now: Date) -> (admitted: Bool, report: LimitReport) {
        state.withLock { state in
            let key = system == .jira ? "\(token)\n\(operation.name)" : token
            if let wait = state.waitUntil[key], now > wait.from, now < wait.until {
                state.counters.whileWaiting += 1
            }
            var report = Self.spend(&state, key: key, operation, now: now, rejectedCount: system == .asana)
            if report.reason == nil {
                report.reason = Self.slots(state, token, operation)
                if report.reason != nil { report.retryAfterSeconds = state.settings.retryAfter ?? 1 }
            }
            guard report.reason == nil else {
                state.counters.rejected += 1
                let until = now.addingTimeInterval(Double(report.retryAfterSeconds))
                state.waitUntil[key] = (now.addingTimeInterval(Self.crossingSeconds), until)
                return (false, report)
            }
            Self.occupy(&state, token, operation)
            return (true, report)
        }
    }

    func leave(_ token: String, _ operation: Operation) {
        state.withLock { state in
            if operation.isWrite {
                state.writes[token, default: 0] -= operation.cost
                state.counters.concurrentWrites -= operation.cost
            } else {
                state.reads[token, default: 0] -= operation.cost
            }
        }
    }

    private static func occupy(_ state: inout State, _ token: String, _ operation: Operation) {
        if operation.isWrite {
            state.writes[token, default: 0] += operation.cost
            state.counters.concurrentWrites += operation.cost
            state.counters.maxConcurrentWrites = max(
                state.counters.maxConcurrentWrites, state.counters.concurrentWrites)
        } else {
            state.reads[token, default: 0] += operation.cost
            state.counters.maxConcurrentReads = max(state.counters.maxConcurrentReads, state.reads[token, default: 0])
        }
    }

    private static func slots(_ state: State, _ token: String, _ operation: Operation) -> LimitReport.Reason? {
        if operation.isWrite, let most = state.settings.concurrentWrites,
            state.writes[token, default: 0] + operation.cost > most
        {
            return .concurrentWrites
        }
        if !operation.isWrite, let most = state.settings.concurrentReads,
            state.reads[token, default: 0] + operation.cost > most
        {
            return .concurrentReads
        }
        return nil
    }

    /// Takes the cost of a request from its budgets.
    private static func spend(
        _ state: inout State, key: String, _ operation: Operation, now: Date, rejectedCount: Bool
    ) -> LimitReport {
        var report = LimitReport()
        let window = max(state.settings.windowSeconds, 0.001)
        func take(_ buckets: inout [String: Bucket], _ part: String = "", capacity: Int, cost: Double) -> (Bool, Double)
        {
            let key = key + part
            let capacity = Double(max(capacity, 1))
            var bucket = buckets[key] ?? Bucket(level: capacity, changed: now)
            bucket.refill(capacity: capacity, windowSeconds: window, now: now)
            let admitted = bucket.level >= cost
            if admitted || rejectedCount { bucket.level = max(bucket.level - cost, -capacity) }
            buckets[key] = bucket
            return (admitted, bucket.level)
        }
        if let limit = state.settings.requests {
            let (admitted, level) = take(&state.buckets, capacity: limit, cost: Double(operation.cost))
            report.limit = limit
            report.remaining = max(0, Int(level))
            report.resets = now.addingTimeInterval((Double(limit) - level) * window / Double(max(limit, 1)))
            if !admitted {
                report.reason = .requests
                let seconds = (Double(operation.cost) - level) * window / Double(max(limit, 1))
                report.retryAfterSeconds = state.settings.retryAfter ?? max(1, Int(seconds.rounded(.up)))
            }
        }
        if let limit = state.settings.complexity, report.reason == nil {
            let (admitted, level) = take(&state.complexity, capacity: limit, cost: operation.complexity)
            report.complexityLimit = limit
            report.complexityRemaining = max(0, Int(level))
            if !admitted {
                report.reason = .complexity
                report.retryAfterSeconds = state.settings.retryAfter ?? max(1, Int(window))
                report.resets = now.addingTimeInterval((operation.complexity - level) * window / Double(max(limit, 1)))
            }
        }
        if let limit = state.settings.operations?[operation.name], report.reason == nil {
            let (admitted, level) = take(&state.buckets, "\n\(operation.name)", capacity: limit, cost: 1)
            report.operationLimit = limit
            report.operationRemaining = max(0, Int(level))
            report.operationResets = now.addingTimeInterval((Double(limit) - level) * window / Double(max(limit, 1)))
            if !admitted {
                report.reason = .operation
                report.retryAfterSeconds =
                    state.settings.retryAfter ?? max(1, Int((window / Double(max(limit, 1))).rounded(.up)))
            }
        }
        return report
    }
}
