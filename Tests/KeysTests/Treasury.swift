import Foundation
import PatchbayKeys
import PatchbayModel
import PatchbayStore
import PatchbayVault
import TestSupport
import Testing

@testable import PatchbayStoreSQLite

/// A home with many tokens, each of an integration of its own, sealed for real.
struct Treasury: Sendable {
    let desk: Workbench
    let store: SQLiteStore
    var storePath: String { desk.home + "/patchbay.sqlite" }

    init(tokens: Int) async throws {
        desk = try Workbench()
        try await desk.must("init")
        store = try await SQLiteStore.open(path: desk.home + "/patchbay.sqlite", mode: .existing)
        let vault = try await vault()
        let storeID = store.storeID
        var rows: [(id: String, sealed: SealedValue)] = []
        for number in 1...tokens {
            let id = UUID().uuidString.lowercased()
            let place = Self.place(id, number, generation: 1, storeID: storeID)
            rows.append((id, try vault.seal(token: Self.secret("token \(number) of generation 1"), place: place)))
        }
        let sealed = rows
        try await store.transaction { db in
            for (index, row) in sealed.enumerated() {
                try db.run(
                    """
                    INSERT INTO integration (id, name, type, settings, is_active, facts, created_at_ms)
                    VALUES (?, ?, 'asana', '{}', 1, '{}', 0)
                    """, [index + 1, "i\(index + 1)"])
                try db.run(
                    """
                    INSERT INTO token (id, integration_id, kind, generation, key_number, origins, sealed, fingerprint, \
                    set_at_ms)
                    VALUES (?, ?, 'api-key', 1, ?, '["https://app.example.com"]', ?, ?, 0)
                    """, [row.id, index + 1, row.sealed.keyNumber, Data(row.sealed.bytes), row.sealed.fingerprint])
            }
        }
    }

    /// A vault as a new process would open it.
    func vault() async throws -> Vault {
        try await VaultAccess(store: store, source: KeySource(parsing: "file:\(desk.home)/keys/root.key")).open()
    }

    func rotation(_ vault: Vault, isStopped: @escaping @Sendable () -> Bool = { false }) -> KeyRotation {
        KeyRotation(store: store, vault: vault, holder: KeyHolder(user: "test"), isStopped: isStopped)
    }

    /// Sets a new token as a host does whose vault may be a rotation behind: refused, it reads the keys anew.
    func setToken(_ number: Int, with vault: Vault) async throws {
        try await renew(number, with: vault) { token in
            try await store.setToken(token)
            return true
        }
    }

    /// The same as a refresh does it: the next generation in the place of the one before, and of no other.
    func refreshToken(_ number: Int, with vault: Vault) async throws {
        try await renew(number, with: vault) { try await store.commitRefresh($0, fence: nil) }
    }

    private func renew(_ number: Int, with vault: Vault, _ write: (SealedToken) async throws -> Bool) async throws {
        let old = try #require(try await store.token(integrationID: Int64(number)))
        let generation = old.generation + 1
        for _ in 0..<3 {
            let place = Self.place(old.id, number, generation: generation, storeID: store.storeID)
            let value = try vault.seal(token: Self.secret("token \(number) of generation \(generation)"), place: place)
            let token = SealedToken(
                id: old.id, integrationID: Int64(number), kind: "api-key", generation: generation,
                keyNumber: value.keyNumber,
                origins: place.origins, sealed: value.bytes, fingerprint: value.fingerprint, setAt: .now)
            do {
                if try await write(token) { return }
            } catch let error as StoreError where error.code == .tokenInvalid {
                try vault.refresh(await store.keyring())
            }
        }
        Issue.record("token \(number) was never taken")
    }

    /// Opens every row with a fresh vault; gives how many there are. Fails for a row that holds another value than its
    /// generation's.
    @discardableResult
    func expectAllOpen(_ count: Int, sourceLocation: SourceLocation = #_sourceLocation) async throws -> [SealedToken] {
        let vault = try await vault()
        let tokens = try await store.tokens()
        #expect(tokens.count == count, sourceLocation: sourceLocation)
        for token in tokens {
            let place = Self.place(
                token.id, Int(token.integrationID), generation: token.generation, storeID: store.storeID)
            let credential = try vault.credential(
                sealed: token.sealed, place: place, base: BaseURL(parsing: "https://app.example.com"), scheme: .bearer)
            let text = try unsafe credential.withHeader { line, _ in unsafe String(decoding: line, as: UTF8.self) }
            if text != "Authorization: Bearer token \(token.integrationID) of generation \(token.generation)" {
                Issue.record("token \(token.integrationID) is another one", sourceLocation: sourceLocation)
            }
        }
        return tokens
    }

    /// That the rotation is over, proved, and nothing is under another key.
    func expectDone(_ count: Int, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let last = try #require(try await store.rotation(), sourceLocation: sourceLocation)
        // A token set meanwhile is a new row, and may be opened under both.
        #expect((last.provedRows ?? 0) >= count && last.scrubbedAt != nil, sourceLocation: sourceLocation)
        let tokens = try await expectAllOpen(count, sourceLocation: sourceLocation)
        #expect(tokens.allSatisfy { $0.keyNumber == last.key }, sourceLocation: sourceLocation)
        let states = try await store.dataKeys().map(\.state)
        #expect(
            states.last == .primary && states.dropLast().allSatisfy { $0 == .retired }, sourceLocation: sourceLocation)
    }

    static func place(_ id: String, _ number: Int, generation: Int64, storeID: String) -> TokenPlace {
        TokenPlace(
            storeID: storeID, tokenID: id, kind: "api-key", integrationID: Int64(number), generation: generation,
            origins: ["https://app.example.com"])
    }

    static func secret(_ text: String) -> SecretBytes {
        var bytes = SecretBytes(capacity: text.utf8.count)
        bytes.append(text.utf8)
        return bytes
    }
}
