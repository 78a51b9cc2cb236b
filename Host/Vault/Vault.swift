import CSodium
import PatchbayModel
import Synchronization

/// Seals and opens tokens. The only holder of the keys that do.
package final class Vault: Sendable {
    /// The number that stands for the root's wrapping key in the header of a wrapped data key.
    static let rootNumber: UInt32 = 1
    /// The number of a store's first data key.
    package static let firstDataKeyNumber: Int64 = 2

    /// One unwrapped data key, in locked memory.
    final class DataKey: Sendable {
        let secret: SecretBytes
        init(_ secret: consuming SecretBytes) { self.secret = secret }
    }

    /// What a rotation, here or in another process, changes while the vault is in use.
    struct Keys: Sendable {
        var primary: Int64
        var held: [UInt32: DataKey]
        var root: RootHold
    }

    package let storeID: String
    let keys: Mutex<Keys>
    let lasting: LastingKeys
    /// Where the root came from, to be read again when another process has changed it.
    let source: RootSource?

    /// Number of the data key that seals new values.
    package var primaryKeyNumber: Int64 { keys.withLock { $0.primary } }

    private init(storeID: String, keys: Keys, lasting: LastingKeys, source: RootSource?) {
        self.storeID = storeID
        self.keys = Mutex(keys)
        self.lasting = lasting
        self.source = source
    }

    /// Makes the keys of a new store: one data key, wrapped under the root. The caller keeps the keyring in the store.
    package static func create(rootKey: borrowing RootKey, storeID: String) throws(VaultError) -> (
        vault: Vault, keyring: VaultKeyring
    ) {
        let number = UInt32(firstDataKeyNumber)
        let secret = SecretBytes(randomCount: Int(PATCHBAY_KEY_BYTES))
        let wrapped = try wrap(
            secret, number: number, wrappingKey: rootKey.derive(.wrap), rootKeyID: rootKey.id, storeID: storeID)
        let keyring = VaultKeyring(
            storeID: storeID, keyID: rootKey.id, checkValue: rootKey.checkValue(),
            dataKeys: [WrappedDataKey(number: firstDataKeyNumber, wrapped: wrapped, isPrimary: true)])
        return (try open(rootKey: rootKey, keyring: keyring), keyring)
    }

    /// Opens a store's keyring. Throws `key_wrong` when the root is another one than the store was made with,
    /// `token_damaged` when a data key was changed in the store.
    package static func open(
        rootKey: borrowing RootKey, keyring: VaultKeyring, source: RootSource? = nil
    ) throws(VaultError) -> Vault {
        let hold = RootHold(rootKey)
        guard hold.fits(keyring) else {
            throw VaultError(
                .keyWrong,
                "This is the wrong key: the store was made with key \(keyring.keyID), and this one is \(hold.keyID). "
                    + "Name the right "
                    + "one with --key.")
        }
        var dataKeys: [UInt32: DataKey] = [:]
        var primary: Int64?
        for entry in keyring.dataKeys {
            let key = try unwrap(entry, wrappingKey: hold.wrappingKey, rootKeyID: hold.keyID, storeID: keyring.storeID)
            dataKeys[UInt32(entry.number)] = key
            if entry.isPrimary { primary = entry.number }
        }
        guard let primary else {
            throw VaultError(
                .tokenDamaged, "The store names no data key that seals new tokens. Restore the store from a backup.")
        }
        let lasting: LastingKeys
        if let wrapped = keyring.lastingKeys {
            lasting = try LastingKeys(wrapped, hold: hold, storeID: keyring.storeID)
        } else {
            lasting = LastingKeys(of: rootKey)
        }
        return Vault(
            storeID: keyring.storeID, keys: Keys(primary: primary, held: dataKeys, root: hold), lasting: lasting,
            source: source)
    }

    /// A data key out of its wrapping. Throws `token_damaged` when it was changed in the store.
    static func unwrap(
        _ entry: WrappedDataKey, wrappingKey: borrowing SecretBytes, rootKeyID: String, storeID: String
    ) throws(VaultError) -> DataKey {
        let what = "The data key \(entry.number)"
        guard let number = UInt32(exactly: entry.number), number > rootNumber else {
            throw VaultError(
                .tokenDamaged, "\(what) has a number that no data key has. Restore the store from a backup.")
        }
        let place = SealPlace(dataKey: number, storeID: storeID, rootKeyID: rootKeyID)
        let secret = try SealedBox.open(entry.wrapped, key: wrappingKey, place: place, what: what)
        guard secret.count == Int(PATCHBAY_KEY_BYTES) else {
            throw VaultError(.tokenDamaged, "\(what) has the wrong length. Restore the store from a backup.")
        }
        return DataKey(secret)
    }

    /// A data key as it goes to the store.
    static func wrap(
        _ secret: borrowing SecretBytes, number: UInt32, wrappingKey: borrowing SecretBytes, rootKeyID: String,
        storeID: String
    ) throws(VaultError) -> [UInt8] {
        var payload = SecretBytes(capacity: 2 * Int(PATCHBAY_SEAL_BLOCK_BYTES))
        unsafe secret.withBytes { unsafe payload.append($0) }
        let place = SealPlace(dataKey: number, storeID: storeID, rootKeyID: rootKeyID)
        return try SealedBox.seal(
            &payload, key: wrappingKey, number: rootNumber, generation: Int64(number), place: place)
    }

    /// The data key a sealed value names.
    func dataKey(_ number: UInt32, what: String) throws(VaultError) -> DataKey {
        guard let key = keys.withLock({ $0.held[number] }) else {
            throw VaultError(
                .tokenDamaged, "\(what) names data key \(number), which this store does not have. Set the token again.")
        }
        return key
    }
}

