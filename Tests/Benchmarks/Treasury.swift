import Foundation
import GRDB
import PatchbayKeys
import PatchbayModel
import PatchbayStore
import PatchbayStoreSQLite
import PatchbayVault

/// A home whose store holds many sealed tokens, each of an integration of its own, made once and copied for each run.
struct Treasury: Sendable {
    let rows: Int
    private let template: String
    private let scratch: URL
    private static let origin = "https://app.asana.com"

    /// Makes it with the built command and the host's own vault. Syncing to disk, which it turns off for itself, would
    /// take most of the time.
    init(_ programs: Programs, rows: Int) async throws {
        self.rows = rows
        scratch = programs.scratch
        template = scratch.appendingPathComponent("treasury-\(rows)").path
        _ = try MeasuredChild.run(programs.path("patchbay"), ["--quiet", "init", "--home", template])
        let store = try await SQLiteStore.open(path: template + "/patchbay.sqlite", mode: .existing)
        let vault = try await Self.vault(of: store, home: template)
        let queue = try DatabaseQueue(path: template + "/patchbay.sqlite")
        try await queue.write { [rows] db in
            try db.execute(sql: "PRAGMA cache_size = -262144")
            let integration = try db.makeStatement(
                sql: """
                    INSERT INTO integration (id, name, type, settings, is_active, facts, created_at_ms)
                    VALUES (?, ?, 'asana', '{}', 1, '{}', 0)
                    """)
            let token = try db.makeStatement(
                sql: """
                    INSERT INTO token (id, integration_id, kind, generation, key_number, origins, sealed, fingerprint, \
                    set_at_ms)
                    VALUES (?, ?, 'api-key', 1, ?, ?, ?, ?, 0)
                    """)
            for number in 1...rows {
                let id = UUID().uuidString.lowercased()
                let value = try Self.seal(id, number, generation: 1, with: vault, storeID: store.storeID)
                try integration.execute(arguments: [number, "i\(number)"])
                try token.execute(arguments: [
                    id, number, value.keyNumber, #"["\#(Self.origin)"]"#, Data(value.bytes), value.fingerprint,
                ])
            }
        }
        try queue.close()
        try await store.close()
    }

    /// A home of its own with the same tokens.
    func copy() throws -> String {
        let home = scratch.appendingPathComponent("treasury-\(UUID().uuidString)").path
        try FileManager.default.copyItem(atPath: template, toPath: home)
        return home
    }

    static func vault(of store: SQLiteStore, home: String) async throws -> Vault {
        try await VaultAccess(store: store, source: KeySource(parsing: "file:\(home)/keys/root.key")).open()
    }

    /// A token as vendors give them: some fifty letters.
    static func seal(_ id: String, _ number: Int, generation: Int64, with vault: Vault, storeID: String) throws
        -> SealedValue
    {
        let text = "2/12000000\(number)/120\(number):8c1f0e5ad07b4c6c\(generation)"
        var secret = SecretBytes(capacity: text.utf8.count)
        secret.append(text.utf8)
        let place = TokenPlace(
            storeID: storeID, tokenID: id, kind: "api-key", integrationID: Int64(number), generation: generation,
            origins: [origin])
        return try vault.seal(token: secret, place: place)
    }

    /// Sets a new token for an integration, as a host does whose vault may be a rotation behind: refused, it reads the
    /// keys anew.
    static func setToken(_ number: Int, in store: SQLiteStore, with vault: Vault) async throws {
        guard let old = try await store.token(integrationID: Int64(number)) else { return }
        let generation = old.generation + 1
        while true {
            let value = try seal(old.id, number, generation: generation, with: vault, storeID: store.storeID)
            let token = SealedToken(
                id: old.id, integrationID: Int64(number), kind: "api-key", generation: generation,
                keyNumber: value.keyNumber,
                origins: [origin], sealed: value.bytes, fingerprint: value.fingerprint, setAt: .now)
            do { return try await store.setToken(token) } catch let error as StoreError
                where error.code == .tokenInvalid
            {
                try vault.refresh(await store.keyring())
            }
        }
    }
}
