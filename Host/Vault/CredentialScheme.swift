/// How a token becomes a header.
package enum CredentialScheme: Sendable, Hashable {
    /// `Authorization: Bearer TOKEN`.
    case bearer
    /// `Authorization: Basic` with the base64 text of `user:TOKEN`.
    case basic(user: String)
    /// The token as it is, in a header of this name.
    case header(name: String)
}
