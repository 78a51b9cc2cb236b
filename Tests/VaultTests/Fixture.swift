import PatchbayModel
import Testing

@testable import PatchbayVault

/// A vault with a key, and the place most tests seal for.
struct Fixture {
    let vault: Vault
    let keyring: VaultKeyring

    init(storeID: String = "store-1") throws {
        (vault, keyring) = try Vault.create(rootKey: RootKey.random(), storeID: storeID)
    }

    static func place(
        storeID: String = "store-1", tokenID: String = "row-1", kind: String = "api-key", integrationID: Int64 = 7,
        generation: Int64 = 1,
        origins: [String] = ["https://app.example.com"]
    ) -> TokenPlace {
        TokenPlace(
            storeID: storeID, tokenID: tokenID, kind: kind, integrationID: integrationID, generation: generation,
            origins: origins)
    }

    func seal(
        _ token: String = "canary-token-0123456789", place: TokenPlace = place(), payload: TokenPayload = TokenPayload()
    ) throws
        -> [UInt8]
    {
        try vault.seal(token: secret(token), place: place, payload: payload).bytes
    }

    /// The header line and the secrets that a sealed token gives.
    func header(
        _ sealed: [UInt8], place: TokenPlace = place(), scheme: CredentialScheme = .bearer,
        base: String = "https://app.example.com"
    ) throws -> (line: String, secrets: [String]) {
        let credential = try vault.credential(
            sealed: sealed, place: place, base: BaseURL(parsing: base), scheme: scheme)
        return try unsafe credential.withHeader { line, secrets in
            unsafe (String(decoding: line, as: UTF8.self), secrets.map { unsafe String(decoding: $0, as: UTF8.self) })
        }
    }
}

/// Secret bytes of a test's own text.
func secret(_ text: String) -> SecretBytes {
    var bytes = SecretBytes(capacity: max(text.utf8.count, 1))
    bytes.append(text.utf8)
    return bytes
}

/// The error that `body` throws, which must be the vault's.
func vaultError(_ body: () throws -> Void) throws -> VaultError {
    var caught: VaultError?
    do { try body() } catch let error as VaultError { caught = error }
    return try #require(caught, "nothing was thrown")
}
