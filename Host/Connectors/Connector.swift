import PatchbayModel

/// A usable connector. Opening an instance starts a worker when none is running.
package struct Connector: Sendable {
    package let descriptor: ConnectorDescriptor
    /// BLAKE2b-256 of the plugin's bytes, lower-case hexadecimal.
    package let digest: String
    /// The file it came from.
    package let path: String
    /// Nobody vouches for its bytes: it is used because of its file's owner alone. Then each token has a worker of its
    /// own, so that it carries nothing from one customer to another.
    package var isStranger = false
    let shelf: WorkerShelf

    /// Opens an instance for one integration. Throws `settings_missing`, `settings_invalid`, `token_invalid`,
    /// `connector_refused` when the file was changed since it was looked at, `connector_quarantined`, or what ended the
    /// worker.
    package func open(_ opening: ConnectorOpening) async throws -> ConnectorSession {
        try await ConnectorSession.open(opening, on: shelf, holder: isStranger ? opening.holder : nil)
    }
}
