import CSodium
import Foundation
import PatchbayModel
import Testing

@testable import PatchbayVault

@Suite("A sealed token")
struct SealTests {
    @Test("opens in its place, with what was sealed beside it")
    func opens() throws {
        let fixture = try Fixture()
        let payload = TokenPayload(
            issuedAt: Timestamp(milliseconds: 5), expiresAt: Timestamp(milliseconds: -6), scopes: ["read", "write"],
            scheme: "basic",
            userName: "ä@example.com")
        let sealed = try fixture.seal(payload: payload)
        #expect(try fixture.vault.inspect(sealed: sealed, place: Fixture.place()) == payload)
        #expect(try fixture.header(sealed).line == "Authorization: Bearer canary-token-0123456789")
    }

    @Test("makes a bearer, a basic and a raw header, and names the secrets in it")
    func schemes() throws {
        let fixture = try Fixture()
        let sealed = try fixture.seal("tok")
        #expect(try fixture.header(sealed).secrets == ["tok"])
        let basic = try fixture.header(sealed, scheme: .basic(user: "me@example.com"))
        let text = Data("me@example.com:tok".utf8).base64EncodedString()
        #expect(basic.line == "Authorization: Basic \(text)")
        #expect(basic.secrets == ["tok", text])
        #expect(try fixture.header(sealed, scheme: .header(name: "X-Api-Key")).line == "X-Api-Key: tok")
    }

    @Test("does not open after any one bit of it was flipped, and says what is wrong")
    func everyBit() throws {
        let fixture = try Fixture()
        let sealed = try fixture.seal()
        #expect(sealed.count == 72 + 64 + 16)
        for bit in 0..<(sealed.count * 8) {
            var changed = sealed
            changed[bit / 8] ^= 1 << (bit % 8)
            let error = try vaultError { _ = try fixture.vault.inspect(sealed: changed, place: Fixture.place()) }
            let (code, words): (ErrorCode, String) =
                switch bit / 8 {
                case 0: (.tokenDamaged, "is not a sealed value")
                case 1...3: (.storeTooNew, "newer patchbay")
                case 4...7: (.tokenDamaged, "which this store does not have")
                case 8...15: (.tokenDamaged, "an older one was put back")
                case 16...71: (.keyWrong, "under another key")
                default: (.tokenDamaged, "was changed in the store, or moved")
                }
            #expect(error.code == code && error.message.contains(words), "bit \(bit): \(error)")
        }
    }

    @Test("does not open in any other place")
    func moved() throws {
        let fixture = try Fixture()
        let sealed = try fixture.seal()
        let others = [
            Fixture.place(storeID: "store-2"), Fixture.place(tokenID: "row-2"), Fixture.place(kind: "oauth"),
            Fixture.place(integrationID: 8), Fixture.place(origins: ["https://evil.example.com"]),
            Fixture.place(origins: []),
            Fixture.place(origins: ["https://app.example.com", "https://evil.example.com"]),
            // The border between two fields must not be movable.
            Fixture.place(tokenID: "row-1a", kind: "pi-key"),
        ]
        for place in others {
            let error = try vaultError { _ = try fixture.vault.inspect(sealed: sealed, place: place) }
            #expect(error.code == .tokenDamaged && error.message.contains("moved"), "\(place)")
        }
    }

    @Test("does not open when an older value is put back under a newer generation")
    func replayed() throws {
        let fixture = try Fixture()
        let old = try fixture.seal("old")
        _ = try fixture.seal("new", place: Fixture.place(generation: 2))
        let error = try vaultError { _ = try fixture.vault.inspect(sealed: old, place: Fixture.place(generation: 2)) }
        #expect(error.code == .tokenDamaged && error.message.contains("older"))
        // With the header's generation raised as well, the tag tells.
        var raised = old
        raised[15] = 2
        #expect(
            try vaultError { _ = try fixture.vault.inspect(sealed: raised, place: Fixture.place(generation: 2)) }
                .message.contains(
                    "changed"))
    }

    @Test("does not open cut or extended, at any length")
    func cut() throws {
        let fixture = try Fixture()
        let sealed = try fixture.seal()
        for count in 0..<sealed.count {
            _ = try vaultError {
                _ = try fixture.vault.inspect(sealed: Array(sealed.prefix(count)), place: Fixture.place())
            }
        }
        for extra in 1...130 {
            let longer = sealed + [UInt8](repeating: 0, count: extra)
            _ = try vaultError { _ = try fixture.vault.inspect(sealed: longer, place: Fixture.place()) }
        }
        let plain = Array("plain-token".utf8)
        let error = try vaultError { _ = try fixture.vault.inspect(sealed: plain, place: Fixture.place()) }
        #expect(error.message.contains("not a sealed value"))
    }

    @Test("hides its length to the block, and differs each time")
    func padding() throws {
        let fixture = try Fixture()
        let short = try fixture.seal("a")
        let longer = try fixture.seal("a-longer-one")
        #expect(short.count == longer.count)
        #expect(try fixture.seal("a") != short)
        let longest = String(repeating: "x", count: Limits.tokenBytesMax)
        #expect(try fixture.header(fixture.seal(longest)).secrets == [longest])
        #expect(try vaultError { _ = try fixture.seal(longest + "x") }.code == .tokenInvalid)
        #expect(
            try vaultError { _ = try fixture.vault.seal(token: SecretBytes(capacity: 1), place: Fixture.place()) }.code
                == .tokenInvalid)
    }

    @Test("is refused for a base URL it was not sealed for, before it is opened")
    func origin() throws {
        let fixture = try Fixture()
        let error = try vaultError { _ = try fixture.header([1, 2, 3], base: "https://app.example.com:8443") }
        #expect(error.code == .tokenOriginChanged)
        #expect(error.message.contains("https://app.example.com:8443"))
    }

    @Test("goes into no header with an ill-formed name", arguments: ["", "X Y", "X:", "X\r\nHost", "Ä"])
    func headerName(_ name: String) throws {
        let fixture = try Fixture()
        let sealed = try fixture.seal()
        #expect(
            try vaultError { _ = try fixture.header(sealed, scheme: .header(name: name)) }.code == .connectorRefused)
    }

    @Test("has a fingerprint that depends on the token and on the key alone")
    func fingerprint() throws {
        let (first, second) = (try Fixture(), try Fixture())
        func print(_ fixture: Fixture, _ token: String, _ place: TokenPlace = Fixture.place()) throws -> String {
            try fixture.vault.seal(token: secret(token), place: place).fingerprint
        }
        #expect(try print(first, "a") == print(first, "a", Fixture.place(tokenID: "other")))
        #expect(try print(first, "a") != print(first, "b"))
        #expect(try print(first, "a") != print(second, "a"))
        #expect(try print(first, "a").count == 16)
    }
}
