import Foundation
import PatchbayConnectors
import PatchbayModel
import Testing

@Suite("A connector that misbehaves")
struct BrokenConnectorTests {
    /// What a connector does at `begin`, the code it ends as, and a word of the message.
    static let beginnings: [(String, ErrorCode, String)] = [
        ("crash", .connectorCrashed, "SIGSEGV"), ("abort", .connectorCrashed, "SIGABRT"),
        ("exit", .connectorCrashed, "status 3"),
        ("last-words", .connectorCrashed, "last words: the  [31mend"), ("garbage", .connectorProtocol, "frame"),
        ("stop-answering", .connectorForbiddenCall, "asked the system for close"),
        ("status", .connectorCrashed, "status 5"), ("no-call", .connectorProtocol, "without a call"),
        ("null-step", .connectorProtocol, "null"), ("unknown-kind", .connectorProtocol, "neither request nor done"),
        ("unknown-effect", .connectorProtocol, "unknown effect 9"),
        ("null-request", .connectorProtocol, "step.request: a struct"),
        ("huge-length", .connectorProtocol, "longer than a step"), ("large-step", .connectorProtocol, "step may be"),
        ("length-of-nothing", .connectorProtocol, "length but no bytes"),
        ("null-array", .connectorProtocol, "count but no elements"),
        ("huge-count", .connectorProtocol, "more elements"),
        ("small-struct", .connectorProtocol, "below that of version 1"),
        ("small-stride", .connectorProtocol, "stride"), ("not-utf8", .connectorProtocol, "not UTF-8"),
    ]

