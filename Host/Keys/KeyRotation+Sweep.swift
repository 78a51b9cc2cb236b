import PatchbayModel
import PatchbayStore
import PatchbayVault

/// R4 and R5: every row under the new key, batch by batch. Opening, sealing and comparing happen outside the write lock.
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
        throw KeyError(.rotationBlocked, "rows under other keys keep coming; see that all hosts run this version, then run this again")
    }

    private func sweep(_ rotation: RotationRecord, after start: Int64, writtenBefore: Int) async throws -> Swept {
        var pass = Swept()
        var cursor = start
        let expected = try await store.rowCounts(notUnder: rotation.key).others + writtenBefore
        while true {
            if isStopped() {
                pass.isStopped = true
                return pass
            }
            let rows = try await store.rows(notUnder: rotation.key, after: cursor, limit: Limits.rotationBatchRows)
            guard let last = rows.last else { return pass }
            let (sealed, faults) = try reseal(rows)
            pass.written += try await store.record(
                sealed, faults: faults, key: rotation.key, fence: rotation.fence, cursor: last.row,
                leaseUntil: .now.advanced(by: Limits.rotationLease))
            pass.faults += faults.count
            cursor = last.row
            DebugSeam.reached("R4")
            progress(RotationProgress(rows: writtenBefore + pass.written, expected: expected))
            if rest > .zero { try await Task.sleep(for: rest) }
        }
    }

    private func reseal(_ rows: [SealedRow]) throws -> ([ResealedRow], [RotationFault]) {
        let storeID = store.storeID
        let results = try vault.reseal(rows.map { (sealed: $0.token.sealed, place: $0.token.place(storeID: storeID)) })
        var sealed: [ResealedRow] = []
        var faults: [RotationFault] = []
        for (row, result) in zip(rows, results) {
            let token = row.token
            switch result {
            case .success(let value):
                sealed.append(
                    ResealedRow(
                        row: row.row, tokenID: token.id, generation: token.generation, oldKey: token.keyNumber, sealed: value.bytes))
            case .failure(let error):
                faults.append(
                    RotationFault(tokenID: token.id, integrationID: token.integrationID, code: error.code, message: error.message))
            }
        }
        return (sealed, faults)
    }
}
