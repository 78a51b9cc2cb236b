import PatchbayModel
import PatchbayStore
import PatchbayVault

/// The ways back to a lost root key.
package struct RecoverySlots: Sendable {
    /// Whom a slot is made for.
    package enum Owner: Sendable {
        /// Somebody who types a passphrase, now and when it is needed.
        case passphrase
        /// The holder of the private key that belongs to the public one in this file.
        case publicKey(path: String)
    }

    private let store: any Store

    package init(store: any Store) { self.store = store }

    /// Makes a slot; gives the vault that the root opened. Throws `slot_exists`, and what reading a key or a passphrase
    /// throws.
    package func add(_ name: String, for owner: Owner, access: VaultAccess) async throws -> Vault {
        let there = try await store.recoverySlots()
        guard !there.contains(where: { $0.name == name }) else {
            throw KeyError(
                .slotExists, "there is a recovery slot \(name) already; remove it first, or take another name")
        }
        guard there.count < Limits.recoverySlotsMax else {
            throw KeyError(
                .slotExists, "the store has \(there.count) recovery slots, and that is the most; remove one first")
        }
        let keyring = try await store.keyring()
        let root = try access.source.read(for: keyring)
        let vault = try Vault.open(rootKey: root, keyring: keyring, source: access.source)
        let place: SlotPlace
        switch owner {
        case .passphrase:
            let salt = SlotSecret.newSalt()
            let text = try Passphrase.askTwice("New passphrase of the recovery slot \(name): ")
            let key = try SlotSecret(passphrase: text, salt: salt).publicKey
            place = SlotPlace(
                storeID: store.storeID, name: name, kind: RecoverySlot.Kind.passphrase.rawValue, salt: salt,
                publicKey: key)
        case .publicKey(let path):
            let key = try RecoveryPair.readPublic(path).key
            place = SlotPlace(
                storeID: store.storeID, name: name, kind: RecoverySlot.Kind.publicKey.rawValue, salt: [], publicKey: key
            )
        }
        try await store.addSlot(RecoverySlot(sealing: root, for: place, createdAt: .now), rootKeyID: keyring.keyID)
        return vault
    }

    /// Opens a slot, and with what it holds every key of the store. Asks for the passphrase where no private key is
    /// named. Notes that the slot was tested.
    ///
    /// Throws `slot_not_found`, `key_wrong` for another passphrase or key or a slot of another root, `key_invalid` for
    /// one that was changed, `key_unsafe` for one that bears no mark of the root.
    package func test(_ name: String, privateKey: String?) async throws -> Vault {
        let (slot, keyring) = (try await slot(named: name), try await store.keyring())
        let root = try open(slot, privateKey: privateKey)
        let vault = try prove(root, keyring, slot)
        guard vault.bears(mark: slot.mark, slot.place(storeID: store.storeID)) else {
            throw KeyError(
                .keyUnsafe,
                "the recovery slot \(name) holds the root, and does not bear its mark: it was changed in the store, "
                    + "and a rewrap would leave "
                    + "it out; remove it, and add it anew")
        }
        guard try await store.markTested(slot, at: .now) else {
            throw KeyError(.keyBusy, "the recovery slot \(name) was changed meanwhile; test it again")
        }
        return vault
    }

    /// Writes the root that a slot holds to a new key file, and opens the store's keys with that file. Throws as `test`
    /// does, and `key_exists` where there is a file.
    package func recover(_ name: String, privateKey: String?, to path: String) async throws -> Vault {
        let (slot, keyring) = (try await slot(named: name), try await store.keyring())
        let root = try open(slot, privateKey: privateKey)
        _ = try prove(root, keyring, slot)
        try KeyFile.write(root, to: path)
        return try RootSource(.file(path: path), and: nil, storeID: store.storeID).open(keyring)
    }

    private func slot(named name: String) async throws -> RecoverySlot {
        let slots = try await store.recoverySlots()
        if let slot = slots.first(where: { $0.name == name }) { return slot }
        let there = slots.isEmpty ? "there is none" : "there is \(slots.map(\.name).joined(separator: ", "))"
        throw KeyError(.slotNotFound, "there is no recovery slot \(name); \(there)")
    }

    private func open(_ slot: RecoverySlot, privateKey: String?) throws -> RootKey {
        let place = slot.place(storeID: store.storeID)
        switch (slot.kind, privateKey) {
        case (.publicKey, let path?): return try RecoveryPair.readPrivate(path).open(slot.sealedRoot, of: place)
        case (.publicKey, nil):
            throw KeyError(
                .keyMissing,
                "the recovery slot \(slot.name) is of a public key; name its private key with --private-key FILE")
        case (.passphrase, nil):
            let text = try Passphrase.ask("Passphrase of the recovery slot \(slot.name): ")
            return try SlotSecret(passphrase: text, salt: slot.salt).open(slot.sealedRoot, of: place)
        case (.passphrase, _?):
            throw KeyError(.keyInvalid, "the recovery slot \(slot.name) is of a passphrase; leave --private-key away")
        }
    }

    private func prove(_ root: borrowing RootKey, _ keyring: VaultKeyring, _ slot: RecoverySlot) throws -> Vault {
        guard root.checkValue() == keyring.checkValue else {
            throw KeyError(
                .keyWrong,
                "the recovery slot \(slot.name) holds root key \(root.id), and the store was made with "
                    + "\(keyring.keyID); remove the slot, and "
                    + "add it anew")
        }
        return try Vault.open(rootKey: root, keyring: keyring)
    }
}

extension RecoverySlot {
    package func place(storeID: String) -> SlotPlace {
        SlotPlace(storeID: storeID, name: name, kind: kind.rawValue, salt: salt, publicKey: publicKey)
    }

    init(sealing root: borrowing RootKey, for place: SlotPlace, createdAt: Timestamp) throws {
        let sealed = try root.sealed(for: place)
        self.init(
            name: place.name, kind: place.salt.isEmpty ? .publicKey : .passphrase, salt: place.salt,
            publicKey: place.publicKey,
            sealedRoot: sealed.sealedRoot, mark: sealed.mark, createdAt: createdAt)
    }

    /// The same slot with another root in it. That its owner opened the old one proves nothing of this.
    func sealed(for root: borrowing RootKey, storeID: String) throws -> RecoverySlot {
        try RecoverySlot(sealing: root, for: place(storeID: storeID), createdAt: createdAt)
    }
}
