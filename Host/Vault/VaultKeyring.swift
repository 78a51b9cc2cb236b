import PatchbayModel

/// A data key as it is kept: wrapped under the root.
package struct WrappedDataKey: Sendable, Hashable {
    /// Starts at 2; 1 stands for the root's own wrapping key.
    package let number: Int64
    package let wrapped: [UInt8]
    /// Whether it seals new values; exactly one does.
    package let isPrimary: Bool

    package init(number: Int64, wrapped: [UInt8], isPrimary: Bool) {
        self.number = number
        self.wrapped = wrapped
        self.isPrimary = isPrimary
    }
}

/// What a store keeps of its keys, in plain values: the vault knows no store.
package struct VaultKeyring: Sendable, Hashable {
    package let storeID: String
    /// The id of the key file that opens it.
    package let keyID: String
    /// 16 bytes derived from the root.
    package let checkValue: [UInt8]
    package let dataKeys: [WrappedDataKey]
    /// The keys of fingerprints and audit trail, wrapped under the root; nil under a store's first root, from which
    /// they are derived.
    package let lastingKeys: [UInt8]?

    package init(
        storeID: String, keyID: String, checkValue: [UInt8], dataKeys: [WrappedDataKey], lastingKeys: [UInt8]? = nil
    ) {
        self.storeID = storeID
        self.keyID = keyID
        self.checkValue = checkValue
        self.dataKeys = dataKeys
        self.lastingKeys = lastingKeys
    }
}
