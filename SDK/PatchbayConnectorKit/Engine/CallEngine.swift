/// One call: a coroutine and the place where it stands. It moves only inside `begin`, `resume` and `end`.
///
/// `@unchecked Sendable`: all of it is touched by one thread only, the one that calls `begin`, `resume` and `end`
/// (rule R6), because the coroutine runs on an executor that this thread drains.
final class CallEngine: @unchecked Sendable {
    /// Where a call stands when the coroutine has come to rest.
    enum Position {
        /// It waits for the answer to this request.
        case request(Request)
        /// It is done.
        case done(CallResult)
    }

    /// Thrown into a coroutine whose call was ended; nobody reads it.
    private struct Ended: Error {}

    /// A request and who waits for its answer.
    @safe private struct Pending {
        let request: Request
        let continuation: UnsafeContinuation<Response, any Error>
    }

    let nowUnixMs: Int64
    private let executor = StepExecutor()
    private var task: Task<Void, Never>?
    private var pending: [Pending] = []
    private var result: CallResult?
    private var ended = false
    private var steps = 1
    private var onceSent = false
    private var facts: [BudgetFact] = []
    private var diagnostic = ""

    init(nowUnixMs: Int64) {
        self.nowUnixMs = nowUnixMs
    }

    /// Starts the coroutine and runs it to its first rest.
    func begin(_ body: @escaping @Sendable (API) async throws -> CallResult) -> Position {
        task = Task(executorPreference: executor) {
            let result: CallResult
            do {
                result = try await body(API(engine: self))
            } catch let failure as CallFailure {
                result = .failed(failure)
            } catch {
                result = .failed(.protocolError("The connector failed: \(error)"))
            }
            self.result = result
        }
        return rest()
    }

    /// Hands the answer to who waits for it and runs on to the next rest.
    func resume(_ response: Response) -> Position {
        facts.removeAll(keepingCapacity: true)
        diagnostic = ""
        guard !ended, result == nil, !pending.isEmpty else {
            return .done(.failed(.protocolError("The host answered a call that waits for nothing.")))
        }
        steps += 1
        unsafe pending.removeFirst().continuation.resume(returning: response)
        return rest()
    }

    /// Ends the coroutine wherever it stands, and lets go of it.
    func end() {
        guard !ended else { return }
        ended = true
        task?.cancel()
        while !pending.isEmpty {
            unsafe pending.removeFirst().continuation.resume(throwing: Ended())
            executor.drain()
        }
        executor.drain()
        task = nil
    }

    /// What the connector reported and noted since the last answer.
    var remarks: (facts: [BudgetFact], diagnostic: String) { (facts, diagnostic) }

    /// Stores a request and suspends. Called by the coroutine.
    func send(_ request: Request) async throws -> Response {
        if ended { throw Ended() }
        if steps + pending.count >= KitLimits.stepsMax {
            throw CallFailure.protocolError("The connector wants more than \(KitLimits.stepsMax) steps in one call.")
        }
        if request.effect != .none {
            if onceSent {
                throw CallFailure.protocolError(
                    "The connector wants to change something after a request that may be sent once only.")
            }
            onceSent = request.effect == .once
        }
        return try await unsafe withUnsafeThrowingContinuation { continuation in
            unsafe pending.append(Pending(request: request, continuation: continuation))
        }
    }

    func report(_ fact: BudgetFact) {
        if facts.count < KitLimits.budgetFactsMax { facts.append(fact) }
    }

    func note(_ text: String) {
        let room = KitLimits.diagnosticBytesMax - diagnostic.utf8.count - 1
        guard room > 0 else { return }
        if !diagnostic.isEmpty { diagnostic += "\n" }
        diagnostic += text.prefix(utf8Bytes: room)
    }

    /// Runs what is ready and says where the coroutine stands then.
    private func rest() -> Position {
        executor.drain()
        if let result { return .done(result) }
        if let next = pending.first { return .request(next.request) }
        return .done(
            .failed(
                .protocolError("The connector waits for something other than an answer: only API.send may suspend.")))
    }
}

extension StringProtocol {
    /// The longest beginning that takes at most so many bytes and cuts no character.
    func prefix(utf8Bytes bytesMax: Int) -> SubSequence {
        guard utf8.count > bytesMax else { return self[startIndex...] }
        var end = startIndex
        var bytes = 0
        while end < endIndex {
            let next = index(after: end)
            bytes += self[end..<next].utf8.count
            if bytes > bytesMax { break }
            end = next
        }
        return self[startIndex..<end]
    }
}
