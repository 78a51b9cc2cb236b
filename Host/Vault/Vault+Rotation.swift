import CSodium
import PatchbayModel

/// A token that was sealed again, and nothing else about it changed.
package struct ResealedValue: Sendable, Hashable {
    package let bytes: [UInt8]
    package let keyNumber: Int64
}

/// What the rotation of the data key needs.
extension Vault {
    /// The C macro for it is a sum, which Swift does not take over.
    private static let sealedBytesMax =
        Int(PATCHBAY_SEAL_HEADER_BYTES) + Int(PATCHBAY_SEAL_PAYLOAD_BYTES_MAX) + Int(PATCHBAY_SEAL_BLOCK_BYTES)
        + Int(PATCHBAY_SEAL_TAG_BYTES)

    /// A new data key, wrapped for the store, not yet used for anything.
    package func makeDataKey(number: Int64) throws(VaultError) -> [UInt8] {
        let hold = keys.withLock { $0.root }
        return try Self.wrap(
            SecretBytes(randomCount: Int(PATCHBAY_KEY_BYTES)), number: UInt32(number), wrappingKey: hold.wrappingKey,
            rootKeyID: hold.keyID, storeID: storeID)
    }

    /// Takes the store's keys as they are now, among them those that another process has made since. A vault that was
    /// told to forget a key does not learn it again by this, nor does one that has them all ask for the root. Throws
    /// `token_damaged`, and `key_wrong` when the store has another root by now and its source does not give it.
    package func refresh(_ keyring: VaultKeyring) throws(VaultError) {
        for entry in keyring.dataKeys {
            let isKnown = keys.withLock { $0.held[UInt32(truncatingIfNeeded: entry.number)] != nil }
            if isKnown { continue }
            let key = try unwrap(entry, under: follow(keyring))
            keys.withLock { $0.held[UInt32(entry.number)] = key }
        }
        if let primary = keyring.dataKeys.first(where: \.isPrimary)?.number { keys.withLock { $0.primary = primary } }
    }

    /// Whether a value sealed under this key could be opened.
    package func holds(_ number: Int64) -> Bool { keys.withLock { $0.held[UInt32(truncatingIfNeeded: number)] != nil } }

    /// Unwraps a key as it came back from the store, and compares it with nothing: that it opens under its own number
    /// proves it whole.
    package func verify(_ entry: WrappedDataKey) throws(VaultError) {
        _ = try unwrap(entry, under: keys.withLock { $0.root })
    }

    private func unwrap(_ entry: WrappedDataKey, under hold: RootHold) throws(VaultError) -> DataKey {
        try Self.unwrap(entry, wrappingKey: hold.wrappingKey, rootKeyID: hold.keyID, storeID: storeID)
    }

    /// Lets go of a data key; its memory is zeroed when nothing is being opened with it any more.
    package func forget(_ number: Int64) { keys.withLock { $0.held[UInt32(truncatingIfNeeded: number)] = nil } }

    /// Seals values again under the primary key; each is opened once more and compared before it is given back. What
    /// does not open is an error in its own place and touches no other.
    package func reseal(_ values: [(sealed: [UInt8], place: TokenPlace)]) throws(VaultError) -> [Result<
        ResealedValue, VaultError
    >] {
        let primary = primaryKeyNumber
        let new = try dataKey(UInt32(primary), what: "The new value")
        // Asking the system for the nonces one by one would take a system call each.
        let nonceBytes = Int(PATCHBAY_NONCE_BYTES)
        var nonces = [UInt8](repeating: 0, count: max(1, values.count * nonceBytes))
        unsafe randombytes_buf(&nonces, nonces.count)
        var places = TokenPlaces(storeID: storeID)
        var scratch = SecretBytes(capacity: 2 * Self.sealedBytesMax)
        return unsafe nonces.withUnsafeBytes { nonces in
            unsafe scratch.withMutableBytes { scratch, _ in
                values.enumerated().map { index, value in
                    Result { () throws(VaultError) in
                        let box = (
                            sealed: value.sealed, place: places.place(of: value.place),
                            generation: value.place.generation
                        )
                        let nonce = unsafe nonces[(index * nonceBytes)..<((index + 1) * nonceBytes)]
                        let bytes = try unsafe reseal(
                            box, under: new, UInt32(primary), UnsafeRawBufferPointer(rebasing: nonce), scratch)
                        return ResealedValue(bytes: bytes, keyNumber: primary)
                    }
                }
            }
        }
    }

    /// A sealed value, where it belongs, and which of the token's values the store says it is.
    private typealias PlacedBox = (sealed: [UInt8], place: SealPlace, generation: Int64)

    private func reseal(
        _ box: PlacedBox, under new: DataKey, _ number: UInt32, _ nonce: UnsafeRawBufferPointer,
        _ scratch: UnsafeMutableRawBufferPointer
    ) throws(VaultError) -> [UInt8] {
        let old = try dataKey(of: box)
        let sealed = box.sealed
        var out = [UInt8](repeating: 0, count: sealed.count)
        let code = unsafe old.secret.withBytes { old in
            unsafe new.secret.withBytes { new in
                unsafe box.place.withPlace { place in
                    unsafe patchbay_reseal(
                        old.bytes, new.bytes, number, place, sealed, sealed.count, nonce.bytes, scratch.mutableBytes,
                        &out)
                }
            }
        }
        if code != PATCHBAY_SEAL_OK { throw SealedBox.failure(code, what: "The token") }
        return out
    }

    /// Opens tokens and lets them go again, whatever is sealed in them. Throws for the first that does not open.
    package func prove(_ values: [(sealed: [UInt8], place: TokenPlace)]) throws(VaultError) {
        var places = TokenPlaces(storeID: storeID)
        var scratch = SecretBytes(capacity: Self.sealedBytesMax)
        try unsafe scratch.withMutableBytes { scratch, _ throws(VaultError) in
            for value in values {
                let box = (
                    sealed: value.sealed, place: places.place(of: value.place), generation: value.place.generation
                )
                try unsafe prove(box, scratch)
            }
        }
    }

    private func prove(_ box: PlacedBox, _ scratch: UnsafeMutableRawBufferPointer) throws(VaultError) {
        let key = try dataKey(of: box)
        let sealed = box.sealed
        var count = 0
        let code = unsafe key.secret.withBytes { key in
            unsafe box.place.withPlace { place in
                unsafe patchbay_open(
                    key.bytes, place, sealed, sealed.count, scratch.mutableBytes, scratch.count, &count)
            }
        }
        if code != PATCHBAY_SEAL_OK { throw SealedBox.failure(code, what: "The token") }
        // What was opened is padded to whole blocks, and no longer than the value itself.
        defer { unsafe sodium_memzero(scratch.baseAddress, sealed.count) }
        try unsafe OpenToken.check(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(scratch)[..<count]))
    }

    /// The key that a value names, after a check that the value is the one which the store says it is.
    private func dataKey(of box: PlacedBox) throws(VaultError) -> DataKey {
        let header = try SealedBox.inspect(box.sealed, what: "The token")
        guard header.generation == UInt64(bitPattern: box.generation) else {
            throw VaultError(
                .tokenDamaged, "The token in the store is not the value the store says it is. Set the token again.")
        }
        return try dataKey(header.key_number, what: "The token")
    }
}
