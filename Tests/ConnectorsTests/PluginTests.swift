import Foundation
import PatchbayConnectors
import PatchbayModel
import Testing

@Suite("A file in a plugins directory")
struct PluginTests {
    static let refusals: [([String], String, String)] = [
        (["MAGIC=1"], "entry_malformed", "magic is 0x00000001"),
        (["MAJOR=2"], "abi_major", "interface 2.0 and this host speaks 1.0: update"),
        (["MAJOR=0"], "abi_major", "newer build"), (["MINOR=9"], "abi_minor", "1.9"),
        (["ENTRY_SIZE=24"], "entry_malformed", "struct_size is 24"),
        (["NO_SYMBOL"], "symbol_missing", "patchbay_connector_v1"), (["NO_END"], "entry_malformed", "lacks a function"),
        (["DESCRIPTOR_CHANGES"], "descriptor_changes", "two different"),
        (["DESCRIPTOR_WILD"], "descriptor_malformed", "count but no elements"),
        (["TYPE=\"Echo Two\""], "descriptor_invalid", "reverse domain"),
        (["BATCH_MAX=0"], "descriptor_invalid", "batch_max of 0"),
        (["BATCH_MAX=1001"], "descriptor_invalid", "1 to 1000"), (["CRASH_ON_LOAD"], "crashed_on_load", "SIGABRT"),
    ]

    @Test("that is broken is listed with its reason, in a word and in a sentence", arguments: refusals)
    func refused(_ macros: [String], _ reason: String, _ words: String) async throws {
        let shop = try Workshop()
        switch macros.count {
        case 1: try await shop.echo("echo.so", macros[0])
        default: Issue.record("one macro each")
        }
        let report = try await shop.onlyReport()
        #expect(report.refusal == reason)
        #expect(report.sentence.contains(words), "\(report.sentence)")
        #expect(report.digest?.count == 64)
        #expect(report.descriptor == nil)
    }

    @Test("that hangs while loading is given up")
    func hangsOnLoad() async throws {
        let shop = try Workshop()
        try await shop.echo("echo.so", "HANG_ON_LOAD")
        #expect(try await shop.onlyReport(load: .milliseconds(300)).refusal == "timeout_on_load")
    }

