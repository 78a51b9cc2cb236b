/// What a connector can be asked. The numbers are those of the C interface.
public enum Operation: UInt32, Sendable, CaseIterable {
    /// Who am I, does the target exist, what does it require.
    case check = 1
    /// The ids a person needs for the settings.
    case discover = 2
    /// Make tasks.
    case create = 3
    /// Change tasks that were made before.
    case update = 4
    /// Look tasks up by delivery id.
    case find = 5
    /// Read the remote state by external id.
    case fetch = 6

    /// Whether it is asked about tasks.
    var takesTasks: Bool { self != .check && self != .discover }
}

/// One operation on offer.
public struct OperationSupport: Sendable, Equatable {
    /// Which.
    public var operation: Operation
    /// Tasks in one call at most; 0 for operations without tasks.
    public var batchMax: Int

    /// An operation that takes at most `batchMax` tasks in one call.
    public init(_ operation: Operation, batchMax: Int = 0) {
        self.operation = operation
        self.batchMax = batchMax
    }
}
