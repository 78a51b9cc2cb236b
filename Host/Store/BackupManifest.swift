import PatchbayModel

/// What a backup says of itself. It lies in the copy, as a table of its own, so that one cannot be had without the
/// other.
package struct BackupManifest: Codable, Sendable, Hashable {
    package static let currentFormat = 1

    package let format: Int
    /// Before the first page was read: whatever was sent later may be missing.
    package let madeAt: Timestamp
    /// The version of Patchbay that made it.
    package let madeBy: String
    package let storeID: String
    package let schema: Int
    /// The root key that opens it; nil when the store had none yet.
    package let keyID: String?
    package let dataKeys: [Int64]
    package let integrations: Int
    package let tokens: Int
    /// How many of the tokens are refreshed, which spends what the copy holds of them.
    package let refreshableTokens: Int
    package let tasks: Int
    package let deliveries: [String: Int]

    package init(
        madeAt: Timestamp, madeBy: String, storeID: String, schema: Int, keyID: String?, dataKeys: [Int64],
        integrations: Int, tokens: Int,
        refreshableTokens: Int, tasks: Int, deliveries: [String: Int]
    ) {
        format = Self.currentFormat
        self.madeAt = madeAt
        self.madeBy = madeBy
        self.storeID = storeID
        self.schema = schema
        self.keyID = keyID
        self.dataKeys = dataKeys
        self.integrations = integrations
        self.tokens = tokens
        self.refreshableTokens = refreshableTokens
        self.tasks = tasks
        self.deliveries = deliveries
    }

    /// Deliveries whose fate after the copy was made nobody knows.
    package var unsettled: Int {
        [DeliveryState.pending, .waiting, .sending, .unknown].reduce(0) { $0 + (deliveries[$1.rawValue] ?? 0) }
    }
}

/// A backup that was found sound, with what shows which key opens it.
package struct SoundBackup: Sendable, Hashable {
    package let manifest: BackupManifest
    /// Nil in a copy of a store that had no key.
    package let root: RootKeyRecord?
    package let dataKeys: [DataKeyRecord]

    package init(manifest: BackupManifest, root: RootKeyRecord?, dataKeys: [DataKeyRecord]) {
        self.manifest = manifest
        self.root = root
        self.dataKeys = dataKeys
    }
}
