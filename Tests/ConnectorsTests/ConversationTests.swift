import Foundation
import PatchbayConnectors
import PatchbayModel
import PatchbayTransport
import Testing

@Suite("A conversation with a connector")
struct ConversationTests {
    @Test("a create asks for one request and reports each task with its id")
    func create() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog()
        let session = try await catalog.connector(forType: "echo").echoSession()
        let call = session.create("один", "two", "")
        let request = try #require(try await call.begin().request)
        #expect(request.method == "POST")
        #expect(request.path == "/tasks")
        #expect(request.effect == .once)
        #expect(request.writeCost == 1)
        #expect(request.body == Array("один".utf8))
        let step = try await call.resume(answer("id"))
        let result = try #require(step.result)
        #expect(result.outcome == .completed)
        #expect(result.outcomes.map(\.index) == [0, 1, 2])
        #expect(result.outcomes.map(\.externalID) == ["id:один", "id:two", "id:"])
        #expect(result.outcomes.allSatisfy { $0.kind == .created && $0.url == "https://echo.example.org/1" })
        #expect(result.missing.isEmpty)
        #expect(step.budgetFacts == [BudgetFact(scope: "minute", limit: 150, remaining: 3, resetsAt: nil)])
        #expect(step.diagnostic == "done")
        await catalog.shutdown()
    }

    @Test("what a connector gives back is masked: the result's texts and the diagnostic, and no request")
    func masked() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog()
        let session = try await catalog.connector(forType: "echo").echoSession()
        let call = session.create("secret one")
        let masking: ConnectorCall.Masking = { bytes in
            for word in ["secret", "done"] {
                while let place = bytes.firstRange(of: Array(word.utf8)) {
                    bytes.replaceSubrange(place, with: Array(repeating: UInt8(ascii: "*"), count: word.utf8.count))
                }
            }
        }
        let request = try #require(try await call.begin(masking: masking).request)
        #expect(request.body == Array("secret one".utf8))
        let step = try await call.resume(answer("id"), masking: masking)
        #expect(step.result?.outcomes.first?.externalID == "id:****** one")
        #expect(step.diagnostic == "****")
        await catalog.shutdown()
    }

    @Test("check and discover answer without tasks")
    func introductions() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog()
        let session = try await catalog.connector(forType: "echo").echoSession()
        let check = try await session.call(ConnectorOperation(.check, now: .now)).begin()
        #expect(check.result?.account?.name == "Ann")
        let found = try await session.call(ConnectorOperation(.discover, now: .now)).begin()
        #expect(found.result?.discovered.map(\.id) == ["first"])
        #expect(found.result?.account == nil)
        await catalog.shutdown()
    }

    @Test("an operation that the connector does not offer is refused by name")
    func unsupported() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog()
        let session = try await catalog.connector(forType: "echo").echoSession()
        let error = try await connectorError {
            _ = try await session.call(ConnectorOperation(.find, now: .now)).begin()
        }
        #expect(error.code == .operationUnsupported)
        #expect(error.message.contains("find"))
        await catalog.shutdown()
    }

    @Test("a thousand calls open in one worker, answered in random order, keep their own tasks")
    func thousandCalls() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog()
        let session = try await catalog.connector(forType: "echo").echoSession()
        var calls: [(Int, ConnectorCall)] = []
        for number in 0..<1_000 {
            let call = session.create("t\(number)")
            #expect(try await call.begin().request?.body == Array("t\(number)".utf8))
            calls.append((number, call))
        }
        var random = SeededRandom(state: 20_260_725)
        calls.shuffle(using: &random)
        let ids = try await withThrowingTaskGroup(of: (Int, String?).self) { group in
            for (number, call) in calls {
                group.addTask {
                    (number, try await call.resume(answer("r\(number)")).result?.outcomes.first?.externalID)
                }
            }
            return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
        }
        #expect(ids.count == 1_000)
        #expect(ids.allSatisfy { $0.value == "r\($0.key):t\($0.key)" })
        await catalog.shutdown()
    }

    @Test("a listener reads the answers as long as there is one, and then the worker's own thread does")
    func listener() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog()
        let transport = try Transport(TransportConfiguration(version: "test"))
        let session = try await catalog.connector(forType: "echo").echoSession(listener: transport.listener)
        let large = session.create(Array(repeating: String(repeating: "long ", count: 800), count: 100))
        _ = try await large.begin()
        #expect(try await large.resume(answer("id")).result?.outcomes.count == 100)
        let open = (0..<100).map { session.create("t\($0)") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for call in open { group.addTask { _ = try await call.begin() } }
            group.addTask { await transport.shutdown() }
            try await group.waitForAll()
        }
        for (number, call) in open.enumerated() {
            #expect(try await call.resume(answer("id")).result?.outcomes.first?.externalID == "id:t\(number)")
        }
        // One that has ended takes nothing more.
        let late = try await catalog.connector(forType: "echo").echoSession(listener: transport.listener)
        _ = try await late.create("late").begin()
        await catalog.shutdown()
    }

    @Test("a call that is given up frees its place, and others go on")
    func givenUp() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog()
        let session = try await catalog.connector(forType: "echo").echoSession()
        let kept = session.create("kept")
        _ = try await kept.begin()
        for number in 0..<200 { _ = try await session.create("gone\(number)").begin() }
        let ended = session.create("ended")
        _ = try await ended.begin()
        ended.end()
        ended.end()
        #expect(try await kept.resume(answer("id")).result?.outcomes.first?.externalID == "id:kept")
        await catalog.shutdown()
    }

    @Test("large tasks and a response of twelve mebibytes go through whole")
    func largeFrames() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog()
        let session = try await catalog.connector(forType: "echo").echoSession()
        let title = String(repeating: "long ", count: 800)
        let call = session.create(Array(repeating: title, count: 100))
        #expect(try await call.begin().request?.body?.count == title.utf8.count)
        let large = session.call(ConnectorOperation(.create, now: .now))
        _ = try await large.begin()
        let body = [UInt8](repeating: 0x20, count: Limits.bodyBytesMax)
        #expect(try await large.resume(HTTPResponse(status: 200, body: body)).result?.outcome == .completed)
        #expect(try await call.resume(answer("id")).result?.outcomes.count == 100)
        await catalog.shutdown()
    }

    @Test("a step through the worker takes microseconds (printed, not judged)")
    func stepTime() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog()
        let session = try await catalog.connector(forType: "echo").echoSession()
        let steps = 2_000
        let time = try await ContinuousClock().measure {
            for _ in 0..<steps { _ = try await session.call(ConnectorOperation(.check, now: .now)).begin() }
        }
        print("one step through the worker: \(time / .microseconds(1) / Double(steps)) µs")
        await catalog.shutdown()
    }
}

/// A small generator with a seed, so that a failure can be repeated (splitmix64).
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
