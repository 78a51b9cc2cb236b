import PatchbayModel

/// What the rotation of the root needs.
extension Vault {
    /// The id of the root key that this vault wraps new data keys with.
    package var rootKeyID: String { keys.withLock { $0.root.keyID } }

    /// Whether this is the root that the vault was opened with.
    package func isRoot(_ root: borrowing RootKey) -> Bool {
        let value = root.checkValue()
        return keys.withLock { $0.root.checkValue } == value
    }

    /// The same keys wrapped under another root, the lasting ones among them.
    package func rewrapped(for root: borrowing RootKey) throws(VaultError) -> VaultKeyring {
        let hold = RootHold(root)
        let now = keys.withLock { $0 }
        var entries: [WrappedDataKey] = []
        for (number, key) in now.held.sorted(by: { $0.key < $1.key }) {
            let wrapped = try Self.wrap(
                key.secret, number: number, wrappingKey: hold.wrappingKey, rootKeyID: hold.keyID, storeID: storeID)
            entries.append(
                WrappedDataKey(number: Int64(number), wrapped: wrapped, isPrimary: Int64(number) == now.primary))
        }
        return VaultKeyring(
            storeID: storeID, keyID: hold.keyID, checkValue: hold.checkValue, dataKeys: entries,
            lastingKeys: try lasting.wrapped(under: hold, storeID: storeID))
    }

    /// Opens a keyring with another root, and compares each key with this vault's. Throws `key_wrong` where one differs
    /// or is missing.
    package func prove(_ keyring: VaultKeyring, opensWith root: borrowing RootKey) throws(VaultError) {
        let other = try Vault.open(rootKey: root, keyring: keyring)
        let (here, there) = (keys.withLock { $0.held }, other.keys.withLock { $0.held })
        var isSame = here.count == there.count && lasting.isSame(as: other.lasting)
        for (number, key) in here { isSame = isSame && there[number].map { $0.secret.isSame(as: key.secret) } ?? false }
        guard isSame else {
            throw VaultError(
                .keyWrong,
                "The wraps under the new root key do not hold the keys of the store. Nothing was changed; try again.")
        }
    }

    /// The root that the store has now, where a rewrap has changed it while this vault was in use: its source is read
    /// again. Throws `key_wrong` where the source gives another, or cannot be read twice.
    func follow(_ keyring: VaultKeyring) throws(VaultError) -> RootHold {
        let hold = keys.withLock { $0.root }
        if hold.fits(keyring) { return hold }
        guard let source, source.isReadableAgain else {
            throw VaultError(
                .keyWrong,
                "The root key of the store was changed to \(keyring.keyID) while this ran. Start it again, with the "
                    + "new key."
            )
        }
        let root = try source.read(for: keyring)
        let new = RootHold(root)
        keys.withLock { $0.root = new }
        return new
    }
}