    @Test("that is no library, no file, empty, a link, a pipe or too large is listed with its reason")
    func notPlugins() async throws {
        let shop = try Workshop()
        let good = try await shop.echo("g-good.so")
        try Data("hello".utf8).write(to: shop.plugins.appendingPathComponent("a-text.so"))
        try Data().write(to: shop.plugins.appendingPathComponent("b-empty.so"))
        try FileManager.default.createSymbolicLink(
            at: shop.plugins.appendingPathComponent("c-link.so"), withDestinationURL: good)
        try FileManager.default.createDirectory(
            at: shop.plugins.appendingPathComponent("d-folder.so"), withIntermediateDirectories: false)
        try await shop.run(["mkfifo", shop.plugins.appendingPathComponent("e-pipe.so").path])
        let large = shop.plugins.appendingPathComponent("f-large.so")
        try Data().write(to: large)
        try FileHandle(forWritingTo: large).truncate(atOffset: UInt64(Limits.pluginBytesMax) + 1)
        try Data("not looked at".utf8).write(to: shop.plugins.appendingPathComponent("README.md"))
        let catalog = shop.catalog()
        let reports = try await catalog.list()
        #expect(
            reports.map(\.name) == [
                "a-text.so", "b-empty.so", "c-link.so", "d-folder.so", "e-pipe.so", "f-large.so", "g-good.so",
            ])
        #expect(
            reports.map(\.refusal) == [
                "not_elf", "empty", "link", "not_regular_file", "not_regular_file", "too_large", nil,
            ])
        let error = try await connectorError { _ = try await catalog.connector(forType: "nowhere") }
        #expect(error.code == .connectorNotFound)
        #expect(
            error.message.contains("There is: echo.") && error.message.contains("a-text.so:")
                && error.message.contains("(link)"))
        await catalog.shutdown()
    }

    @Test("that is good is described as it says")
    func described() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let descriptor = try #require(try await shop.onlyReport().descriptor)
        #expect(descriptor.id == "org.example.echo")
        #expect(descriptor.operations == [.check: 0, .discover: 0, .create: 100])
        #expect(descriptor.origin == .fixed(try BaseURL(parsing: "https://echo.example.org")))
        #expect(descriptor.settings.map(\.name) == ["project", "behaviour", "weight", "mapping"])
        #expect(descriptor.settings.map(\.kind) == [.string, .string, .integer, .map])
        #expect(descriptor.settings[2].defaultValue == .integer(7))
        #expect(descriptor.tokenKinds.map(\.scheme) == [.bearer])
        #expect(descriptor.budgets == [RateBudget(scope: "minute", limit: 150, window: .seconds(60))])
        #expect(descriptor.requestsConcurrentMax == 15 && descriptor.writesConcurrentMax == nil)
        #expect(descriptor.findLag == .seconds(60))
    }

    @Test("that claims another's type makes the type ambiguous; the same bytes twice do not")
    func twoOfOneType() async throws {
        let shop = try Workshop()
        let first = try await shop.echo("a.so")
        try FileManager.default.copyItem(at: first, to: shop.plugins.appendingPathComponent("b.so"))
        let catalog = shop.catalog()
        #expect(try await catalog.list().map(\.refusal) == [nil, "duplicate"])
        _ = try await catalog.connector(forType: "echo")
        await catalog.shutdown()
        try await shop.echo("c.so", "MARK=\"second\"")
        let wider = shop.catalog()
        let error = try await connectorError { _ = try await wider.connector(forType: "echo") }
        #expect(error.code == .connectorAmbiguous)
        #expect(error.message.contains("a.so") && error.message.contains("c.so"))
        await wider.shutdown()
    }

    @Test("that is exchanged after it was looked at runs as it was, also after its worker has died")
    func exchanged() async throws {
        let shop = try Workshop()
        let path = try await shop.echo()
        let catalog = shop.catalog()
        let connector = try await catalog.connector(forType: "echo")
        _ = try await connector.echoSession()
        try FileManager.default.removeItem(at: path)
        try await shop.echo("echo.so", "MARK=\"second\"")
        let crashing = try await connector.echoSession("abort").create("a")
        #expect(try await connectorError { _ = try await crashing.begin() }.code == .connectorCrashed)
        let found = try await connector.echoSession().call(ConnectorOperation(.discover, now: .now)).begin()
        #expect(found.result?.discovered.map(\.id) == ["first"])
        await catalog.shutdown()
        let later = shop.catalog()
        #expect(try await later.connector(forType: "echo").digest != connector.digest)
        await later.shutdown()
    }

    @Test("that is exchanged before it is needed is not run in the place of what was looked at")
    func exchangedEarly() async throws {
        let shop = try Workshop()
        let path = try await shop.echo()
        let catalog = shop.catalog()
        let connector = try await catalog.connector(forType: "echo")
        try FileManager.default.removeItem(at: path)
        try await shop.echo("echo.so", "MARK=\"second\"")
        let error = try await connectorError { _ = try await connector.echoSession() }
        #expect(error.code == .connectorRefused && error.message.contains("changed"))
        await catalog.shutdown()
    }

    @Test("is not looked for in a directory that may be missing, but one that was named must be there")
    func missingDirectory() async throws {
        let shop = try Workshop()
        let nowhere = shop.folder.appendingPathComponent("nowhere").path
        let lenient = ConnectorCatalog(
            directories: [PluginDirectory(path: nowhere, isRequired: false)], worker: Workshop.worker)
        #expect(try await lenient.list().isEmpty)
        let strict = ConnectorCatalog(
            directories: [PluginDirectory(path: nowhere, isRequired: true)], worker: Workshop.worker)
        #expect(try await connectorError { _ = try await strict.list() }.code == .pluginsUnreadable)
        let workerless = ConnectorCatalog(
            directories: [PluginDirectory(path: shop.plugins.path, isRequired: true)], worker: nowhere)
        #expect(try await connectorError { _ = try await workerless.list() }.code == .workerMissing)
    }
}
