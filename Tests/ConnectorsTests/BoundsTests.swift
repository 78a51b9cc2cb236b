import Foundation
import PatchbayConnectors
import PatchbayModel
import Testing

@Suite("A connector that floods", .timeLimit(.minutes(5)))
struct BoundsTests {
    /// The flooding connector, and what its descriptor and its first call come to.
    private func flood(_ macros: String...) async throws -> (descriptor: ConnectorDescriptor, step: ConnectorStep) {
        let shop = try Workshop()
        try await shop.compile("flood.c", to: "flood.so", macros: macros)
        let catalog = shop.catalog()
        let connector = try await catalog.connector(forType: "echo")
        let call = try await connector.echoSession().create("a")
        _ = try await call.begin()
        let step = try await call.resume(answer("id"))
        await catalog.shutdown()
        return (connector.descriptor, step)
    }

    @Test("with facts, warnings, notices and budgets is heard as far as may be, and what is left out is told")
    func lists() async throws {
        let (descriptor, step) = try await flood(
            "FACTS=420000", "WARNINGS=50", "WARNING_BYTES=3000", "BUDGETS=400000")
        #expect(descriptor.budgets.count == Limits.budgetScopesMax)
        #expect(descriptor.leftOut == 400_000 - Limits.budgetScopesMax)
        #expect(step.budgetFacts.count == Limits.budgetFactsMax)
        let warnings = try #require(step.result?.outcomes.first?.warnings)
        #expect(warnings.count == Limits.warningsMax)
        #expect(warnings.allSatisfy { $0.text.utf8.count == Limits.vendorMessageBytesMax })
        let excess = try #require(step.excess)
        #expect(excess.leftOut == 420_000 - Limits.budgetFactsMax + 50 - Limits.warningsMax)
        #expect(excess.cut == Limits.warningsMax)
    }

    @Test("meets the same bounds in the worker as in the host")
    func same() throws {
        let text = try String(
            contentsOf: Workshop.root.appendingPathComponent("Host/Worker/sizes.h"), encoding: .utf8)
        let bounds = [
            "BUDGETS": Limits.budgetScopesMax, "BUDGET_FACTS": Limits.budgetFactsMax, "WARNINGS": Limits.warningsMax,
            "CANDIDATES": Limits.candidatesMax, "DESCRIPTOR_ENTRIES": Limits.descriptorEntriesMax,
            "BATCH_TASKS": Limits.batchTasksMax, "FACTS": Limits.factsMax,
            "REQUEST_HEADERS": Limits.requestHeadersMax, "QUERY_FIELDS": Limits.targetBytesMax,
            "NAME_BYTES": Limits.nameBytesMax, "MESSAGE_BYTES": Limits.vendorMessageBytesMax,
            "DIAGNOSTIC_BYTES": Limits.diagnosticBytesMax,
        ]
        for (name, most) in bounds { #expect(text.contains("#define \(name)_MAX \(most)u"), "\(name)") }
    }

    @Test("up to the bounds tells of nothing left out")
    func within() async throws {
        let (descriptor, step) = try await flood("FACTS=16", "WARNINGS=32", "WARNING_BYTES=2048", "BUDGETS=16")
        #expect(descriptor.budgets.count == 16 && descriptor.leftOut == 0)
        #expect(step.budgetFacts.count == 16 && step.result?.outcomes.first?.warnings.count == 32)
        #expect(step.excess == nil)
    }

    @Test("as it describes itself is refused once, and not loaded again; with less it is cached as others are")
    func greeting() async throws {
        let shop = try Workshop()
        try await shop.compile("flood.c", to: "large.so", macros: ["HELP_BYTES=20000"])
        try await shop.compile("flood.c", to: "small.so", macros: ["HELP_BYTES=2000", "BUDGETS=400000"])
        // What was just written is not remembered as refused.
        try await Task.sleep(for: Limits.fileTimeTick * 2)
        let counting = try shop.countingCatalog()
        for catalog in [counting.catalog, shop.catalog(home: shop.home, worker: counting.program)] {
            let reports = try await catalog.list()
            await catalog.shutdown()
            #expect(reports[0].refusal == "descriptor_invalid" && reports[0].sentence.contains("1048576 bytes"))
            #expect(reports[1].refusal == nil, "\(reports[1].sentence)")
            #expect(counting.starts == 2)
        }
    }

    @Test("its worker's loading is named, and with the third slow load left alone until somebody approves it")
    func slowLoads() async throws {
        let shop = try Workshop()
        let file = try await shop.compile("flood.c", to: "slow.so", macros: ["LOAD_MS=400"])
        let home = shop.home
        func load(_ slow: Duration) async throws {
            let catalog = ConnectorCatalog(
                directories: [PluginDirectory(path: shop.plugins.path, isRequired: true)], worker: Workshop.worker,
                home: home, deadlines: WorkerDeadlines(slowLoad: slow))
            _ = try await catalog.connector(forType: "echo").echoSession()
            await catalog.shutdown()
        }
        let (slow, quick) = (Duration.milliseconds(200), Duration.seconds(60))
        // The first look loads it, and so does the session: two in a row, and one that is quick enough ends the row.
        try await load(slow)
        try await load(quick)
        for _ in 0..<Limits.slowLoadsMax { try await load(slow) }
        let error = try await connectorError { try await load(slow) }
        #expect(error.message.contains("quarantine") && error.message.contains("slow to load 3 times"), "\(error)")
        let report = try await shop.list(home: home)
        #expect(report.refusal == "quarantined" && report.sentence.contains("connector trust"), "\(report.sentence)")
        _ = try PluginTrust(home: home).approve(file.path)
        try await load(slow)
    }
}

@Suite("What one call may cost")
struct CallBoundsTests {
    /// Goes on with one call of an endless connector until it is ended; gives the requests that were let through.
    private func requests(
        _ operation: OperationNumber, answer response: HTTPResponse = answer("id"),
        exchanging: (Int) -> Duration = { _ in .zero }
    ) async throws -> (count: Int, error: ConnectorError) {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog()
        let session = try await catalog.connector(forType: "echo").echoSession("endless")
        let call =
            operation == .create
            ? session.create("a") : session.call(ConnectorOperation(operation, now: Timestamp(milliseconds: 1)))
        var count = 0
        let error = try await connectorError {
            _ = try await call.begin()
            while true {
                count += 1
                _ = try await call.resume(response, exchanging: exchanging(count))
            }
        }
        await catalog.shutdown()
        #expect(error.code == .connectorProtocol && error.rule == 12, "\(error)")
        #expect(error.message.contains("a call of \(operation.word)"), "\(error)")
        return (count, error)
    }

    @Test("hangs on the operation", arguments: [OperationNumber.check, .discover, .create])
    func count(_ operation: OperationNumber) async throws {
        let (count, error) = try await requests(operation)
        #expect(count == operation.bounds.requests)
        #expect(error.message.contains("at most \(count) requests"), "\(error)")
    }

    @Test("counts what comes in")
    func received() async throws {
        let page = HTTPResponse(status: 200, body: [UInt8](repeating: 0x20, count: 12 * 1_048_576))
        let (count, error) = try await requests(.check, answer: page)
        #expect(count == OperationNumber.check.bounds.receivedBytes / page.body.count + 1)
        #expect(error.message.contains("bytes received"), "\(error)")
    }

    @Test("counts the time of its exchanges")
    func time() async throws {
        let (count, error) = try await requests(.check) { .seconds(90 * $0) }
        #expect(count == 4, "three exchanges of 90 s are within 300 s")
        #expect(error.message.contains("300 s"), "\(error)")
    }
}
