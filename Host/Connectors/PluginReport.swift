import PatchbayModel

/// What became of one file in a plugins directory.
package struct PluginReport: Sendable {
    /// The file's path.
    package let path: String
    /// BLAKE2b-256 of its bytes, lower-case hexadecimal; nil when they could not be had.
    package let digest: String?
    package let state: PluginState

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