// MARK: Tokens

/// A token sealed for its place.
package struct SealedValue: Sendable, Hashable {
    package let bytes: [UInt8]
    /// Keyed; the only form of a token that may be shown or logged.
    package let fingerprint: String
    /// Number of the data key that sealed it.
    package let keyNumber: Int64
}

extension Vault {
    /// Seals a token under the primary data key. Throws `token_invalid` for an empty or too long one.
    package func seal(token: borrowing SecretBytes, place: TokenPlace, payload: TokenPayload = TokenPayload())
        throws(VaultError)
        -> SealedValue
    {
        try unsafe token.withBytes { bytes throws(VaultError) in
            try unsafe seal(token: bytes, place: place, payload: payload, nonce: nil)
        }
    }

    /// Seals a token from memory that stays the caller's to wipe.
    package func seal(token: UnsafeRawBufferPointer, place: TokenPlace, payload: TokenPayload = TokenPayload())
        throws(VaultError)
        -> SealedValue
    {
        try unsafe seal(token: token, place: place, payload: payload, nonce: nil)
    }

    /// With a nonce of the caller's choice, which only the frozen test vectors need.
    func seal(token: UnsafeRawBufferPointer, place: TokenPlace, payload: TokenPayload, nonce: [UInt8]?)
        throws(VaultError) -> SealedValue
    {
        guard unsafe !token.isEmpty, token.count <= Limits.tokenBytesMax else {
            throw VaultError(
                .tokenInvalid, "A token has 1 to \(Limits.tokenBytesMax) bytes, this one has \(token.count).")
        }
        let primary = primaryKeyNumber
        let number = UInt32(primary)
        var open = unsafe OpenToken.encode(payload, token: token)
        let key = try dataKey(number, what: "The token")
        let bytes = try SealedBox.seal(
            &open, key: key.secret, number: number, generation: place.generation, place: SealPlace(place), nonce: nonce)
        return SealedValue(bytes: bytes, fingerprint: unsafe fingerprint(of: token), keyNumber: primary)
    }

    /// Opens a token and lets it go again: gives what was sealed beside it. Throws when it does not open in this place.
    package func inspect(sealed: [UInt8], place: TokenPlace) throws(VaultError) -> TokenPayload {
        try openToken(sealed, place: place).payload
    }

    /// The credential made of a sealed token, for requests to `base`.
    ///
    /// Refuses with `token_origin_changed`, before anything is opened, when the token was not sealed for `base`. The
    /// list of origins itself is bound into the seal: a changed list does not open.
    package func credential(
        sealed: [UInt8], place: TokenPlace, base: BaseURL, scheme: CredentialScheme
    ) throws(VaultError) -> any Credential {
        guard place.origins.contains(base.description) else {
            let known = place.origins.joined(separator: ", ")
            throw VaultError(
                .tokenOriginChanged,
                "The token was set for \(known), and the integration now points to \(base). Set the token again if "
                    + "that is right."
            )
        }
        if case .header(let name) = scheme,
            name.isEmpty || !name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x3A })
        {
            throw VaultError(
                .connectorRefused,
                "The connector names a header for the token that is not a header's name. Use another connector.")
        }
        return SealedCredential(vault: self, sealed: sealed, place: place, scheme: scheme)
    }

    /// Opens a token for one act.
    func openToken(_ sealed: [UInt8], place: TokenPlace) throws(VaultError) -> OpenToken {
        let header = try SealedBox.inspect(sealed, what: "The token")
        guard header.generation == UInt64(bitPattern: place.generation) else {
            throw VaultError(
                .tokenDamaged,
                "The token in the store is not the value the store says it is: an older one was put back. Set the "
                    + "token again."
            )
        }
        let key = try dataKey(header.key_number, what: "The token")
        return try OpenToken(
            decoding: SealedBox.open(sealed, key: key.secret, place: SealPlace(place), what: "The token"))
    }

    /// 64 bits of a keyed hash, in hex.
    func fingerprint(of token: UnsafeRawBufferPointer) -> String {
        var hash = [UInt8](repeating: 0, count: 16)
        let code = unsafe lasting.fingerprint.withBytes { key in
            unsafe patchbay_fingerprint(key.bytes, token.bytes, token.count, &hash, hash.count)
        }
        precondition(code == 0, "a token can always be hashed")
        return hexText(hash.prefix(8))
    }
}
