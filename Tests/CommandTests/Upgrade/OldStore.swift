import Foundation
import PatchbayStoreSQLite
import Testing

/// A copy of the store that Patchbay 1.0 made, with a delivery in every state, in a home of its own.
struct OldStore: Sendable {
    /// What 1.0 left: the store, the key that opens it, and what the vendors held. `README.md` there tells how it was
    /// made.
    static let folder = Built.root + "/Tests/StoreTests/Fixtures/v1.0"

    let desk: Workbench
    var path: String { desk.home + "/patchbay.sqlite" }
    /// Where migrate puts its backup.
    var backup: String { path + ".before-schema-\(Self.newest)" }
    /// The schema of this version.
    static let newest = SQLiteStore.schemaVersion
    /// What lies in the home after the upgrade.
    static let filesAfter = ["patchbay.sqlite", "patchbay.sqlite.before-schema-\(newest)", "patchbay.sqlite.lock"]

    /// `home` and the rest are as a workbench takes them.
    init(plugins: String = Built.plugins, home: String? = nil, program: String = Built.patchbay) throws {
        desk = try Workbench(plugins: plugins, home: home, program: program)
        let files = FileManager.default
        try files.createDirectory(
            atPath: desk.home + "/keys", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try files.copyItem(atPath: Self.folder + "/root.key", toPath: desk.home + "/keys/root.key")
        try files.copyItem(atPath: Self.folder + "/patchbay.sqlite", toPath: path)
        for name in [path, desk.home + "/keys/root.key"] {
            try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: name)
        }
    }

    /// The names of the store's files, but for the logs that whoever only reads it cannot remove.
    func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: desk.home)
            .filter { $0.hasPrefix("patchbay.sqlite") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }.sorted()
    }

    /// Changes it by SQL.
    func change(_ sql: String) async throws { try await StoreIntruder.change(path, sql, desk.scratch) }

    /// Leaves a committed row in the log, as a host that died does.
    func leaveLog() async throws {
        try await run(
            """
            import os, sqlite3, sys
            store = sqlite3.connect(sys.argv[1])
            store.execute("PRAGMA journal_mode = WAL")
            store.execute("INSERT INTO task (id, title, priority, status, imported_at_ms) VALUES ('late', 'Late', \
            'none', 'open', 1)")
            store.commit()
            os._exit(0)
            """, path, Self.folder)
        try #require(
            FileManager.default.fileExists(atPath: path + "-wal"), "there is no log, and the test tests nothing")
    }

    /// Makes `times` more of each task, with its deliveries and attempts.
    func multiply(_ times: Int) async throws {
        try await run(
            """
            import sqlite3, sys
            store, times = sqlite3.connect(sys.argv[1]), int(sys.argv[2])
            changed = {
                ("task", "row"): "o.row + n * 1000", ("task", "id"): "o.id || '-' || n", ("delivery", "row"): "o.row + \
            n * 1000",
                ("delivery", "task_row"): "o.task_row + n * 1000", ("attempt", "delivery_row"): "o.delivery_row + n * \
            1000",
                ("delivery", "delivery_id"): "printf('%08x-0000-4000-8000-%012x', n, o.row)",
            }
            for table, key in (("task", "row"), ("delivery", "row"), ("attempt", "delivery_row")):
                columns = [row[1] for row in store.execute("PRAGMA table_info(%s)" % table)]
                values = ", ".join(changed.get((table, name), "o." + name) for name in columns)
                store.execute(
                    "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?) INSERT INTO \
            %s (%s)"
                    " SELECT %s FROM number CROSS JOIN %s AS o WHERE o.%s < 1000" % (table, ", ".join(columns), \
            values, table, key), (times,))
                store.commit()
            store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            """, path, "\(times)")
    }

    /// The number of its schema, as the file has it.
    func schema() async throws -> Int? { try await rows("SELECT count(*) FROM grdb_migrations").first?[0].int }

    /// Rows that a query gives.
    func rows(_ sql: String) async throws -> [JSON] {
        let out = try await run(
            """
            import json, sqlite3, sys
            store = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
            print(json.dumps(store.execute(sys.argv[2]).fetchall()))
            """, path, sql)
        return try JSON(parsing: out).items
    }

    /// A hash of each table of the store that 1.0 made, over its rows in order, with the columns that it had then. The
    /// trail's is over as many lines as there were, because migrate adds one.
    func contents(of file: String? = nil) async throws -> JSON {
        let out = try await run(
            """
            import hashlib, json, sqlite3, sys
            store = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
            old = sqlite3.connect("file:" + sys.argv[2] + "/patchbay.sqlite?mode=ro&immutable=1", uri=True)
            lines = old.execute("SELECT max(row) FROM event").fetchone()[0]
            found = {}
            tables = old.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> \
            'grdb_migrations'").fetchall()
            for (table,) in tables:
                facts = old.execute("PRAGMA table_info(%s)" % table).fetchall()
                columns = ", ".join('"%s"' % fact[1] for fact in facts)
                keys = ", ".join('"%s"' % fact[1] for fact in facts if fact[5]) or "name"
                which = " WHERE row <= %d" % lines if table == "event" else " WHERE name <> 'event'" if table == \
            "sqlite_sequence" else ""
                digest, count = hashlib.sha256(), 0
                for row in store.execute("SELECT %s FROM %s%s ORDER BY %s" % (columns, table, which, keys)):
                    digest.update(repr(row).encode())
                    count += 1
                found[table] = [count, digest.hexdigest()]
            print(json.dumps(found))
            """, file ?? path, Self.folder)
        return try JSON(parsing: out)
    }

    @discardableResult
    private func run(_ words: String, _ arguments: String...) async throws -> String {
        let name = desk.scratch("python-\(UUID().uuidString)")
        let output = try OpenFile(writing: name)
        let child = try ChildProcess(
            "/usr/bin/env", ["python3", "-c", words] + arguments,
            environment: Built.environment(home: desk.scratch.path),
            descriptors: [1: output.descriptor, 2: output.descriptor])
        let end = await child.end(within: .seconds(600))
        let out = try String(contentsOfFile: name, encoding: .utf8)
        try #require(end.status == 0 && end.signal == nil, "\(out)")
        return out
    }
}

/// The program of Patchbay 1.0, in a folder with its worker and its connectors, where PATCHBAY_OLD says: a debug build.
enum OldProgram {
    static let folder = ProcessInfo.processInfo.environment["PATCHBAY_OLD"].flatMap { $0.isEmpty ? nil : $0 }
    static let isThere = folder != nil
    static let condition: Comment = "PATCHBAY_OLD names no build of 1.0"

    /// Its connectors, in a folder of their own.
    static func plugins(_ scratch: ScratchFolder) throws -> String {
        let place = try scratch.folder("old-plugins")
        for name in ["Asana", "Jira", "Linear"] {
            let target = place + "/" + name.lowercased() + ".so"
            try FileManager.default.copyItem(atPath: try #require(folder) + "/lib\(name)Plugin.so", toPath: target)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: target)
        }
        return place
    }

    /// The old program on the same home.
    static func desk(_ store: OldStore) throws -> Workbench {
        let made = store.desk.scratch("old-plugins")
        let plugins = FileManager.default.fileExists(atPath: made) ? made : try Self.plugins(store.desk.scratch)
        return try Workbench(plugins: plugins, home: store.desk.home, program: try #require(folder) + "/patchbay")
    }
}
