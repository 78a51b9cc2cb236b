import Foundation
import PatchbayConnectors
import PatchbayModel
import TestSupport
import Testing

@Suite("The catalog of a running host")
struct CatalogTests {
    @Test("starts no worker to list what it has listed before, and as many as are needed to work")
    func listsFromCache() async throws {
        let shop = try Workshop()
        for number in 0..<5 { try await shop.echo("echo-\(number).so", "TYPE=\"echo\(number)\"") }
        let first = try shop.countingCatalog()
        #expect(try await first.catalog.list().count == 5)
        await first.catalog.shutdown()
        #expect(first.starts == 5)
        let second = try shop.countingCatalog()
        let reports = try await second.catalog.list()
        #expect(reports.compactMap(\.descriptor).map(\.id) == (0..<5).map { "org.example.echo\($0)" })
        #expect(second.starts == 0)
        _ = try await second.catalog.connector(forType: "echo3").echoSession()
        #expect(second.starts == 1)
        await second.catalog.shutdown()
        // A file that was touched is not believed to be the same.
        try await shop.echo("echo-0.so", "TYPE=\"echo0\"", "MARK=\"second\"")
        let third = try shop.countingCatalog()
        #expect(try await third.catalog.list().first?.news != nil)
        #expect(third.starts == 1)
        await third.catalog.shutdown()
    }

    @Test("lists a hundred that it has listed before without a worker, and without reading them")
    func listsHundred() async throws {
        let shop = try Workshop()
        for number in 0..<100 {
            try await shop.hostile("nothing", .begin, name: "echo-\(number).so", tail: "\(number)")
        }
        let first = try shop.countingCatalog()
        #expect(try await first.catalog.list().count { $0.refusal == nil } == 100)
        await first.catalog.shutdown()
        #expect(first.starts == 100)
        let later = try shop.countingCatalog()
        #expect(try await later.catalog.list().count { $0.refusal == nil && $0.news == nil } == 100)
        await later.catalog.shutdown()
        #expect(later.starts == 0)
    }

