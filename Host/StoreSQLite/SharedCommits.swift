import GRDB
import PatchbayModel
import PatchbayStore
import Synchronization

/// Lets callers who write at the same time share one transaction, and with it one sync to disk.
///
/// Half of a batch's time in the store went into its commits: each writes whole pages, and the pages of neighbouring
/// batches are mostly the same. While one commit is under way, those who come meanwhile gather, and go together in the
/// next; whoever is patient also waits a moment for company. Each is still all or nothing, and returns when its own
/// writes are on disk.
final class SharedCommits: Sendable {
    /// One caller's part of a transaction. `work` may be done again after a rollback, so it changes nothing but the
    /// database.
    private struct Visit: Sendable {
        /// How many it waits for, itself among them.
        let company: Int
        let work: @Sendable (Database) throws -> Void
        let settle: @Sendable ((any Error)?) -> Void
    }

    private struct State {
        var waiting: [Visit] = []
        var isWriting = false
        var isLingering = false

        /// Everybody who waits would rather have more company.
        var mayLinger: Bool { waiting.allSatisfy { waiting.count < $0.company } }
    }

    /// What one visit threw, as opposed to what went wrong with the transaction as a whole.
    private struct VisitFailure: Error { let cause: any Error }

    private let pool: DatabasePool
    private let state = Mutex(State())

    init(pool: DatabasePool) { self.pool = pool }

    /// Runs `body` in a transaction and returns when that is committed. Throws what `body` throws, or what kept it from
    /// the disk. It waits until as many have come as `company` says, `Limits.storeLinger` at most.
    ///
    /// It is not cancelled with its caller: an outcome that is worth recording must reach the disk even if whoever
    /// waits for it is told to stop meanwhile.
    func transaction<Value: Sendable>(
        company: Int = 1, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let made = Made<Value>()
            let visit = Visit(
                company: company,
                work: { db in
                    let value = try body(db)
                    made.value.withLock { $0 = value }
                },
                settle: { error in
                    if let value = made.value.withLock({ $0 }), error == nil {
                        continuation.resume(returning: value)
                    } else {
                        continuation.resume(
                            throwing: error ?? StoreError(.storeFailed, "A transaction ended without a result."))
                    }
                })
            let goes = state.withLock { state in
                state.waiting.append(visit)
                return goesNow(&state)
            }
            if goes { write() }
        }
    }

    private final class Made<Value: Sendable>: Sendable { let value = Mutex<Value?>(nil) }

    /// Whether whoever asks is to write what waits; if it is worth a moment, that is left to a later call.
    private func goesNow(_ state: inout State) -> Bool {
        guard !state.isWriting, !state.waiting.isEmpty else { return false }
        guard state.mayLinger else {
            state.isWriting = true
            return true
        }
        if !state.isLingering {
            state.isLingering = true
            Task {
                try? await Task.sleep(for: Limits.storeLinger)
                endLingering()
            }
        }
        return false
    }

    private func endLingering() {
        let goes = state.withLock { state in
            state.isLingering = false
            guard !state.isWriting, !state.waiting.isEmpty else { return false }
            state.isWriting = true
            return true
        }
        if goes { write() }
    }

    /// Writes group after group until nobody waits; on the writer's own queue, so that no group waits for a thread.
    private func write() {
        pool.asyncWriteWithoutTransaction { [self] db in
            repeat {
                let group = state.withLock { state in
                    defer { state.waiting.removeFirst(min(state.waiting.count, Limits.storeVisitsPerCommit)) }
                    return Array(state.waiting.prefix(Limits.storeVisitsPerCommit))
                }
                write(group, db)
            } while state.withLock { state in
                state.isWriting = false
                return goesNow(&state)
            }
        }
    }

    private func write(_ group: [Visit], _ db: Database) {
        do {
            try db.inTransaction(.immediate) {
                for visit in group {
                    do { try visit.work(db) } catch { throw VisitFailure(cause: error) }
                }
                return .commit
            }
            #if DEBUG
                CommitDeath.committed()
            #endif
            for visit in group { visit.settle(nil) }
        } catch let failure as VisitFailure {
            if group.count == 1 { return group[0].settle(failure.cause) }
            // Everything was rolled back. Alone, each hears only of its own failure.
            for visit in group { write([visit], db) }
        } catch {
            for visit in group { visit.settle(error) }
        }
    }
}
