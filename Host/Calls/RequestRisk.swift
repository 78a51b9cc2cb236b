import PatchbayConnectors
import PatchbayModel

/// What the loss of a request's answer leaves, whatever the connector says of it.
///
/// In a create everything but what plainly reads may make a task: a POST marked as reading made five tickets in four
/// syncs, and a one-time token marked as repeatable three tasks twice. A connector that promises `create_repeatable` is
/// believed, and so are its `reading_paths`.
struct RequestRisk {
    /// It may make a task, for all that we know.
    let isDoubted: Bool
    /// It may change something at the vendor.
    let mayChange: Bool
    /// It leaves once: libcurl and we repeat nothing, and its loss ends the call with the tasks unknown.
    let isOnce: Bool
    /// It is repeated within the call; when that does not help, the tasks are unknown.
    let isRepeatedInside: Bool
    /// It is said not to make a task: an answer that it was done is no proof that nothing was made.
    let isSuspect: Bool

    init(_ request: HTTPRequest, of operation: ConnectorOperation, _ descriptor: ConnectorDescriptor) {
        isDoubted =
            operation.number == .create && !descriptor.createRepeatable
            && !Self.reads(request, paths: descriptor.readingPaths)
        mayChange = isDoubted || request.effect != .none
        // Where a create may be repeated under its delivery id, that holds for the place of this attempt, and the next
        // may be another.
        let isRepeatable = operation.number == .create && descriptor.createRepeatable && request.effect == .repeatable
        isRepeatedInside = request.effect == .repeatableInCall || isRepeatable
        isOnce = request.effect == .once || (isDoubted && !isRepeatedInside)
        isSuspect = isDoubted && request.effect != .once
    }

    private static func reads(_ request: HTTPRequest, paths: [String]) -> Bool {
        switch request.method.uppercased() {
        case "GET", "HEAD": true
        case "POST": request.effect == .none && paths.contains(request.path)
        default: false
        }
    }
}