    @Test("sees what is added, replaced and removed; an open session goes on with what it was opened with")
    func seesChanges() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog(home: shop.home)
        let old = try await catalog.connector(forType: "echo").echoSession()
        try await shop.echo("other.so", "TYPE=\"other\"")
        try await shop.replaceEcho("MARK=\"second\"")
        _ = try await Wait.until("the new file is used", within: .seconds(20)) {
            try? await catalog.connector(forType: "other")
        }
        let fresh = try await catalog.connector(forType: "echo").echoSession()
        #expect(try await Self.mark(fresh) == "second")
        #expect(try await Self.mark(old) == "first")
        try FileManager.default.removeItem(at: shop.plugins.appendingPathComponent("other.so"))
        _ = try await Wait.until("the removed file is not used", within: .seconds(20)) {
            do { _ = try await catalog.connector(forType: "other") } catch { return error as? ConnectorError }
            return nil
        }
        await catalog.shutdown()
    }

    @Test("keeps a connector that works when what replaces it does not, and says so")
    func badReplacement() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog(home: shop.home)
        _ = try await catalog.connector(forType: "echo").echoSession()
        let bad = shop.folder.appendingPathComponent("bad")
        try Data("not a library".utf8).write(to: bad)
        try shop.put(bad, as: "echo.so")
        let report = try await Wait.until("the replacement is refused", within: .seconds(20)) {
            try await catalog.list().first { $0.replacementRefused != nil }
        }
        #expect(report.refusal == nil && report.replacementRefused?.contains("not_elf") == true)
        // Also after its worker has died: the bytes are kept.
        let crashing = try await catalog.connector(forType: "echo").echoSession("abort").create("a")
        #expect(try await connectorError { _ = try await crashing.begin() }.code == .connectorCrashed)
        #expect(try await Self.mark(catalog.connector(forType: "echo").echoSession()) == "first")
        await catalog.shutdown()
    }

    @Test("that is read while files are exchanged under it, by renaming and in place, runs what was hashed")
    func exchangedWhileLoading() async throws {
        let shop = try Workshop()
        let one = try await Array(Data(contentsOf: shop.echo("echo.so", "MARK=\"one\"")))
        let two = try await Array(Data(contentsOf: shop.echo("echo.so", "MARK=\"two\"")))
        let path = shop.plugins.appendingPathComponent("echo.so")
        var digests: [String: String] = [:]
        for (mark, bytes) in [("one", one), ("two", two)] {
            try Data(bytes).write(to: path)
            digests[try #require(try await shop.onlyReport().digest)] = mark
        }
        let exchange = Task.detached {
            var rounds = 0
            while !Task.isCancelled {
                let bytes = rounds % 2 == 0 ? one : two
                if rounds % 3 == 0 {
                    let beside = shop.folder.appendingPathComponent("new")
                    try Data(bytes).write(to: beside)
                    try shop.put(beside, as: "echo.so")
                } else {
                    let handle = try FileHandle(forWritingTo: path)
                    try handle.write(contentsOf: Data(bytes))
                    try handle.close()
                }
                rounds += 1
            }
            return rounds
        }
        var opened = 0
        for _ in 0..<60 {
            let catalog = shop.catalog()
            // Half-written files are refused, and mixed ones have a digest of their own: neither runs under a digest
            // that is not its own.
            if let connector = try? await catalog.connector(forType: "echo"),
                let session = try? await connector.echoSession()
            {
                if let mark = digests[connector.digest] {
                    #expect(try await Self.mark(session) == mark)
                    opened += 1
                }
            }
            await catalog.shutdown()
        }
        exchange.cancel()
        print("exchanged \(try await exchange.value) times while \(opened) of 60 loads went through")
    }

    @Test("leaves a digest alone whose workers only die, says why, and takes it back when the operator does")
    func quarantine() async throws {
        let shop = try Workshop()
        let file = try await shop.echo()
        let catalog = shop.catalog(home: shop.home)
        let connector = try await catalog.connector(forType: "echo")
        for _ in 0..<Limits.workerDeathsMax {
            let call = try await connector.echoSession("abort").create("a")
            #expect(try await connectorError { _ = try await call.begin() }.code == .connectorCrashed)
        }
        let error = try await connectorError { _ = try await connector.echoSession() }
        #expect(error.code == .connectorQuarantined)
        #expect(
            error.message.contains("SIGABRT") && error.message.contains("patchbay connector trust \(file.path)"),
            "\(error.message)")
        await catalog.shutdown()
        // A later host knows it too, and starts no worker for it.
        let later = try shop.countingCatalog()
        #expect(try await later.catalog.list().first?.refusal == "quarantined")
        #expect(later.starts == 0)
        await later.catalog.shutdown()
        _ = try PluginTrust(home: shop.home).approve(file.path)
        let healed = shop.catalog(home: shop.home)
        _ = try await healed.connector(forType: "echo").echoSession()
        await healed.shutdown()
    }

    @Test("does not hold it against a connector that its workers die now and then, between calls that end well")
    func diesNowAndThen() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog(home: shop.home)
        let connector = try await catalog.connector(forType: "echo")
        for _ in 0..<(2 * Limits.workerDeathsMax) {
            #expect(try await Self.mark(connector.echoSession()) == "first")
            let call = try await connector.echoSession("abort").create("a")
            #expect(try await connectorError { _ = try await call.begin() }.code == .connectorCrashed)
        }
        #expect(try await Self.mark(connector.echoSession()) == "first")
        await catalog.shutdown()
    }

    /// What the connector's `discover` finds: the mark it was compiled with.
    private static func mark(_ session: ConnectorSession) async throws -> String? {
        try await session.call(ConnectorOperation(.discover, now: .now)).begin().result?.discovered.first?.id
    }
}
