import PatchbayModel
import PatchbayStore
import PatchbayVault

/// Brings the store's keyring and the root key together.
package struct VaultAccess: Sendable {
    private let store: any Store
    private let source: KeySource

    package init(store: any Store, source: KeySource) {
        self.store = store
        self.source = source
    }

    /// Opens the vault. Throws `key_missing`, `key_wrong`, `key_unsafe`, `key_invalid`.
    package func open() async throws -> Vault {
        guard let root = try await store.rootKey() else {
            throw SetupError(.keyMissing, "the store has no key yet; run `patchbay init`")
        }
        let dataKeys = try await store.dataKeys().compactMap { record in
            record.wrapped.map { WrappedDataKey(number: record.number, wrapped: $0, isPrimary: record.state == .primary) }
        }
        let keyring = VaultKeyring(storeID: store.storeID, keyID: root.keyID, checkValue: root.checkValue, dataKeys: dataKeys)
        return try Vault.open(rootKey: try source.read(), keyring: keyring)
    }

    /// What `install` did.
    package enum Installed: String, Sendable { case created, adopted, present }

    /// Gives the store its key: an existing key file is adopted, else one is made; a store that has its key is checked against the file.
    /// Never makes a key where the store already holds sealed rows.
    package func install() async throws -> Installed {
        let hasTokens = try await !store.tokens().isEmpty
        let hasKey = try await store.rootKey() != nil
        if hasKey {
            do {
                _ = try await open()
                return .present
            } catch let failure as any PatchbayFailure where [.keyMissing, .keyWrong].contains(failure.code) {
                guard !hasTokens else {
                    throw SetupError(
                        failure.code,
                        "\(failure.message) If the key is lost, `patchbay token remove NAME` every token and run `patchbay init` again: no task is lost"
                    )
                }
            }
        } else if hasTokens {
            throw SetupError(.keyMissing, "the store holds sealed tokens and names no key; restore the store from a backup")
        }
        var outcome = Installed.adopted
        let root = try readOrCreate(&outcome)
        let (_, keyring) = try Vault.create(rootKey: root, storeID: store.storeID)
        let first = keyring.dataKeys[0]
        let record = RootKeyRecord(keyID: keyring.keyID, checkValue: keyring.checkValue)
        let dataKey = DataKeyRecord(number: first.number, state: .primary, wrapped: first.wrapped, createdAt: .now)
        if hasKey {
            try await store.replaceKey(root: record, dataKey: dataKey)
        } else {
            try await store.installKey(root: record, dataKey: dataKey)
        }
        return outcome
    }

    private func readOrCreate(_ outcome: inout Installed) throws -> RootKey {
        do {
            return try source.read()
        } catch  where error.code == .keyMissing {
            // The file goes to disk before the store names it: dying in between leaves a key that the next start adopts.
            outcome = .created
            return try source.create()
        }
    }
}
