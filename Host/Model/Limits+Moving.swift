/// What comes in with tasks of another home.
extension Limits {
    /// Deliveries of one task, and integrations that a line names: as many as a home may have, and each of them a few
    /// hundred bytes.
    package static let taskDeliveriesMax = 500
    /// Warnings of one delivery: a connector gives a handful.
    package static let deliveryWarningsMax = 100
    /// Bytes of one text about a delivery: our own words around a vendor's.
    package static let deliveryTextBytesMax = 4 * vendorMessageBytesMax
    /// Settings that are part of a target: a project, a team, a workspace.
    package static let targetSettingsMax = 50
    /// Attempts of one delivery that are believed: far more than are ever made.
    package static let movedAttemptsMax = 1_000_000
}
