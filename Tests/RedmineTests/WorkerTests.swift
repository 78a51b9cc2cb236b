import PatchbayConnectors
import PatchbayModel
import TestSupport
import Testing

@Suite("The Redmine connector, in its worker", .timeLimit(.minutes(12)))
struct WorkerTests {
    private static let issue =
        #"{"issue":{"id":31,"status":{"id":1,"is_closed":false},"start_date":"2026-11-23","allowed_statuses":"#
        + #"[{"id":1,"is_closed":false},{"id":5,"is_closed":true}]}}"#
    private static let empty = answer(200, #"{"issues":[],"total_count":0}"#)

    private static func listed(_ description: String, id: Int = 31, total: Int = 1) -> HTTPResponse {
        answer(200, #"{"issues":[{"id":\#(id),"description":"\#(description)"}],"total_count":\#(total)}"#)
    }

    @Test("a create is one request with its fields in a fixed order and the marker as the last line")
    func creates() async throws {
        let conversing = try Conversing()
        let session = try await conversing.session([
            "trackerId": .integer(2), "priorityMapping": .map(["high": "3"]), "assigneeMapping": .map(["ann@example.com": "5"]),
        ])
        let due = DueDate(text: "2020-01-02", date: "2020-01-02", time: nil)
        let task = TrackedTask(
            id: "1", title: "a\tb \"c\"", description: "**d** 🐦\n- e", dueDate: due, assignee: "Ann@Example.com", priority: .high,
            labels: ["x"])
        let (requests, result) = try await session.converse(
            Conversing.operation(.create, task), [answer(201, Self.issue, [HTTPField("x-request-id", "r-1")])])
        #expect(requests.map(\.method) == ["POST"] && requests.map(\.effect) == [.once])
        #expect(requests.first?.path == "/projects/demo/issues.json")
        let marker = "patchbay:" + Conversing.delivery
        #expect(
            requests.first?.bodyText == #"{"issue":{"tracker_id":2,"subject":"a b \"c\"","description":"**d** 🐦\n- e\n\n\#(marker)","#
                + #""start_date":"2020-01-02","due_date":"2020-01-02","assigned_to_id":5,"priority_id":3}}"#)
        let outcome = try #require(result?.outcomes.first)
        #expect(outcome.kind == .created && outcome.externalID == "31" && outcome.displayID == "#31" && outcome.vendorRequestID == "r-1")
        #expect(outcome.url == "http://127.0.0.1:1/redmine/issues/31")
        #expect(outcome.warnings.map(\.code) == ["labels_unsupported"])
        await conversing.catalog.shutdown()
    }

    @Test("what cannot be brought over is left out with a warning")
    func warns() async throws {
        let conversing = try Conversing()
        let task = TrackedTask(
            id: "1", title: String(repeating: "é", count: 300), assignee: "ann@example.com", priority: .low, labels: ["x"], status: .done)
        let (requests, result) = try await conversing.session().converse(
            Conversing.operation(.create, task), [answer(201, Self.issue)])
        #expect(requests.first?.bodyText?.contains(String(repeating: "é", count: 255) + "\"") == true)
        let codes = ["title_cut", "assignee_unmapped", "priority_unmapped", "labels_unsupported", "status_not_set"]
        #expect(result?.outcomes.first?.warnings.map(\.code) == codes)
        await conversing.catalog.shutdown()
    }

    @Test(
        "answers to a create are told apart by reading them",
        arguments: [
            (201, #"{"issue":{"id":"#, CallOutcome.protocolError), (401, "", .authFailed(.rejected)), (403, "", .authFailed(.forbidden)),
            (404, "", .refused), (412, "", .refused), (404, "<html></html>", .protocolError), (403, "<html></html>", .protocolError),
            (429, "<html></html>", .throttled(RetryTime(after: .seconds(7)))),
            (503, "<html></html>", .vendorFault(RetryTime(after: .seconds(7)))),
            (302, "", .protocolError), (422, #"{"errors":["Due date is not a valid date"]}"#, .completed), (409, "", .completed),
        ])
    func refusals(_ status: Int, _ body: String, _ outcome: CallOutcome) async throws {
        let conversing = try Conversing()
        let (_, result) = try await conversing.session().converse(
            Conversing.operation(.create, TrackedTask(id: "1", title: "a")), [answer(status, body, [HTTPField("retry-after", "7")])])
        #expect(result?.outcome == outcome, "\(String(describing: result))")
        if status == 422 {
            let task = result?.outcomes.first
            #expect(task?.kind == .refused && task?.field == "dueDate" && task?.message == "Due date is not a valid date")
        }
        if status == 409 { #expect(result?.outcomes.map(\.kind) == [.deferred]) }
        await conversing.catalog.shutdown()
    }

    @Test("a create whose body is cut off is known by its Location")
    func location() async throws {
        let conversing = try Conversing()
        let (_, result) = try await conversing.session().converse(
            Conversing.operation(.create, TrackedTask(id: "1", title: "a")),
            [answer(201, "{\"iss", [HTTPField("location", "http://127.0.0.1:1/redmine/issues/44")])])
        #expect(result?.outcomes.first?.externalID == "44")
        await conversing.catalog.shutdown()
    }

    @Test("a look-up asks the project and then everywhere, and is sure only when it has read all there is")
    func finds() async throws {
        let conversing = try Conversing()
        let session = try await conversing.session()
        let operation = Conversing.operation(.find, TrackedTask(id: "1", title: "a"))
        let marker = "patchbay:" + Conversing.delivery
        let hit = try await session.converse(operation, [Self.listed("x\\r\\n\\r\\n\(marker)")])
        #expect(hit.result?.outcomes.first?.kind == .found && hit.result?.outcomes.first?.externalID == "31")
        #expect(hit.requests.first?.path == "/projects/demo/issues.json")
        let wanted = ["limit=25", "offset=0", "status_id=*", "sort=id", "description=~" + marker, "created_on=>=2026-11-17T11:04:40Z"]
        #expect(hit.requests.first?.queryTexts == wanted)
        let miss = try await session.converse(operation, [Self.empty, Self.empty])
        #expect(miss.requests.map(\.path) == ["/projects/demo/issues.json", "/issues.json"])
        #expect(miss.result?.outcomes.first?.kind == .notFound && miss.result?.outcomes.first?.isExhaustive == true)
        // A server that does not compare gives other issues too, page after page.
        let paged = try await session.converse(
            operation, [Self.listed("other", id: 1, total: 2), Self.listed("other", id: 2, total: 2), Self.empty])
        #expect(paged.requests.map { $0.queryTexts[1] } == ["offset=0", "offset=1", "offset=0"])
        #expect(paged.result?.outcomes.first?.isExhaustive == true)
        // Issues that went away meanwhile have moved others past the place that is read.
        let moving = try await session.converse(
            operation, [Self.listed("other", id: 1, total: 3), Self.listed("other", id: 3, total: 2), Self.empty])
        #expect(moving.result?.outcomes.first?.isExhaustive == false)
        let unreadable = try await session.converse(operation, [answer(200, #"{"issues":[{"id":1}],"total_count":1}"#), Self.empty])
        #expect(unreadable.result?.outcomes.first?.isExhaustive == false)
        await conversing.catalog.shutdown()
    }

    @Test("an update reads the issue, changes in one request what changed, and takes a status that the workflow allows")
    func updates() async throws {
        let conversing = try Conversing()
        let session = try await conversing.session()
        let due = DueDate(text: "2026-01-01", date: "2026-01-01", time: nil)
        let task = TrackedTask(id: "1", title: "new", dueDate: due, status: .done)
        let operation = Conversing.operation(.update, task, externalID: "31", changes: [.title, .due, .status])
        let (requests, result) = try await session.converse(operation, [answer(200, Self.issue), answer(204, "")])
        #expect(requests.map(\.path) == ["/issues/31.json", "/issues/31.json"] && requests.map(\.effect) == [.none, .repeatable])
        #expect(
            requests.last?.bodyText == #"{"issue":{"subject":"new","start_date":"2026-01-01","due_date":"2026-01-01","status_id":5}}"#)
        #expect(result?.outcomes.first?.kind == .updated && result?.outcomes.first?.warnings.map(\.code) == ["start_moved"])
        let gone = try await session.converse(operation, [answer(404, "")])
        #expect(gone.result?.outcomes.map(\.kind) == [.notFound])
        let labels = Conversing.operation(.update, TrackedTask(id: "1", title: "a", labels: ["x"]), externalID: "31", changes: [.labels])
        let nothing = try await session.converse(labels, [answer(200, Self.issue)])
        #expect(nothing.result?.outcomes.map(\.kind) == [.unchanged])
        await conversing.catalog.shutdown()
    }

    @Test(
        "settings that it alone can judge are refused by name",
        arguments: [
            ("assigneeMapping", SettingValue.map(["a@example.com": "ann"])), ("priorityMapping", .map(["high": "High"])),
            ("priorityMapping", .map(["huge": "3"])), ("trackerId", .integer(-1)),
        ])
    func settings(_ name: String, _ value: SettingValue) async throws {
        let conversing = try Conversing()
        let error = await #expect(throws: ConnectorError.self) { _ = try await conversing.session([name: value]) }
        #expect(error?.code == .settingsInvalid)
        await conversing.catalog.shutdown()
    }
}
