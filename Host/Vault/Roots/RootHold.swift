import CSodium
import PatchbayModel

/// What a vault keeps of its root: enough to wrap and to recognise, not the root itself.
final class RootHold: Sendable {
    let keyID: String
    let checkValue: [UInt8]
    /// Wraps data keys and the lasting keys.
    let wrappingKey: SecretBytes
    /// Marks recovery slots.
    let slotKey: SecretBytes

    init(_ root: borrowing RootKey) {
        keyID = root.id
        checkValue = root.checkValue()
        wrappingKey = root.derive(.wrap)
        slotKey = root.derive(.slot)
    }

    func fits(_ keyring: VaultKeyring) -> Bool {
        unsafe checkValue.count == keyring.checkValue.count
            && sodium_memcmp(checkValue, keyring.checkValue, checkValue.count) == 0
    }
}

/// The keys that fingerprints and the seals of the audit trail hang on. They are those of the store's first root: a
/// fingerprint must go on to name the same token, and old lines of the trail must go on to verify. So they are derived
/// from the root while it is the first, and from then on wrapped under each new one.
final class LastingKeys: Sendable {
    let fingerprint: SecretBytes
    let audit: SecretBytes

    /// As the first root gives them.
    init(of root: borrowing RootKey) {
        fingerprint = root.derive(.fingerprint)
        audit = root.derive(.audit)
    }

    private static let keyBytes = Int(PATCHBAY_KEY_BYTES)

    /// Opens what `wrapped` gave. Throws `token_damaged`, `key_wrong`.
    init(_ wrapped: [UInt8], hold: RootHold, storeID: String) throws(VaultError) {
        let place = SealPlace(lastingKeysOf: storeID, rootKeyID: hold.keyID)
        let both = try SealedBox.open(
            wrapped, key: hold.wrappingKey, place: place, what: "The keys of fingerprints and audit trail")
        guard both.count == 2 * Self.keyBytes else {
            throw VaultError(
                .tokenDamaged,
                "The keys of fingerprints and audit trail have the wrong length. Restore the store from a backup.")
        }
        fingerprint = unsafe both.withBytes {
            unsafe SecretBytes(copying: UnsafeRawBufferPointer(rebasing: $0[..<Self.keyBytes]))
        }
        audit = unsafe both.withBytes {
            unsafe SecretBytes(copying: UnsafeRawBufferPointer(rebasing: $0[Self.keyBytes...]))
        }
    }

    /// Both under a root, as they go to the store. `nonce` is nil everywhere but in the frozen vectors.
    func wrapped(under hold: RootHold, storeID: String, nonce: [UInt8]? = nil) throws(VaultError) -> [UInt8] {
        var payload = SecretBytes(capacity: 2 * Self.keyBytes + Int(PATCHBAY_SEAL_BLOCK_BYTES))
        unsafe fingerprint.withBytes { unsafe payload.append($0) }
        unsafe audit.withBytes { unsafe payload.append($0) }
        return try SealedBox.seal(
            &payload, key: hold.wrappingKey, number: Vault.rootNumber, generation: 0,
            place: SealPlace(lastingKeysOf: storeID, rootKeyID: hold.keyID), nonce: nonce)
    }

    func isSame(as other: LastingKeys) -> Bool {
        fingerprint.isSame(as: other.fingerprint) && audit.isSame(as: other.audit)
    }
}
