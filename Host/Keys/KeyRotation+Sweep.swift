import PatchbayModel
import PatchbayStore
import PatchbayVault

/// R4 and R5: every row under the new key, batch by batch. Opening, sealing and comparing happen outside the write
/// lock.
extension KeyRotation {
    struct Swept {
        var written = 0
        /// Rows of this pass that did not open.
        var faults = 0
        var isStopped = false
    }

    /// From where the last run came to, then from the start until none is left but those that do not open.
    func sweepAll(_ rotation: RotationRecord) async throws -> Swept {
        var whole = Swept()
        var cursor = rotation.cursor
        for _ in 0..<Limits.rotationPassesMax {
            let pass = try await sweep(rotation, after: cursor, writtenBefore: whole.written)
            whole.written += pass.written
            whole.isStopped = pass.isStopped
            let left = try await store.rowCounts(notUnder: rotation.key).others
            if pass.isStopped || left == 0 || (cursor == 0 && left <= pass.faults) { return whole }
            cursor = 0
        }
        throw KeyError(
            .rotationBlocked,
            "rows under other keys keep coming; see that all hosts run this version, then run this again")
    }

    /// A batch that is ready to be written.
    private struct Batch: Sendable {
        var sealed: [ResealedRow] = []
        var faults: [RotationFault] = []
        /// Its last row, where the next one begins.
        let end: Int64
    }

    /// While one batch is written, the next is read, sealed and compared: it lies behind the one before, so neither
    /// sees the other. One ahead and no more; a batch that is not written by the end is sealed again by whoever goes
    /// on.
    private func sweep(_ rotation: RotationRecord, after start: Int64, writtenBefore: Int) async throws -> Swept {
        var pass = Swept()
        let expected = try await store.rowCounts(notUnder: rotation.key).others + writtenBefore
        var prepared = try await prepare(rotation, after: start)
        while let batch = prepared {
            if isStopped() {
                pass.isStopped = true
                return pass
            }
            async let next = prepare(rotation, after: batch.end)
            pass.written += try await store.record(
                batch.sealed, faults: batch.faults, key: rotation.key, fence: rotation.fence, cursor: batch.end,
                leaseUntil: .now.advanced(by: Limits.rotationLease))
            pass.faults += batch.faults.count
            DebugSeam.reached("R4")
            progress(RotationProgress(step: .sealing, rows: writtenBefore + pass.written, expected: expected))
            if rest > .zero { try await Task.sleep(for: rest) }
            prepared = try await next
        }
        return pass
    }

    private func prepare(_ rotation: RotationRecord, after start: Int64) async throws -> Batch? {
        let rows = try await store.rows(notUnder: rotation.key, after: start, limit: Limits.rotationBatchRows)
        guard let last = rows.last else { return nil }
        let results = try vault.reseal(rows.map { (sealed: $0.sealed, place: $0.place(storeID: store.storeID)) })
        var batch = Batch(end: last.row)
        batch.sealed.reserveCapacity(rows.count)
        for (row, result) in zip(rows, results) {
            switch result {
            case .success(let value):
                batch.sealed.append(
                    ResealedRow(
                        row: row.row, tokenID: row.tokenID, generation: row.generation, oldKey: row.keyNumber,
                        sealed: value.bytes))
            case .failure(let error):
                batch.faults.append(
                    RotationFault(
                        tokenID: row.tokenID, integrationID: row.integrationID, code: error.code, message: error.message
                    ))
            }
        }
        return batch
    }
}

/// R6: every row opens with the new key alone.
extension KeyRotation {
    /// Lets go of every other key, and opens every row. Gives how many; nil when it was stopped.
    func prove(_ rotation: RotationRecord) async throws -> Int? {
        let others = try await store.dataKeys().map(\.number).filter { $0 != rotation.key }
        for number in others { vault.forget(number) }
        let expected = try await store.rowCounts(notUnder: rotation.key).all
        var renewal = ContinuousClock.now + Limits.rotationLease / 3
        var proved = 0
        var rows = try await store.rows(after: 0, limit: Limits.rotationBatchRows)
        while let last = rows.last {
            if isStopped() { return nil }
            async let next = store.rows(after: last.row, limit: Limits.rotationBatchRows)
            try open(rows, under: rotation.key)
            proved += rows.count
            progress(RotationProgress(step: .proving, rows: proved, expected: max(proved, expected)))
            if ContinuousClock.now >= renewal {
                // A million rows take a while to open, and nobody else may take the rotation over meanwhile.
                _ = try await store.record(
                    [], faults: [], key: rotation.key, fence: rotation.fence, cursor: rotation.cursor,
                    leaseUntil: .now.advanced(by: Limits.rotationLease))
                renewal = .now + Limits.rotationLease / 3
            }
            rows = try await next
        }
        DebugSeam.reached("R6")
        return proved
    }

    private func open(_ rows: [SealedRow], under key: Int64) throws {
        do {
            try vault.prove(rows.map { (sealed: $0.sealed, place: $0.place(storeID: store.storeID)) })
        } catch {
            throw KeyError(
                .rotationBlocked, "a token does not open with key \(key): \(error.message)", context: error.context)
        }
    }
}

extension SealedRow {
    fileprivate func place(storeID: String) -> TokenPlace {
        TokenPlace(
            storeID: storeID, tokenID: tokenID, kind: kind, integrationID: integrationID, generation: generation,
            origins: origins)
    }
}
