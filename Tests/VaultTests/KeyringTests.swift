import PatchbayModel
import Testing

@testable import PatchbayVault

@Suite("A keyring")
struct KeyringTests {
    @Test("opens again what was sealed before")
    func reopens() throws {
        let root = RootKey.random()
        let (vault, keyring) = try Vault.create(rootKey: root, storeID: "s")
        let place = Fixture.place(storeID: "s")
        let sealed = try vault.seal(token: secret("tok"), place: place)
        #expect(sealed.keyNumber == 2)
        let again = try Vault.open(rootKey: root, keyring: keyring)
        _ = try again.inspect(sealed: sealed.bytes, place: place)
    }

    @Test("with a changed, moved or renumbered data key does not open")
    func damaged() throws {
        let root = RootKey.random()
        let (_, keyring) = try Vault.create(rootKey: root, storeID: "s")
        let entry = keyring.dataKeys[0]
        var changed = entry.wrapped
        changed[100] ^= 1
        let bad = [
            [WrappedDataKey(number: 2, wrapped: changed, isPrimary: true)],
            [WrappedDataKey(number: 3, wrapped: entry.wrapped, isPrimary: true)],
            [WrappedDataKey(number: 1, wrapped: entry.wrapped, isPrimary: true)],
            [WrappedDataKey(number: -5, wrapped: entry.wrapped, isPrimary: true)],
            [WrappedDataKey(number: 2, wrapped: [], isPrimary: true)],
            [WrappedDataKey(number: 2, wrapped: entry.wrapped, isPrimary: false)],
            [],
        ]
        for dataKeys in bad {
            let ring = VaultKeyring(
                storeID: "s", keyID: keyring.keyID, checkValue: keyring.checkValue, dataKeys: dataKeys)
            #expect(try vaultError { _ = try Vault.open(rootKey: root, keyring: ring) }.code == .tokenDamaged)
        }
        let elsewhere = VaultKeyring(
            storeID: "t", keyID: keyring.keyID, checkValue: keyring.checkValue, dataKeys: keyring.dataKeys)
        #expect(try vaultError { _ = try Vault.open(rootKey: root, keyring: elsewhere) }.message.contains("moved"))
    }

    @Test("of one store does not open the tokens of another, even in the same place")
    func foreign() throws {
        let (first, second) = (try Fixture(), try Fixture())
        let sealed = try first.seal()
        let error = try vaultError { _ = try second.vault.inspect(sealed: sealed, place: Fixture.place()) }
        #expect(error.code == .keyWrong)
    }
}
