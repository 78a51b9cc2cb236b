import PatchbayModel

/// The life of a data key; exactly one is primary.
package enum DataKeyState: String, Sendable, Codable {
    case staged, primary, draining, retired, destroyed
}

/// One data key, wrapped under the root secret's key-encryption key. Numbers start at 2.
package struct DataKeyRecord: Sendable, Hashable {
    package let number: Int64
    package let state: DataKeyState
    /// Sealed by the vault; nil once destroyed.
    package let wrapped: [UInt8]?
    package let createdAt: Timestamp

    package init(number: Int64, state: DataKeyState, wrapped: [UInt8]?, createdAt: Timestamp) {
        self.number = number
        self.state = state
        self.wrapped = wrapped
        self.createdAt = createdAt
    }
}

/// What the store knows of its root secret: enough to say "this is the wrong key" at once, never the key.
package struct RootKeyRecord: Sendable, Hashable {
    /// The id in the key file, so that a person can find the right one.
    package let keyID: String
    /// 16 bytes derived from the root secret, compared at every start.
    package let checkValue: [UInt8]
    /// The keys that outlive a root, wrapped under this one; nil for a store's first root.
    package let lastingKeys: [UInt8]?

    package init(keyID: String, checkValue: [UInt8], lastingKeys: [UInt8]? = nil) {
        self.keyID = keyID
        self.checkValue = checkValue
        self.lastingKeys = lastingKeys
    }
}

package protocol KeyStore: Sendable {
    /// Nil in a store that has never had a key.
    func rootKey() async throws -> RootKeyRecord?
    /// All data keys, by number.
    func dataKeys() async throws -> [DataKeyRecord]
    /// Both as they were at one moment: a change of the root changes both.
    func keys() async throws -> (root: RootKeyRecord?, dataKeys: [DataKeyRecord])
    /// Writes root record and first data key in one transaction. Throws `key_exists` when there is a root record or a
    /// token already.
    func installKey(root: RootKeyRecord, dataKey: DataKeyRecord) async throws
    /// Forgets every token and every key, puts these in their place, and writes the event that tells so, in one
    /// transaction. Gives how many tokens there were. Seals of older events, which nobody can check any more, go with
    /// the key; their links stay. Throws `key_busy` when the root that was found lost is not the store's any more.
    func resetKey(
        root: RootKeyRecord, insteadOf oldKeyID: String, dataKey: DataKeyRecord, event: EventRecord,
        chain: any EventSealing
    ) async throws -> Int
}
