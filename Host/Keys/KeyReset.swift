import PatchbayModel
import PatchbayStore
import PatchbayVault

/// Gives up every token of a store whose key is lost, and gives the store a new one.
///
/// The key goes to its source before the store names it: dying in between leaves a key that the next try takes.
package struct KeyReset: Sendable {
    private let store: any Store
    private let source: RootSource

    package init(store: any Store, source: RootSource) {
        self.store = store
        self.source = source
    }

    /// What was done.
    package struct Outcome: Sendable {
        package let installed: VaultAccess.Installed
        /// Tokens that are gone, previous values of rotated ones included.
        package let givenUp: Int
    }

    /// `event` makes the line of the trail of what was installed. Throws `key_in_use` while the key opens the store, or
    /// a recovery slot may bring it back, and what the source throws: a key file that is there is never overwritten.
    package func run(_ event: @Sendable (VaultAccess.Installed) -> EventRecord) async throws -> Outcome {
        let slots = try await store.recoverySlots().map(\.name)
        guard slots.isEmpty else {
            throw KeyError(
                .keyInUse,
                "the key is not lost while a recovery slot opens (\(slots.joined(separator: ", "))): `patchbay key "
                    + "recover SLOT` brings it back; "
                    + "if none does any more, `patchbay key slot remove` each, then run this again")
        }
        let keyring = try await store.keyring()
        let (installed, vault, made) = try newKeys(instead: keyring)
        DebugSeam.reached("K1")
        let givenUp = try await store.resetKey(
            root: RootKeyRecord(keyID: made.keyID, checkValue: made.checkValue), insteadOf: keyring.keyID,
            dataKey: DataKeyRecord(
                number: made.dataKeys[0].number, state: .primary, wrapped: made.dataKeys[0].wrapped, createdAt: .now),
            event: event(installed), chain: AuditChain(vault: vault))
        return Outcome(installed: installed, givenUp: givenUp)
    }

    private func newKeys(instead keyring: VaultKeyring) throws -> (VaultAccess.Installed, Vault, VaultKeyring) {
        do {
            guard let made = try source.newKeyring(unlessOpening: keyring) else {
                throw KeyError(
                    .keyInUse,
                    "the key \(keyring.keyID) opens this store, so nothing is lost and nothing was given up; `patchbay "
                        + "key rotate` seals "
                        + "every token anew")
            }
            // A new passphrase is asked for twice: a slip of the finger would be the key.
            return source.first == .prompt ? try newRoot() : (.adopted, made.vault, made.keyring)
        } catch let error as VaultError where error.code == .keyMissing {
            return try newRoot()
        }
    }

    private func newRoot() throws -> (VaultAccess.Installed, Vault, VaultKeyring) {
        let made = try source.newKeyringAndRoot()
        return (.created, made.vault, made.keyring)
    }
}
