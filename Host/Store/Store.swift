import PatchbayModel

/// What Patchbay keeps, whatever the driver: every driver passes the same conformance suite.
///
/// Each method is one transaction: it happened whole and is on disk when the call returns, or it did not happen.
/// Every method throws `StoreError`.
package protocol Store:
    IntegrationStore, TombstoneStore, TokenStore, KeyStore, RotationStore, RootStore, TaskStore, DeliveryStore,
    EventStore
{
    /// Made at random with the store and bound into every sealed token: a row copied to another store does not open.
    var storeID: String { get }
    /// Asks the driver for its own checks (integrity, foreign keys, durability settings); empty when all is well.
    func problems() async throws -> [String]
    /// Closes all connections; later calls throw.
    func close() async throws
}

/// One room error for all drivers.
package struct StoreError: PatchbayFailure {
    package let code: ErrorCode
    package let message: String
    package let context: ErrorContext
    /// The driver's own words, for the log; never holds a row's values.
    package let cause: String?

    package init(_ code: ErrorCode, _ message: String, context: ErrorContext = ErrorContext(), cause: String? = nil) {
        self.code = code
        self.message = message
        self.context = context
        self.cause = cause
    }
}