    @Test("ends its call with a named error, and the next session works", arguments: beginnings)
    func beginning(_ behaviour: String, _ code: ErrorCode, _ word: String) async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog()
        let connector = try await catalog.connector(forType: "echo")
        let session = try await connector.echoSession(behaviour)
        let error = try await connectorError { _ = try await session.create("a").begin() }
        #expect(error.code == code)
        #expect(error.message.contains(word), "\(error.message)")
        let next = try await connector.echoSession().create("b")
        _ = try await next.begin()
        #expect(try await next.resume(answer("id")).result?.outcomes.first?.externalID == "id:b")
        await catalog.shutdown()
    }

    @Test("tells its last words to its caller, and leaves none where nobody could write over a token in them")
    func lastWords() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog(home: shop.home)
        let session = try await catalog.connector(forType: "echo").echoSession("last-words")
        let error = try await connectorError { _ = try await session.create("a").begin() }
        #expect(error.message.contains("Its last words: the"), "\(error.message)")
        let kept = try String(contentsOfFile: shop.home + "/plugins.lock", encoding: .utf8)
        #expect(kept.contains("The worker of") && !kept.contains("last words"), "\(kept)")
        await catalog.shutdown()
    }

    /// The same at the end of a call.
    static let endings: [(String, ErrorCode, String)] = [
        ("status-later", .connectorCrashed, "status 5"), ("crash-later", .connectorCrashed, "SIGABRT"),
        ("unknown-outcome", .connectorProtocol, "unknown outcome 99"),
        ("unknown-call", .connectorProtocol, "unknown way 99"),
        ("out-of-range", .connectorProtocol, "task 70000 of 2"), ("twice", .connectorProtocol, "twice on task 0"),
        ("two-once", .connectorProtocol, "only once"),
    ]

    @Test("ends its call with a named error after a response, too", arguments: endings)
    func ending(_ behaviour: String, _ code: ErrorCode, _ word: String) async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog()
        let call = try await catalog.connector(forType: "echo").echoSession(behaviour).create("a", "b")
        _ = try await call.begin()
        let error = try await connectorError { _ = try await call.resume(answer("id")) }
        #expect(error.code == code)
        #expect(error.message.contains(word), "\(error.message)")
        await catalog.shutdown()
    }

    @Test("that asks for ever is stopped after the most requests a call may have")
    func endless() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog()
        let call = try await catalog.connector(forType: "echo").echoSession("endless").create("a")
        _ = try await call.begin()
        var steps = 1
        let error = try await connectorError {
            while true {
                _ = try await call.resume(answer("id"))
                steps += 1
            }
        }
        #expect(error.code == .connectorProtocol)
        #expect(steps == OperationNumber.create.bounds.requests)
        await catalog.shutdown()
    }

    @Test("that is larger than we know, silent on a task, or careless with ids and links is read as far as it can be")
    func tolerated() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog()
        let connector = try await catalog.connector(forType: "echo")
        func result(_ behaviour: String) async throws -> CallResult? {
            let call = try await connector.echoSession(behaviour).create("a", "b")
            _ = try await call.begin()
            return try await call.resume(answer("id")).result
        }
        #expect(try await result("grown")?.outcomes.map(\.externalID) == ["id:a", "id:b"])
        let missing = try await result("missing")
        #expect(missing?.missing == [0])
        #expect(missing?.outcomes.map(\.index) == [1])
        #expect(try await result("no-id")?.outcomes.map(\.kind) == [.unknown, .unknown])
        #expect(try await result("bad-url")?.outcomes.map(\.url) == [nil, nil])
        #expect(try await result("throttled")?.outcome == .throttled(RetryTime(after: .milliseconds(1_500), at: nil)))
        #expect(try await result("throttled")?.outcomes.isEmpty == true)
        #expect(try await result("auth")?.outcome == .authFailed(.expired))
        let talk = try await connector.echoSession("talkative").create("a").begin()
        #expect(talk.diagnostic?.utf8.count == Limits.diagnosticBytesMax)
        await catalog.shutdown()
    }

    @Test("that hangs is ended at its deadline, with all its calls, while another connector's calls go on")
    func hanging() async throws {
        let shop = try Workshop()
        try await shop.echo()
        try await shop.echo("other.so", "TYPE=\"other\"")
        let catalog = shop.catalog(step: .milliseconds(300))
        let echo = try await catalog.connector(forType: "echo")
        let good = try await echo.echoSession().create("a")
        _ = try await good.begin()
        let other = try await catalog.connector(forType: "other").echoSession().create("b")
        _ = try await other.begin()
        let hanging = try await echo.echoSession("hang").create("c")
        async let first = connectorError { _ = try await hanging.begin() }
        async let second = connectorError { _ = try await good.resume(answer("late")) }
        #expect(try await first.code == .connectorTimeout)
        #expect(try await second.code == .connectorTimeout)
        #expect(try await other.resume(answer("id")).result?.outcomes.first?.externalID == "id:b")
        await catalog.shutdown()
    }

    @Test("whose worker is shut down ends its open calls as cancelled")
    func shutdown() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog()
        let connector = try await catalog.connector(forType: "echo")
        let call = try await connector.echoSession().create("a")
        _ = try await call.begin()
        await catalog.shutdown()
        #expect(try await connectorError { _ = try await call.resume(answer("id")) }.code == .cancelled)
        #expect(try await connectorError { _ = try await connector.echoSession() }.code == .cancelled)
    }

    @Test("that refuses its settings says which and why")
    func refusedSettings() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog()
        let connector = try await catalog.connector(forType: "echo")
        let refused = try await connectorError { _ = try await connector.echoSession("refuse-open") }
        #expect(refused.code == .settingsInvalid)
        #expect(refused.message.contains("project: no such project"))
        let nothing = try await connectorError { _ = try await connector.echoSession("no-instance") }
        #expect(nothing.code == .connectorProtocol)
        let missing = try await connectorError { _ = try await connector.open(ConnectorOpening(settings: [:])) }
        #expect(missing.code == .settingsMissing)
        #expect(missing.message.contains("project"))
        let invalid = try await connectorError {
            _ = try await connector.open(
                ConnectorOpening(settings: ["weight": .text("heavy"), "colour": .text("red")]))
        }
        #expect(invalid.code == .settingsInvalid)
        #expect(
            invalid.message.contains("weight must be a whole number")
                && invalid.message.contains("colour is not a setting"))
        _ = try await connector.open(ConnectorOpening(settings: [:], isPartial: true))
        let kind = try await connectorError {
            _ = try await connector.open(ConnectorOpening(settings: ["project": .text("p")], tokenKind: "oauth"))
        }
        #expect(kind.code == .tokenInvalid)
        await catalog.shutdown()
    }

    @Test(
        "that would change something where it may only read is refused", arguments: ["once-in-check", "put-in-check"])
    func changing(_ behaviour: String) async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog()
        let connector = try await catalog.connector(forType: "echo")
        let session = try await connector.echoSession(behaviour)
        let error = try await connectorError {
            _ = try await session.call(ConnectorOperation(.check, now: .now)).begin()
        }
        #expect(error.code == .connectorProtocol && error.message.contains("a call of check, which may only read"))
        // In a create both may stand.
        _ = try #require(try await session.create("a").begin().request)
        await catalog.shutdown()
    }

    @Test("numbers at the end of their range count as the largest that means anything")
    func numbers() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog()
        let call = try await catalog.connector(forType: "echo").echoSession("numbers").create("a")
        let request = try #require(try await call.begin().request)
        #expect(request.writeCost <= Limits.budgetUnitsMax)
        let step = try await call.resume(answer("id"))
        let told = BudgetFact(
            scope: "minute", limit: Limits.budgetUnitsMax, remaining: Limits.budgetUnitsMax,
            resetsAt: Timestamp(milliseconds: Limits.momentMax))
        #expect(step.budgetFacts == [told])
        let retry = RetryTime(after: Limits.timeToldMax, at: Timestamp(milliseconds: Limits.momentMax))
        #expect(step.result?.outcome == .throttled(retry))
        await catalog.shutdown()
    }
}
