/// Keeps hold of the connection, so that a fault can cut it.
struct ConnectionContext: Sendable {
    /// Cuts the connection at once; what was not yet written is lost.
    let cut: @Sendable () -> Void
}
