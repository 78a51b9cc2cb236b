import GRDB
import PatchbayModel
import PatchbayStore
import Synchronization

/// Lets callers who write at the same time share one transaction, and with it one sync to disk.
///
/// Half of a batch's time in the store went into its commits: each writes whole pages, and the pages of neighbouring batches are
/// mostly the same. While one commit is under way, those who come meanwhile gather, and go together in the next. Each is still all or
/// nothing, and returns when its own writes are on disk.
final class SharedCommits: Sendable {
    /// One caller's part of a transaction. `work` may be done again after a rollback, so it changes nothing but the database.
    private struct Visit: Sendable {
        let work: @Sendable (Database) throws -> Void
        let settle: @Sendable ((any Error)?) -> Void
    }

    private struct State {
        var waiting: [Visit] = []
        var isWriting = false
    }

    /// What one visit threw, as opposed to what went wrong with the transaction as a whole.
    private struct VisitFailure: Error { let cause: any Error }

    private let pool: DatabasePool
    private let state = Mutex(State())

    init(pool: DatabasePool) { self.pool = pool }

    /// Runs `body` in a transaction and returns when that is committed. Throws what `body` throws, or what kept it from the disk.
    ///
    /// It is not cancelled with its caller: an outcome that is worth recording must reach the disk even if whoever waits for it is
    /// told to stop meanwhile.
    func transaction<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let made = Made<Value>()
            let visit = Visit(
                work: { db in
                    let value = try body(db)
                    made.value.withLock { $0 = value }
                },
                settle: { error in
                    if let value = made.value.withLock({ $0 }), error == nil {
                        continuation.resume(returning: value)
                    } else {
                        continuation.resume(throwing: error ?? StoreError(.storeFailed, "A transaction ended without a result."))
                    }
                })
            let isFirst = state.withLock { state in
                state.waiting.append(visit)
                defer { state.isWriting = true }
                return !state.isWriting
            }
            if isFirst { Task { await writeAll() } }
        }
    }

    private final class Made<Value: Sendable>: Sendable { let value = Mutex<Value?>(nil) }

    /// Writes group after group until nobody waits.
    private func writeAll() async {
        while let group = nextGroup() { await write(group) }
    }

    private func nextGroup() -> [Visit]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isWriting = false
                return nil
            }
            let group = Array(state.waiting.prefix(Limits.storeVisitsPerCommit))
            state.waiting.removeFirst(group.count)
            return group
        }
    }

    private func write(_ group: [Visit]) async {
        do {
            try await pool.write { db in
                for visit in group {
                    do { try visit.work(db) } catch { throw VisitFailure(cause: error) }
                }
            }
            #if DEBUG
                CommitDeath.committed()
            #endif
            for visit in group { visit.settle(nil) }
        } catch let failure as VisitFailure {
            if group.count == 1 { return group[0].settle(failure.cause) }
            // Everything was rolled back. Alone, each hears only of its own failure.
            for visit in group { await write([visit]) }
        } catch {
            for visit in group { visit.settle(error) }
        }
    }
}
