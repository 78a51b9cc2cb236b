import CSodium
import Foundation
import PatchbayModel
import Testing

@testable import PatchbayVault

/// More of what was written once and must open for ever, made by `scripts/vault-vectors`, which shares no code with the
/// host. Never change the bytes.
@Suite("The frozen vectors of grants, roots and recovery slots")
struct RootVectorTests {
    private let grant =
        "pwEBAAAAAAIAAAAAAAAABh4fICEiIyQlJicoKSorLC0uLzAxMjM0Na1wpPkO4PtUtjy8dN/OjC9xJCWaufqnkPY4+qey3taktXdj9QPh"
        + "uuKdwQ0jKah44sgiyLmz6W2SACcTR2nz4Nk8CA+qT6D6UXnMQ5jGO4/S+6cbc51JE0XhYip/ey4A4rIUp7GeVm1hR5B5whOiU5i7dEDA"
        + "WfinmKvb/z9mx4XklCnhCKoKD4pXATzqCzFf6cdg5/dmonE7Si3Q6VobWE/FXUdoJqtqG2AC4IIHNZxbrJO06np0W2HEttGIg3Sq7tXU"
        + "CMnhsrftRu1ZpYReXQtR9jSxXNGkAdsSjMM2wDKZp3KhB58LeeKcv3AD1RS8BQ=="
    /// The same with a field of a later version.
    private let later =
        "pwEBAAAAAAIAAAAAAAAABh4fICEiIyQlJicoKSorLC0uLzAxMjM0Na1wpPkO4PtUtjy8dN/OjC9xJCWaufqnkPY4+qey3taktXdj9QPh"
        + "uuKdwQ0jKah44sgiyLmz6W2SACcTR2nz4Nk8CA+qT6D6UXnMQ5jGO4/S+6cbc51JE0XhYip/ey4A4rIUp7GeVm1hR5B5whOiU5i7dEDA"
        + "WfinmOzb/z9g3oangWb/RL0DFM9PEGPqBz1Di7No5+MQyWQqRiuS+BsAWEfDFUdlOtkPb2V0heF9LIsVuZ+lontivROhxbn3g3Sq46Ox"
        + "a72OwJqMJY481vfeXQtR9jSxXNGkAdsSjMM2wDKZ2dj7DYG3uL8nJGI32RFH7Q=="
    private let checkValue = "lrRC/nW73Y/AB452MMTjgg=="
    private let wrappedKey =
        "pwEBAAAAAAEAAAAAAAAAAjY3ODk6Ozw9Pj9AQUJDREVGR0hJSktMTYZJ8RZ8DJLPULtMRm10dUbVOY4r117cTLuzuQGC6AHFbRBBMz9H"
        + "dmREssEUS8I2v17Epmjc24OlJY4HmyZmKDqrtzTEEa3KKHIH6KL7xlIQD5R620KP901dmtjm52KdbBYMh+7BmrbUqgoI4GTjGZE="
    private let lasting =
        "pwEBAAAAAAEAAAAAAAAAAE5PUFFSU1RVVldYWVpbXF1eX2BhYmNkZWy6hEfLGMS1xi8t5wQ3+nJG/dSV+NVdMtS9aYBtlN4Zisge5EEX"
        + "l3d2KShOgTHFlsqqEvHP9Vvk5Z322uGAmOQioyw6x0+lSGsYHxgFK/IOLElU8c9L3cnsnxAeUCSZVLFbe/JZXEzzLy+W79H2Y8mvn9hu"
        + "VBFrDfCsSt4xZcSpYVRgipd/sk2JPFgmjFP56PgxAHI8oey5dkTxDAw+85Qbpo8olUNbNCyOLwFDa/nq"
    private let privateLine =
        "patchbay-recovery-1 5bccd484527714f2 6465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f80818283 "
        + "43a66a5e9a968f0c\n"
    private let publicLine =
        "patchbay-recovery-public-1 5bccd484527714f2 5bccd484527714f28eb6b6fa9e43feabae73eab192aef1e7d59d2111343d7b70 "
        + "2d07e296f8879ee3\n"
    private let offlineKey = "W8zUhFJ3FPKOtrb6nkP+q65z6rGSrvHn1Z0hETQ9e3A="
    private let offlineSealed =
        "EMJPls42o7VEQQE7VPwCBzYpDi0HhTujUiijW8QYrS/cEQjXsJyxI72vlP03BcYhUPDYpIIjyio/tLkkzN4dHAxLIrnkfBKDiVlXdPQG"
        + "PeRzkLluH7WmPSBYmvEPq46gi2F39XWaTCOsZFnqSvUSs6KAbPb5N+UpkInx4Joz8GWwbtKmlbCCwhY0DSYTfJKZLpVcYaGg+CwKgXko"
        + "N+638VAv"
    private let offlineMark = "vnY4FbodSZU2dvzXCBgS1AuDhszoJuxVTXSeChhkex4="
    private let typedKey = "ZucAS/zYnieUd59jdDpTzk1aVUAMowCQwB1MnQWr2GQ="
    private let typedSealed =
        "EMJPls42o7VEQQE7VPwCBzYpDi0HhTujUiijW8QYrS+IvLfbWFdzxSLG8Q8UJoSiHk2m4SCXIacI7aHj3YbfqyNXyNqufaJSGbmxEX1+"
        + "YjUjdb21zkjW/PhA+gAwmymUYLJbpnmoCKz8DMXs2h3HDm83kTMgv6KvTwP5lFtOuqiOGO/Dm/a5896TYYO4uuMUjgBhDQ3pPFEatlvc"
        + "qNeAzQAM"
    private let typedMark = "g5dEn+1KBDa/70q5Uha1khb9n3Glax7o8ayQy13Ily4="

