/// What a connector is, as data; the host reads it once, when it loads the library.
public struct Descriptor: Sendable, Equatable {
    /// Where requests go: scheme, host and port. The host adds it; a connector never names it.
    public enum Origin: Sendable, Equatable {
        /// Always the same, such as `https://api.example.com`.
        case fixed(String)
        /// The value of the setting with this name.
        case setting(String)
    }

    /// Reverse domain, such as `org.example.tracker`.
    public var id: String
    /// For people.
    public var name: String
    /// The connector's own semantic version.
    public var version: String
    /// Who made the connector.
    public var vendor: String
    /// The integration types it serves, lower case.
    public var integrationTypes: [String]
    /// Where requests go.
    public var origin: Origin
    /// The operations it offers.
    public var operations: [OperationSupport]
    /// The settings it needs.
    public var settings: [SettingField]
    /// The tokens it takes; the first is the default.
    public var tokenKinds: [TokenKind]
    /// The vendor's limits until an answer tells better.
    public var budgets: [Budget]
    /// Requests at one time for one token; 0 leaves it to the host.
    public var requestsConcurrentMax: Int
    /// Changing requests among them; 0 leaves it to the host.
    public var writesConcurrentMax: Int
    /// Whether a create with a known delivery id makes nothing new.
    public var createRepeatable: Bool
    /// Whether the vendor never asks to wait in an answer whose status is below 400: then the next request may leave
    /// before such an answer is read.
    public var throttlesByStatus: Bool
    /// How long a created task may stay invisible to `find`, in milliseconds.
    public var findLagMs: Int64
    /// Paths where a POST only reads; a path that also writes may not be named. In a create, such a request may be
    /// repeated.
    public var readingPaths: [String]

    /// Describes a connector; what has a default is best left to it at first.
    public init(
        id: String, name: String, version: String, vendor: String, integrationTypes: [String], origin: Origin,
        operations: [OperationSupport], settings: [SettingField], tokenKinds: [TokenKind], budgets: [Budget] = [],
        requestsConcurrentMax: Int = 0, writesConcurrentMax: Int = 0, createRepeatable: Bool = false,
        throttlesByStatus: Bool = false,
        findLagMs: Int64 = 0, readingPaths: [String] = []
    ) {
        self.id = id
        self.name = name
        self.version = version
        self.vendor = vendor
        self.integrationTypes = integrationTypes
        self.origin = origin
        self.operations = operations
        self.settings = settings
        self.tokenKinds = tokenKinds
        self.budgets = budgets
        self.requestsConcurrentMax = requestsConcurrentMax
        self.writesConcurrentMax = writesConcurrentMax
        self.createRepeatable = createRepeatable
        self.throttlesByStatus = throttlesByStatus
        self.findLagMs = findLagMs
        self.readingPaths = readingPaths
    }
}
