import Foundation
import PatchbayModel

/// Where an integration's OAuth token is refreshed, and how that vendor does it.
package struct RefreshServer: Sendable, Hashable {
    /// Of the authorisation server, or what `--auth-url` put in its place.
    package let base: BaseURL
    /// Of the token endpoint.
    package let path: String
    package let isJSON: Bool
    /// How long a spent refresh token is still answered; zero is not at all.
    package let reuseWindow: Duration
    /// After how long an unused refresh token lapses.
    package let idle: Duration?

    /// `tokenURL` is the connector's, `replaced` what the operator put in the place of its origin. Throws
    /// `base_url_invalid`.
    package init(
        tokenURL: String, replaced: String?, isJSON: Bool, reuseWindow: Duration, idle: Duration?
    ) throws(RefreshError) {
        guard let parts = URLComponents(string: tokenURL), parts.percentEncodedQuery == nil,
            parts.percentEncodedPath.hasPrefix("/")
        else {
            throw RefreshError(
                .connectorRefused,
                "the connector's address for tokens, \(tokenURL), is not one; report it to its author")
        }
        path = parts.percentEncodedPath
        var origin = parts
        origin.percentEncodedPath = ""
        let text = replaced ?? origin.string ?? ""
        do { base = try BaseURL(parsing: text) } catch {
            throw RefreshError(.baseURLInvalid, "the address of the authorisation server, \(text), \(error)")
        }
        self.isJSON = isJSON
        self.reuseWindow = reuseWindow
        self.idle = idle
    }
}
