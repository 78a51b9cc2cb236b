/// How one system's authorisation server behaves.
struct OAuthSettings: Sendable, Codable {
    /// Every refresh answers with a new refresh token, and spends the old one.
    var rotates: Bool
    /// How long a spent refresh token is answered with what it was spent for, in seconds; 0 is not at all.
    var reuseWindowSeconds: Double
    /// How long an access token lives, in seconds.
    var accessSeconds: Double
    /// Whether an answer tells how long.
    var tellsExpiry = true

    /// As the vendor has it.
    init(_ system: SystemName) {
        switch system {
        case .asana: (rotates, reuseWindowSeconds, accessSeconds) = (false, 0, 3_600)
        case .jira: (rotates, reuseWindowSeconds, accessSeconds) = (true, 600, 3_600)
        case .linear: (rotates, reuseWindowSeconds, accessSeconds) = (true, 1_800, 86_399)
        }
    }
}

/// What one authorisation server has seen.
struct OAuthCounters: Sendable, Codable {
    /// New access tokens given.
    var refreshes = 0
    /// A spent refresh token came again inside its window, and got the answer it had got.
    var replays = 0
    /// A spent refresh token came again outside its window: its grant was revoked.
    var reuses = 0
    /// Refused for another reason: unknown or revoked refresh token.
    var invalidGrants = 0
    var invalidClients = 0
}
