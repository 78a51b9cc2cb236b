import PatchbayModel
import PatchbayStore
import PatchbayVault

/// Conducts a rotation of the data key, from whatever step it has come to, to its proof. Every step is in the store
/// before the next one begins, so that it may die anywhere and be run again.
package struct KeyRotation: Sendable {
    let store: any Store
    let vault: Vault
    private let holder: KeyHolder
    let rest: Duration
    let isStopped: @Sendable () -> Bool
    let progress: @Sendable (RotationProgress) -> Void

    /// `isStopped` is asked between two batches.
    package init(
        store: any Store, vault: Vault, holder: KeyHolder, rest: Duration = Limits.rotationRest,
        isStopped: @escaping @Sendable () -> Bool = { false },
        progress: @escaping @Sendable (RotationProgress) -> Void = { _ in }
    ) {
        self.store = store
        self.vault = vault
        self.holder = holder
        self.rest = rest
        self.isStopped = isStopped
        self.progress = progress
    }

    /// Begins one, or goes on with the one that is not finished. Afterwards this vault may have let go of the old key.
    ///
    /// Throws `key_busy` while somebody else rotates, `rotation_blocked` when a row does not open, `store_full` without
    /// room.
    package func run() async throws -> RotationReport {
        let rotation = try await begin()
        do {
            let report = try await finish(rotation)
            try await store.leaveRotation(key: rotation.key, fence: rotation.fence)
            return report
        } catch {
            // Who comes next need not wait for the lease. If even that cannot be written, the lease ends by itself.
            try? await store.leaveRotation(key: rotation.key, fence: rotation.fence)
            throw error
        }
    }

    // MARK: R0 and R1

    private func begin() async throws -> RotationRecord {
        if let last = try await store.rotation(), last.scrubbedAt == nil { return try await takeOver(last) }
        // Opening the vault has proved that every live key opens.
        if let room = try await store.room(), room.free < Limits.rotationRoomBytesMin {
            throw KeyError(
                .storeFull,
                "the disk of the store has \(room.free / 1_048_576) MiB left, and a rotation needs "
                    + "\(Limits.rotationRoomBytesMin / 1_048_576); "
                    + "free space, then try again")
        }
        DebugSeam.reached("R0")
        let keys = try await store.dataKeys()
        guard let primary = keys.first(where: { $0.state == .primary }), let last = keys.last else {
            throw KeyError(.keyMissing, "the store has no primary data key; restore it from a backup")
        }
        let number = last.number + 1
        let now = Timestamp.now
        let record = RotationRecord(
            key: number, from: primary.number, owner: holder.name, ownerMark: holder.mark,
            leaseUntil: now.advanced(by: Limits.rotationLease), fence: 1, startedAt: now)
        let wrapped = try vault.makeDataKey(number: number)
        try await store.beginRotation(
            DataKeyRecord(number: number, state: .staged, wrapped: wrapped, createdAt: now), record,
            rootKeyID: vault.rootKeyID)
        DebugSeam.reached("R1")
        return record
    }

    private func takeOver(_ last: RotationRecord) async throws -> RotationRecord {
        let claim = RotationClaim(owner: holder.name, ownerMark: holder.mark, now: .now, lease: Limits.rotationLease)
        let dead = KeyHolder.isGone(last.ownerMark) ? last.fence : nil
        guard let fence = try await store.claimRotation(key: last.key, claim, takeOver: dead) else {
            let counts = try await store.rowCounts(notUnder: last.key)
            throw KeyError(
                .keyBusy,
                "\(last.owner) rotates to key \(last.key) since \(last.startedAt.text), \(counts.all - counts.others) "
                    + "of \(counts.all) rows "
                    + "done; wait for it")
        }
        return RotationRecord(
            key: last.key, from: last.from, owner: holder.name, ownerMark: holder.mark,
            leaseUntil: claim.now.advanced(by: claim.lease),
            fence: fence, cursor: last.cursor, startedAt: last.startedAt, promotedAt: last.promotedAt,
            retiredAt: last.retiredAt,
            provedRows: last.provedRows, scrubbedAt: nil)
    }

    // MARK: R2 to R8

    private func finish(_ rotation: RotationRecord) async throws -> RotationReport {
        let keyring = try await store.keyring()
        if let entry = keyring.dataKeys.first(where: { $0.number == rotation.key }) { try vault.verify(entry) }
        try vault.refresh(keyring)
        let behind = try await store.hostsNotHolding(rotation.key)
        guard vault.holds(rotation.key), behind.isEmpty else {
            throw KeyError(
                .keyBusy,
                "these hosts cannot open key \(rotation.key) yet: \(behind.joined(separator: ", ")); run this again "
                    + "later"
            )
        }
        DebugSeam.reached("R2")
        if rotation.promotedAt == nil {
            try await store.promoteKey(rotation.key, fence: rotation.fence, now: .now)
            try vault.refresh(await store.keyring())
        }
        DebugSeam.reached("R3")
        var written = 0
        if rotation.retiredAt == nil {
            let sweep = try await sweepAll(rotation)
            written = sweep.written
            if sweep.isStopped { return try await report(written: written, isStopped: true) }
            try await refuseFaults(rotation)
            guard let proved = try await prove(rotation) else {
                return try await report(written: written, isStopped: true)
            }
            try await store.retireKeys(for: rotation.key, provedRows: proved, fence: rotation.fence, now: .now)
            DebugSeam.reached("R7")
        }
        try await scrub(rotation)
        return try await report(written: written, isStopped: false)
    }

    /// A row that does not open blocks the retirement; there is no way around it but a new token, or none.
    private func refuseFaults(_ rotation: RotationRecord) async throws {
        let faults = try await store.rotationFaults(key: rotation.key)
        guard let first = faults.first else { return }
        let names = Dictionary(try await store.integrations().map { ($0.id, $0.name) }) { one, _ in one }
        let named = faults.prefix(Limits.pluginsNamedInErrorMax).map {
            names[$0.integrationID] ?? "\($0.integrationID)"
        }
        throw KeyError(
            .rotationBlocked,
            "\(faults.count) tokens do not open, were left as they are, and keep key \(rotation.from) from being "
                + "retired: "
                + "\(named.joined(separator: ", ")) (\(first.message)); set or remove them, then run `patchbay key "
                + "rotate` again"
        )
    }

    /// R8. A reader that holds an old state of the store keeps its copies in the log; what is not done now, the next
    /// run does.
    private func scrub(_ rotation: RotationRecord) async throws {
        let end = ContinuousClock.now + Limits.rotationScrubTime
        while ContinuousClock.now < end {
            if try await store.scrub() {
                DebugSeam.reached("R8")
                return try await store.markScrubbed(key: rotation.key, now: .now)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func report(written: Int, isStopped: Bool) async throws -> RotationReport {
        guard let now = try await store.rotation() else {
            throw KeyError(.keyBusy, "the rotation is gone from the store")
        }
        let counts = try await store.rowCounts(notUnder: now.key)
        return RotationReport(
            key: now.key, from: now.from, written: written, left: counts.others, isStopped: isStopped,
            promotedAt: now.promotedAt,
            provedRows: now.provedRows, retiredAt: now.retiredAt, isScrubbed: now.scrubbedAt != nil)
    }
}
