import PatchbayModel
import PatchbayStore
import PatchbayVault

/// Brings the store's keyring and the root key together.
package struct VaultAccess: Sendable {
    private let store: any Store
    package let source: RootSource

    /// Where `other` is named too, it must give the same key.
    package init(store: any Store, source: KeySource, other: KeySource? = nil) {
        self.store = store
        self.source = RootSource(source, and: other, storeID: store.storeID)
    }

    /// Opens the vault. Throws `key_missing`, `key_wrong`, `key_unsafe`, `key_invalid`, `key_sources_disagree`.
    package func open() async throws -> Vault {
        let keyring = try await store.keyring()
        do {
            return try source.open(keyring)
        } catch {
            guard error.code == .keyMissing || error.code == .keyWrong else { throw error }
            throw KeyError.lost(error)
        }
    }

    /// What `install` did.
    package enum Installed: String, Sendable { case created, adopted, present }

    /// Gives a store that has none its key: the one that is at the source, else one that is made there. A store that
    /// has its key is only checked against it: another one would make recovery slots and the audit trail worthless,
    /// even where there are no tokens.
    package func install() async throws -> (outcome: Installed, vault: Vault) {
        if try await store.rootKey() != nil { return (.present, try await open()) }
        guard try await store.tokens().isEmpty else {
            throw KeyError(
                .keyMissing, "the store holds sealed tokens and names no key; restore the store from a backup")
        }
        let (outcome, made) = try newKeys()
        let first = made.keyring.dataKeys[0]
        try await store.installKey(
            root: RootKeyRecord(keyID: made.keyring.keyID, checkValue: made.keyring.checkValue),
            dataKey: DataKeyRecord(number: first.number, state: .primary, wrapped: first.wrapped, createdAt: .now))
        return (outcome, made.vault)
    }

    private func newKeys() throws -> (Installed, (vault: Vault, keyring: VaultKeyring)) {
        // A new passphrase is asked for twice: a slip of the finger would be the key.
        if source.first == .prompt { return (.created, try source.newKeyringAndRoot()) }
        do {
            return (.adopted, try source.newKeyring())
        } catch {
            guard error.code == .keyMissing else { throw error }
            // The file goes to disk before the store names it: dying in between leaves a key that the next start
            // adopts.
            return (.created, try source.newKeyringAndRoot())
        }
    }
}

extension Store {
    /// The keys of the store as the vault takes them. Throws `key_missing` where there are none.
    package func keyring() async throws -> VaultKeyring {
        let (root, dataKeys) = try await keys()
        guard let root else { throw KeyError(.keyMissing, "the store has no key yet; run `patchbay init`") }
        return VaultKeyring(storeID: storeID, root: root, dataKeys: dataKeys)
    }
}

extension VaultKeyring {
    /// A store's keys as its records hold them.
    package init(storeID: String, root: RootKeyRecord, dataKeys: [DataKeyRecord]) {
        let live = dataKeys.compactMap { record in
            record.wrapped.map {
                WrappedDataKey(number: record.number, wrapped: $0, isPrimary: record.state == .primary)
            }
        }
        self.init(
            storeID: storeID, keyID: root.keyID, checkValue: root.checkValue, dataKeys: live,
            lastingKeys: root.lastingKeys)
    }
}
