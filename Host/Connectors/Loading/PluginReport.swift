import PatchbayModel

/// What became of one file in a plugins directory.
package struct PluginReport: Sendable {
    /// The file's path.
    package let path: String
    /// BLAKE2b-256 of its bytes, lower-case hexadecimal; nil when they could not be had.
    package var digest: String?
    package var state: PluginState
    /// Why it may be used; nil unless it is usable.
    package var basis: TrustRule.Basis?
    /// What is new about the file, found by this look at the directories.
    package var news: PluginNews?
    /// Since when the file has had this digest, as far as this home knows.
    package var since: Timestamp?
    /// Why the file that now has this path is not used, while the one before it still is.
    package var replacementRefused: String?

    /// Integration types that it claims and another connector serves: it was shipped, or the operator chose it.
    package var typesTaken: [Taken] = []

    package struct Taken: Sendable, Hashable {
        package let type: String
        /// The path of the file that serves it.
        package let by: String
    }

    /// What the connector says it is; nil unless it is usable.
    package var descriptor: ConnectorDescriptor? {
        if case .usable(let descriptor) = state { descriptor } else { nil }
    }

    /// The file's name without its directory.
    package var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}

/// Whether a plugin can be used.
package enum PluginState: Sendable {
    case usable(ConnectorDescriptor)
    /// Not used, with the reason as a stable word and in whole sentences.
    case refused(RefusalReason, String)
}
