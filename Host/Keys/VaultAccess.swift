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

    /// Gives the store its key: an existing key is adopted, else one is made; a store that has its key is checked against it.
    /// Never makes a key where the store already holds sealed rows.
    package func install() async throws -> (outcome: Installed, vault: Vault) {
        let hasTokens = try await !store.tokens().isEmpty
        let keyring = try await store.rootKey() == nil ? nil : try await store.keyring()
        if keyring == nil, hasTokens {
            throw KeyError(.keyMissing, "the store holds sealed tokens and names no key; restore the store from a backup")
        }
        let (outcome, vault, made) = try newKeys(instead: keyring, hasTokens: hasTokens)
        guard let made else { return (outcome, vault) }
        let record = RootKeyRecord(keyID: made.keyID, checkValue: made.checkValue)
        let first = made.dataKeys[0]
        let dataKey = DataKeyRecord(number: first.number, state: .primary, wrapped: first.wrapped, createdAt: .now)
        if keyring != nil {
            try await store.replaceKey(root: record, dataKey: dataKey)
        } else {
            try await store.installKey(root: record, dataKey: dataKey)
        }
        return (outcome, vault)
    }

    /// The keys that the store is to have; nil where it has the right ones.
    private func newKeys(instead keyring: VaultKeyring?, hasTokens: Bool) throws -> (Installed, Vault, VaultKeyring?) {
        do {
            guard let keyring else {
                // A new passphrase is asked for twice: a slip of the finger would be the key.
                if source.first == .prompt { return Self.new(.created, try source.newKeyringAndRoot()) }
                return Self.new(.adopted, try source.newKeyring())
            }
            return (.present, try source.open(keyring), nil)
        } catch  where error.code == .keyWrong {
            if hasTokens { throw KeyError.lost(error) }
            return Self.new(.adopted, try source.newKeyring())
        } catch  where error.code == .keyMissing {
            if hasTokens { throw KeyError.lost(error) }
            // The file goes to disk before the store names it: dying in between leaves a key that the next start adopts.
            return Self.new(.created, try source.newKeyringAndRoot())
        }
    }

    private static func new(_ outcome: Installed, _ made: (vault: Vault, keyring: VaultKeyring)) -> (Installed, Vault, VaultKeyring?) {
        (outcome, made.vault, made.keyring)
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
            record.wrapped.map { WrappedDataKey(number: record.number, wrapped: $0, isPrimary: record.state == .primary) }
        }
        self.init(
            storeID: storeID, keyID: root.keyID, checkValue: root.checkValue, dataKeys: live, lastingKeys: root.lastingKeys)
    }
}
