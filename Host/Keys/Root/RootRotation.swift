import Foundation
import PatchbayModel
import PatchbayStore
import PatchbayVault

/// Puts another root key in the place of the store's. At every moment at least one stored source opens every data key,
/// so that it may die anywhere and be run again.
package struct RootRotation: Sendable {
    /// Where the new root is.
    package enum Target: Sendable {
        /// A new key file, which takes the name of the one that the store is opened with.
        case successor(of: String)
        /// Another source; a key file that is not there yet is made.
        case source(KeySource)
    }

    let store: any Store
    let vault: Vault
    let target: Target
    let actor: String

    package init(store: any Store, vault: Vault, target: Target, actor: String) {
        self.store = store
        self.vault = vault
        self.target = target
        self.actor = actor
    }

    /// Throws `key_busy` beside a rotation of the data key or another one of the root, `key_exists` for a source that
    /// gives the root that the store has already, and what sources throw.
    package func run() async throws -> RootReport {
        let oldID = vault.rootKeyID
        try await refuseRotation()
        let known = try await store.recoverySlots()
        DebugSeam.reached("W0")
        let root = try makeRoot()
        if vault.isRoot(root) {
            throw KeyError(
                .keyExists,
                "\(sourceText) gives root key \(root.id), which the store has already; name another with --to")
        }
        DebugSeam.reached("W1")
        try await stage(try vault.rewrapped(for: root))
        DebugSeam.reached("W2")
        let (newID, slots) = try await prove(with: readBack(root), known)
        DebugSeam.reached("W3")
        let event = EventRecord(
            at: .now, actor: actor, action: "root_rotated", subject: newID,
            detail: "from \(oldID), \(slots.count) of \(known.count) recovery slots sealed anew")
        try await store.activateRoot(
            keyID: newID, insteadOf: oldID, slots: slots, insteadOf: known, event: event,
            chain: AuditChain(vault: vault))
        DebugSeam.reached("W4")
        let names = Set(slots.map(\.name))
        var report = end(
            RootReport(
                oldID: oldID, newID: newID, place: sourceText, slots: slots.map(\.name),
                foreignSlots: known.map(\.name).filter { !names.contains($0) }))
        report.isScrubbed = try await scrub()
        return report
    }

    /// W7. The old wraps open with the old root, and a reader that holds an old state of the store keeps them in its
    /// log.
    private func scrub() async throws -> Bool {
        let end = ContinuousClock.now + Limits.rootScrubTime
        repeat {
            if try await store.scrub() { return true }
            try await Task.sleep(for: .milliseconds(20))
        } while ContinuousClock.now < end
        return false
    }

    private func refuseRotation() async throws {
        guard let rotation = try await store.rotation(), rotation.retiredAt == nil else { return }
        throw KeyError(
            .keyBusy,
            "a rotation of the data key, to key \(rotation.key), is not finished; end it with `patchbay key rotate`, "
                + "then try again"
        )
    }

    private var sourceText: String {
        switch target {
        case .successor(let path): "file:\(path)"
        case .source(let source): "\(source)"
        }
    }

    // MARK: W1, the new root

    private func makeRoot() throws -> RootKey {
        switch target {
        case .successor(let path): return try KeySuccession(path: path).prepare()
        case .source(.prompt): return try KeySource.prompt.create(storeID: store.storeID)
        case .source(.file(let path)) where !FileManager.default.fileExists(atPath: path):
            return try KeyFile.create(path: path)
        case .source(let source): return try source.read(storeID: store.storeID)
        }
    }

    /// The root as the next start will read it. A descriptor gives it once, and a new passphrase has been typed twice.
    private func readBack(_ root: consuming RootKey) throws -> RootKey {
        switch target {
        case .source(.prompt), .source(.descriptor): return root
        case .successor(let path): return try KeyFile.read(path: KeySuccession(path: path).newPath)
        case .source(let source): return try source.read(storeID: store.storeID)
        }
    }

    // MARK: W2 and W3

    private func stage(_ keyring: VaultKeyring) async throws {
        let wraps = Dictionary(uniqueKeysWithValues: keyring.dataKeys.map { ($0.number, $0.wrapped) })
        let record = RootKeyRecord(
            keyID: keyring.keyID, checkValue: keyring.checkValue, lastingKeys: keyring.lastingKeys)
        try await store.stageRoot(StagedRoot(root: record, wraps: wraps))
    }

    /// Opens what the store has staged with the root that was read back, and seals the recovery slots for it.
    private func prove(with root: consuming RootKey, _ known: [RecoverySlot]) async throws -> (
        newID: String, slots: [RecoverySlot]
    ) {
        guard let staged = try await store.stagedRoot() else {
            throw KeyError(.keyBusy, "the new root key is not staged any more; run `patchbay key rewrap` again")
        }
        let primary = vault.primaryKeyNumber
        let entries = staged.wraps.map {
            WrappedDataKey(number: $0.key, wrapped: $0.value, isPrimary: $0.key == primary)
        }
        try vault.prove(
            VaultKeyring(
                storeID: store.storeID, keyID: staged.root.keyID, checkValue: staged.root.checkValue, dataKeys: entries,
                lastingKeys: staged.root.lastingKeys),
            opensWith: root)
        var slots: [RecoverySlot] = []
        for slot in known where vault.bears(mark: slot.mark, slot.place(storeID: store.storeID)) {
            slots.append(try slot.sealed(for: root, storeID: store.storeID))
        }
        return (staged.root.keyID, slots)
    }

    // MARK: W5 and W6, the names of the files

    private func end(_ report: RootReport) -> RootReport {
        guard case .successor(let path) = target else { return report }
        var report = report
        let succession = KeySuccession(path: path)
        do {
            try succession.finish(newID: report.newID)
            report.oldPlace = succession.oldPath(report.oldID)
        } catch {
            // The root is the store's by now, whatever its file is called; each start tries again.
            report.place = "file:\(succession.newPath)"
            report.problem = error.message
        }
        return report
    }
}

/// What a rotation of the root came to.
package struct RootReport: Sendable {
    package let oldID: String
    package let newID: String
    /// Where the key is now.
    package var place: String
    /// Where the old key file is kept; nil where it lies as before.
    package var oldPlace: String?
    /// Why the new key file does not have its name yet.
    package var problem: String?
    /// No old wrap is left in the write-ahead log.
    package var isScrubbed = false
    /// Recovery slots that hold the new root.
    package let slots: [String]
    /// Slots without the mark of the old root: whoever wrote them did not have it, and they are gone.
    package let foreignSlots: [String]

    init(oldID: String, newID: String, place: String, slots: [String], foreignSlots: [String]) {
        self.oldID = oldID
        self.newID = newID
        self.place = place
        self.slots = slots
        self.foreignSlots = foreignSlots
    }
}
