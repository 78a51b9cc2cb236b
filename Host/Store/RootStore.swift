import PatchbayModel

/// A root key on its way to replace the store's: its wraps lie beside the old ones until it has proved that it opens
/// them.
package struct StagedRoot: Sendable, Hashable {
    package let root: RootKeyRecord
    /// The wrapped data keys, by number.
    package let wraps: [Int64: [UInt8]]

    package init(root: RootKeyRecord, wraps: [Int64: [UInt8]]) {
        self.root = root
        self.wraps = wraps
    }
}

/// The root secret sealed for somebody who may need it when the key file is lost.
package struct RecoverySlot: Sendable, Hashable {
    package enum Kind: String, Sendable, Codable {
        case passphrase
        case publicKey = "public-key"
    }

    package let name: String
    package let kind: Kind
    /// Of a passphrase; empty for a public key.
    package let salt: [UInt8]
    /// X25519; made from the passphrase, or brought by its owner.
    package let publicKey: [UInt8]
    /// Sealed for that public key.
    package let sealedRoot: [UInt8]
    /// Made with the root: a slot that somebody else wrote into the store is never sealed for.
    package let mark: [UInt8]
    package let createdAt: Timestamp
    package let testedAt: Timestamp?

    package init(
        name: String, kind: Kind, salt: [UInt8], publicKey: [UInt8], sealedRoot: [UInt8], mark: [UInt8],
        createdAt: Timestamp,
        testedAt: Timestamp? = nil
    ) {
        self.name = name
        self.kind = kind
        self.salt = salt
        self.publicKey = publicKey
        self.sealedRoot = sealedRoot
        self.mark = mark
        self.createdAt = createdAt
        self.testedAt = testedAt
    }
}

extension RecoverySlot {
    /// The same, whether tested or not.
    package var untested: RecoverySlot {
        RecoverySlot(
            name: name, kind: kind, salt: salt, publicKey: publicKey, sealedRoot: sealedRoot, mark: mark,
            createdAt: createdAt)
    }
}

package protocol RootStore: Sendable {
    func stagedRoot() async throws -> StagedRoot?
    /// Puts a root's wraps beside the active ones, in place of any staged before, in one transaction. Throws `key_busy`
    /// while a rotation of the data key goes on, and when a live data key has no wrap among them.
    func stageRoot(_ staged: StagedRoot) async throws
    /// Makes the staged root of this id the store's, with its wraps and these slots, removes the old wraps and slots,
    /// and writes the line of the audit trail, in one transaction. Throws `key_busy` when it is not staged any more, or
    /// the root or the slots that it replaces are not those known.
    func activateRoot(
        keyID: String, insteadOf oldKeyID: String, slots: [RecoverySlot], insteadOf known: [RecoverySlot],
        event: EventRecord,
        chain: any EventSealing
    ) async throws
    func recoverySlots() async throws -> [RecoverySlot]
    /// Throws `slot_exists`, and `key_busy` when the root it was sealed for is not the store's any more.
    func addSlot(_ slot: RecoverySlot, rootKeyID: String) async throws
    /// Whether there was one.
    func removeSlot(named name: String) async throws -> Bool
    /// Whether the slot was still there as it was tested.
    func markTested(_ slot: RecoverySlot, at: Timestamp) async throws -> Bool
}
