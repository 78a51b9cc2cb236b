import Hummingbird

/// Keeps hold of the connection, so that a fault can cut it.
struct ConnectionContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Cuts the connection at once; what was not yet written is lost.
    let cut: @Sendable () -> Void

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        let channel = source.channel
        cut = { channel.close(promise: nil) }
    }
}
