/// The kinds of frames between host and worker; `wire.h` of the worker is the other half.
enum FrameKind: UInt16 {
    // Host to worker
    case open = 1
    case close = 2
    case begin = 3
    case resume = 4
    case end = 5
    case ping = 6
    case shape = 7
    // Worker to host
    case hello = 65
    case loadFailed = 66
    case opened = 67
    case openFailed = 68
    case step = 69
    case callFailed = 70
    case pong = 71

    /// Host and worker ship together; another number means that two installations are mixed. It counts what a worker is
    /// started with, too.
    static let wireVersion: UInt32 = 4
}

/// One frame that a worker sent.
struct Frame: Sendable {
    static let headerBytes = 16
    /// The length of a string that is absent.
    static let absent = UInt32.max

    let kind: UInt16
    let id: UInt64
    var payload: [UInt8]
}
