import Foundation
import PatchbayModel
import Testing

@testable import PatchbayConnectors

/// Whose data meets in one process.
@Suite("A stranger's worker", .timeLimit(.minutes(5)))
struct HolderTests {
    /// What the connector sends for each call, in order: it takes along what it saw in the call before.
    private func told(_ connector: Connector, _ calls: [(holder: String, title: String)]) async throws -> [String] {
        var told: [String] = []
        for (holder, title) in calls {
            let session = try await connector.open(Self.opening(holder))
            let call = session.create(title)
            told.append(String(decoding: try await call.begin().request?.body ?? [], as: UTF8.self))
            _ = try await call.resume(answer("id"))
        }
        return told
    }

    private static func opening(_ holder: String) -> ConnectorOpening {
        ConnectorOpening(settings: ["project": .text("p")], holder: holder)
    }

    @Test("holds one token's data alone, and is kept for that token; an approved one is shared")
    func apart() async throws {
        let shop = try Workshop()
        try await shop.hostile("carry", .begin)
        let calls = [("one", "a"), ("two", "b"), ("one", "c"), ("two", "d")]
        let home = shop.home
        let catalog = shop.catalog(home: home)
        let stranger = try await catalog.connector(forType: "echo")
        #expect(stranger.isStranger)
        #expect(try await told(stranger, calls) == ["a, after ", "b, after ", "c, after a", "d, after b"])
        #expect(await stranger.shelf.count == 2)
        await catalog.shutdown()

        _ = try PluginTrust(home: home).approve(shop.plugins.appendingPathComponent("hostile.so").path)
        let second = shop.catalog(home: home)
        let approved = try await second.connector(forType: "echo")
        #expect(!approved.isStranger)
        #expect(try await told(approved, calls) == ["a, after ", "b, after a", "c, after b", "d, after c"])
        #expect(await approved.shelf.count == 1)
        await second.shutdown()
    }

    @Test("one more than the most takes the place of the one that has been idle longest, whose session goes on anew")
    func many() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog()
        let connector = try await catalog.connector(forType: "echo")
        var sessions: [ConnectorSession] = []
        for number in 0...Limits.strangerWorkersMax {
            sessions.append(try await connector.open(Self.opening("\(number)")))
            let count = await connector.shelf.count
            #expect(count == min(number + 1, Limits.strangerWorkersMax))
        }
        // The first one's was ended; it does not notice, and the second one's makes room.
        for number in [0, 2, 0] {
            let call = sessions[number].create("t\(number)")
            _ = try await call.begin()
            #expect(try await call.resume(answer("id")).result?.outcomes.first?.externalID == "id:t\(number)")
            #expect(await connector.shelf.count == Limits.strangerWorkersMax)
        }
        await catalog.shutdown()
    }

    @Test("is waited for while all are at work, and what is at work is not ended")
    func busy() async throws {
        let shop = try Workshop()
        try await shop.echo()
        let catalog = shop.catalog()
        let connector = try await catalog.connector(forType: "echo")
        var calls: [ConnectorCall] = []
        for number in 0..<Limits.strangerWorkersMax {
            let call = try await connector.open(Self.opening("\(number)")).create("t\(number)")
            _ = try await call.begin()
            calls.append(call)
        }
        let late = Task { try await connector.open(Self.opening("late")) }
        let hopeless = Task { try await connector.open(Self.opening("hopeless")) }
        hopeless.cancel()
        let error = try await connectorError { _ = try await hopeless.value }
        #expect(error.code == .cancelled)
        #expect(await connector.shelf.count == Limits.strangerWorkersMax)
        // One comes to its end, and only its worker makes room.
        _ = try await calls[7].resume(answer("id"))
        let call = try await late.value.create("late")
        _ = try await call.begin()
        for number in calls.indices where number != 7 {
            let result = try await calls[number].resume(answer("id")).result
            #expect(result?.outcomes.first?.externalID == "id:t\(number)")
        }
        #expect(try await call.resume(answer("id")).result?.outcomes.first?.externalID == "id:late")
        await catalog.shutdown()
    }
}