    private func root(from first: UInt8, id: String) -> RootKey {
        var bytes = SecretBytes(capacity: 32)
        bytes.append((0..<32).map { first + UInt8($0) })
        return RootKey(id: id, secret: bytes)
    }
    private var firstRoot: RootKey { root(from: 0, id: "00112233445566ff") }
    private var secondRoot: RootKey { root(from: 64, id: "8899aabbccddeeff") }

    private func vault() throws -> Vault {
        let dataKey = WrappedDataKey(number: 2, wrapped: try bytes(wrappedKey), isPrimary: true)
        return try Vault.open(
            rootKey: secondRoot,
            keyring: VaultKeyring(
                storeID: "store-v1", keyID: "8899aabbccddeeff", checkValue: try bytes(checkValue), dataKeys: [dataKey],
                lastingKeys: try bytes(lasting)))
    }

    private let place = TokenPlace(
        storeID: "store-v1", tokenID: "0f0e0d0c-0000-4000-8000-000000000001", kind: "oauth", integrationID: 3,
        generation: 6,
        origins: ["https://b.example.com", "https://a.example.com/x"])
    private let payload = TokenPayload(
        issuedAt: Timestamp(milliseconds: 1_700_000_000_000), expiresAt: Timestamp(milliseconds: 1_700_003_600_000),
        scopes: ["read", "write"], scheme: "bearer", userName: "me@example.com", clientID: "client-1")

    @Test("an OAuth token opens with all its parts, also beside a field that is not known yet")
    func opens() throws {
        let vault = try vault()
        for vector in [grant, later] {
            let open = try vault.openToken(try bytes(vector), place: place)
            #expect(open.payload == payload)
            let (token, refresh, client) = (
                text(open.copyToken()), text(open.copy(.refresh)), text(open.copy(.clientSecret))
            )
            #expect(token == "vector-access" && refresh == "vector-refresh" && client == "vector-client-secret")
        }
    }

    @Test("an OAuth token sealed with the same nonce gives the same bytes, and has the fingerprint of the first root")
    func seals() throws {
        let vault = try vault()
        let access = secret("vector-access")
        let refresh = secret("vector-refresh")
        let client = secret("vector-client-secret")
        var open = unsafe access.withBytes { access -> SecretBytes in
            unsafe refresh.withBytes { refresh -> SecretBytes in
                unsafe client.withBytes {
                    unsafe OpenToken.encode(payload, token: access, refresh: refresh, clientSecret: $0)
                }
            }
        }
        let nonce = (0..<24).map { UInt8(30 + $0) }
        let key = try vault.dataKey(2, what: "The token")
        let sealed = try SealedBox.seal(
            &open, key: key.secret, number: 2, generation: 6, place: SealPlace(place), nonce: nonce)
        #expect(try bytes(grant) == sealed)
        #expect(unsafe access.withBytes { unsafe vault.fingerprint(of: $0) } == "40dfec08376349da")
    }

    @Test(
        """
        a data key and the lasting keys open under a second root, and the latter, wrapped with the same nonce, give \
        the same bytes
        """
    )
    func wraps() throws {
        let vault = try vault()
        #expect(vault.primaryKeyNumber == 2 && vault.rootKeyID == "8899aabbccddeeff")
        #expect(vault.lasting.isSame(as: LastingKeys(of: firstRoot)))
        let nonce = (0..<24).map { UInt8(78 + $0) }
        let again = try LastingKeys(of: firstRoot).wrapped(
            under: RootHold(secondRoot), storeID: "store-v1", nonce: nonce)
        #expect(try bytes(lasting) == again)
    }

    @Test("a recovery slot opens with the private key's file, and another with its passphrase; both bear the mark")
    func slots() throws {
        let scratch = try Scratch()
        let path = try scratch.write(privateLine, to: "recovery.key")
        let publicPath = try scratch.write(publicLine, to: "recovery.pub", mode: 0o644)
        let known = try RecoveryPair.readPublic(publicPath).key
        #expect(try bytes(offlineKey) == known)
        let offline = SlotPlace(
            storeID: "store-v1", name: "offline", kind: "public-key", salt: [], publicKey: try bytes(offlineKey))
        let first = try RecoveryPair.readPrivate(path).open(bytes(offlineSealed), of: offline)
        let salt = (0..<16).map { UInt8(200 + $0) }
        let typed = SlotPlace(
            storeID: "store-v1", name: "typed", kind: "passphrase", salt: salt, publicKey: try bytes(typedKey))
        let second = try SlotSecret(passphrase: secret("a frozen passphrase"), salt: salt).open(
            bytes(typedSealed), of: typed)
        var changed = salt
        changed[0] ^= 1
        let other = try vaultError {
            _ = try SlotSecret(passphrase: secret("a frozen passphrase"), salt: changed).open(
                bytes(typedSealed), of: typed)
        }
        #expect(other.code == .keyWrong)
        let isFirst = first.isSame(as: secondRoot) && first.id == "8899aabbccddeeff"
        let isSecond = second.isSame(as: secondRoot) && second.id == "8899aabbccddeeff"
        #expect(isFirst && isSecond)
        let vault = try vault()
        #expect(try vault.bears(mark: bytes(offlineMark), offline) && vault.bears(mark: bytes(typedMark), typed))
        #expect(try !vault.bears(mark: bytes(offlineMark), typed))
    }

    private func text(_ secret: consuming SecretBytes) -> String {
        unsafe secret.withBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }

    private func bytes(_ base64: String) throws -> [UInt8] { Array(try #require(Data(base64Encoded: base64))) }
}
