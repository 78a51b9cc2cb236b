import Foundation
import PatchbayModel
import Testing

@testable import PatchbayVault

/// What was sealed once must open for ever: these bytes are format 1. Never change them.
@Suite("The frozen vectors of format 1")
struct VectorTests {
    private var root: RootKey {
        var bytes = SecretBytes(capacity: 32)
        bytes.append((0..<32).map { UInt8($0) })
        return RootKey(id: "00112233445566ff", secret: bytes)
    }

    private let checkValue = "UASvWCvIkVamLgT896cVZQ=="
    private let wrappedKey =
        "pwEBAAAAAAEAAAAAAAAAAsjJysvMzc7P0NHS09TV1tfY2drb3N3e35vIWpMrNGeI3QDogBFd4WKynUO26GuwpK4WVOpCk2WAbv0c"
        + "JdP6HmMZBZo+SpaX6F0SS3eRrpj4jbTtlXfxjDnQjJIS18vvZrO8VyVt0n/Qg60yroFQRmUstwGYBXdMC1GPkdhMvS5F0F9sfrwH"
        + "paA="
    private let sealedToken =
        "pwEBAAAAAAIAAAAAAAAABWRlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e/NoAmm0Jb4nTl0mtssu6Mv7P/wI1clncuEcOVXoM6ZbHIIN"
        + "yYOzJ5vtBZswX5xPRiLVV4NtOYq42o3GF36pCbtuhAL4XS6i4cQOo/Gr0AH4hrja0Ss7ewnZhNQnwYfcrI1niVDYVQIXZ3ZtAOfW"
        + "iit81QxwwG3S6RGfohSKa3pCyG4Ge0Z3s5IpPcsX7F6Ux25ayJMFBDZcjHoaRKFBlw00/zuuocCMpJsoz28UJlNi"
    private let place = TokenPlace(
        storeID: "store-v1", tokenID: "0f0e0d0c-0000-4000-8000-000000000001", kind: "api-key", integrationID: 3,
        generation: 5,
        origins: ["https://b.example.com", "https://a.example.com/x"])
    private let payload = TokenPayload(
        issuedAt: Timestamp(milliseconds: 1_700_000_000_000), scopes: ["tasks:write"], scheme: "basic",
        userName: "me@example.com")

    private func keyring() throws -> VaultKeyring {
        VaultKeyring(
            storeID: "store-v1", keyID: "00112233445566ff", checkValue: try bytes(checkValue),
            dataKeys: [WrappedDataKey(number: 2, wrapped: try bytes(wrappedKey), isPrimary: true)])
    }

    @Test("the key file's line is as it was")
    func line() {
        let text = unsafe KeyFile.line(for: root).withBytes { unsafe String(decoding: $0, as: UTF8.self) }
        #expect(
            text
                == "patchbay-key-1 00112233445566ff 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f "
                + "ab5615a824c2b02f\n"
        )
    }

    @Test("the check value and the wrapped data key open as they did")
    func keys() throws {
        let value = root.checkValue()
        #expect(try bytes(checkValue) == value)
        #expect(try Vault.open(rootKey: root, keyring: keyring()).primaryKeyNumber == 2)
    }

    @Test("the token opens, and sealing it with the same nonce gives the same bytes")
    func token() throws {
        let vault = try Vault.open(rootKey: root, keyring: keyring())
        let sealed = try bytes(sealedToken)
        #expect(try vault.inspect(sealed: sealed, place: place) == payload)
        let nonce = (0..<24).map { UInt8(100 + $0) }
        let again = try unsafe secret("vector-token").withBytes { token in
            try unsafe vault.seal(token: token, place: place, payload: payload, nonce: nonce)
        }
        #expect(again.bytes == sealed)
        #expect(again.fingerprint == "1f029347625f05df")
    }

    private func bytes(_ base64: String) throws -> [UInt8] { Array(try #require(Data(base64Encoded: base64))) }
}
