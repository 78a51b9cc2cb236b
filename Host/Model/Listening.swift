/// Something that has a descriptor to listen to.
package protocol ListenedTo: AnyObject, Sendable {
    /// Stays open until the listening has ended.
    var listenedDescriptor: Int32 { get }
    /// There is something to read, or the other side has ended. Called on the listener's thread, and soon again if
    /// nothing was read. False ends the listening.
    func hear() -> Bool
    /// The listener has ended before.
    func listenerEnded()
}

/// Listens on a thread of its own to what others would need a thread for.
package protocol Listener: Sendable {
    /// Begins to listen.
    func listen(to source: any ListenedTo)
}
