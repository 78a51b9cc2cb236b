import Foundation
import PatchbayConnectors
import PatchbayModel
import Testing

@Suite("The example connector in C")
struct ExampleTests {
    /// Builds it by the command that the page gives.
    private func built() async throws -> Workshop {
        let shop = try Workshop()
        let page = try String(contentsOf: Workshop.root.appendingPathComponent("docs/connectors.md"), encoding: .utf8)
        let command = try #require(page.split(separator: "\n").first { $0.hasPrefix("cc ") })
        let words = command.split(separator: " ").map(String.init)
        let place = try #require(words.firstIndex(of: "tasklist.so"))
        try await shop.run(
            words[..<place] + [shop.plugins.appendingPathComponent("tasklist.so").path] + words[(place + 1)...])
        return shop
    }

    private func create(_ title: String, list: String = "house", in catalog: ConnectorCatalog) async throws
        -> ConnectorCall
    {
        let session = try await catalog.connector(forType: "tasklist").open(
            ConnectorOpening(settings: ["list": .text(list)]))
        let due = DueDate(text: "2026-08-01", date: "2026-08-01", time: nil)
        let task = OperationTask(task: TrackedTask(id: "1", title: title, dueDate: due), deliveryID: "d-1")
        return session.call(ConnectorOperation(.create, now: .now, tasks: [task]))
    }

    @Test("compiles by the command on its page, is listed, and is routed to")
    func listed() async throws {
        let shop = try await built()
        let catalog = shop.catalog()
        let reports = try await catalog.list()
        #expect(reports.map(\.refusal) == [nil])
        let descriptor = try #require(reports.first?.descriptor)
        #expect(descriptor.integrationTypes == ["tasklist"])
        #expect(descriptor.createRepeatable)
        await catalog.shutdown()
    }

    @Test("asks for valid JSON whatever the title holds, and reports the id that the service gives")
    func creates() async throws {
        let shop = try await built()
        let catalog = shop.catalog()
        let title = "say \"hi\" \\ \u{1}\n to Zoë 🐦"
        let call = try await create(title, in: catalog)
        let request = try #require(try await call.begin().request)
        #expect(request.effect == .repeatable)
        #expect(request.headers == [HTTPField("Content-Type", "application/json")])
        let body = try JSONDecoder().decode([String: String].self, from: Data(try #require(request.body)))
        #expect(body == ["key": "d-1", "list": "house", "title": title, "due": "2026-08-01"])
        let result = try await call.resume(HTTPResponse(status: 201, body: Array("{\"id\":\"T-9\",\"more\":1}".utf8)))
            .result
        #expect(result?.outcomes.map(\.kind) == [.created])
        #expect(result?.outcomes.map(\.externalID) == ["T-9"])
        await catalog.shutdown()
    }

    @Test(
        "tells the service's refusals apart",
        arguments: [
            (401, CallOutcome.authFailed(.rejected)), (404, .refused), (429, .throttled(RetryTime())),
            (503, .vendorFault(RetryTime())),
            (302, .protocolError), (201, .protocolError), (400, .completed),
        ])
    func refusals(_ status: Int, _ outcome: CallOutcome) async throws {
        let shop = try await built()
        let catalog = shop.catalog()
        let call = try await create("a", in: catalog)
        _ = try await call.begin()
        let result = try await call.resume(HTTPResponse(status: status, body: Array("no good".utf8))).result
        #expect(result?.outcome == outcome)
        #expect(result?.message == "no good")
        #expect(result?.outcomes.map(\.kind) == (status == 400 ? [.refused] : []))
        await catalog.shutdown()
    }

    @Test("refuses what it alone can know: a title or a list's name that is too long")
    func tooLong() async throws {
        let shop = try await built()
        let catalog = shop.catalog()
        let call = try await create(String(repeating: "x", count: 8_000), in: catalog)
        let result = try await call.begin().result
        #expect(result?.outcomes.map(\.field) == ["title"])
        let error = try await connectorError {
            _ = try await create("a", list: String(repeating: "l", count: 65), in: catalog)
        }
        #expect(error.code == .settingsInvalid)
        await catalog.shutdown()
    }
}
