import PatchbayConnectors
import PatchbayModel
import TestSupport
import Testing

@Suite("The Redmine connector, in its worker", .timeLimit(.minutes(12)))
struct WorkerTests {
    private static let issue =
        #"{"issue":{"id":31,"author":{"id":5},"description":"x\r\n\r\npatchbay:11111111-1111-4111-8111-111111111111","#
        + #""status":{"id":1,"is_closed":false},"start_date":"2026-11-23","allowed_statuses":"#
        + #"[{"id":1,"is_closed":false},{"id":5,"is_closed":true}]}}"#
    private static let marker = "patchbay:" + Conversing.delivery

    /// The answer to a create.
    private static func made(_ description: String? = marker, author: Int = 5) -> HTTPResponse {
        answer(201, #"{"issue":\#(Redmine.issue(31, description, author: author))}"#)
    }

    @Test(
        """
        a create asks once whether it is of any use, and is one request with its fields in a fixed order and the \
        marker as the last line
        """
    )
    func creates() async throws {
        let conversing = try Conversing()
        let session = try await conversing.session([
            "trackerId": .integer(2), "priorityMapping": .map(["high": "3"]),
            "assigneeMapping": .map(["ann@example.com": "5"]),
        ])
        let due = DueDate(text: "2020-01-02", date: "2020-01-02", time: nil)
        let task = TrackedTask(
            id: "1", title: "a\tb \"c\"", description: "**d** 🐦\n- e", dueDate: due, assignee: "Ann@Example.com",
            priority: .high,
            labels: ["x"])
        let (requests, result) = try await session.converse(
            Conversing.operation(.create, task),
            Redmine.ready + [answer(201, Self.issue, [HTTPField("x-request-id", "r-1")])])
        #expect(requests.map(\.method) == ["GET", "GET", "POST"] && requests.map(\.effect) == [.none, .none, .once])
        #expect(requests.map(\.path) == ["/users/current.json", "/projects/demo.json", "/projects/demo/issues.json"])
        let second = try await session.converse(Conversing.operation(.create, task), [answer(201, Self.issue)])
        #expect(second.requests.count == 1 && second.result?.outcomes.first?.kind == .created)
        #expect(
            requests.last?.bodyText
                == #"{"issue":{"tracker_id":2,"subject":"a b \"c\"","description":"**d** 🐦\n- e\n\n\#(Self.marker)","#
                + #""start_date":"2020-01-02","due_date":"2020-01-02","assigned_to_id":5,"priority_id":3}}"#)
        let outcome = try #require(result?.outcomes.first)
        #expect(
            outcome.kind == .created && outcome.externalID == "31" && outcome.displayID == "#31"
                && outcome.vendorRequestID == "r-1")
        #expect(outcome.url == "http://127.0.0.1:1/redmine/issues/31")
        #expect(outcome.warnings.map(\.code) == ["labels_unsupported"])
        await conversing.catalog.shutdown()
    }

    @Test("what cannot be brought over is left out with a warning")
    func warns() async throws {
        let conversing = try Conversing()
        let task = TrackedTask(
            id: "1", title: String(repeating: "é", count: 300), assignee: "ann@example.com", priority: .low,
            labels: ["x"], status: .done)
        let (requests, result) = try await conversing.session().converse(
            Conversing.operation(.create, task), Redmine.ready + [answer(201, Self.issue)])
        #expect(requests.last?.bodyText?.contains(String(repeating: "é", count: 255) + "\"") == true)
        let codes = ["title_cut", "assignee_unmapped", "priority_unmapped", "labels_unsupported", "status_not_set"]
        #expect(result?.outcomes.first?.warnings.map(\.code) == codes)
        await conversing.catalog.shutdown()
    }

    @Test(
        "answers to a create are told apart by reading them",
        arguments: [
            (201, #"{"issue":{"id":"#, CallOutcome.protocolError), (401, "", .authFailed(.rejected)),
            (403, "", .authFailed(.forbidden)),
            (404, "", .refused), (412, "", .refused), (404, "<html></html>", .protocolError),
            (403, "<html></html>", .protocolError),
            (429, "<html></html>", .throttled(RetryTime(after: .seconds(7)))),
            (503, "<html></html>", .vendorFault(RetryTime(after: .seconds(7)))),
            (302, "", .protocolError), (422, #"{"errors":["Due date is not a valid date"]}"#, .completed),
            (409, "", .completed),
            (422, #"{"errors":[]}"#, .completed),
        ])
    func refusals(_ status: Int, _ body: String, _ outcome: CallOutcome) async throws {
        let conversing = try Conversing()
        let (_, result) = try await conversing.session().converse(
            Conversing.operation(.create, TrackedTask(id: "1", title: "a")),
            Redmine.ready
                + [answer(status, body, ["3", "7", "soon"].map { HTTPField("retry-after", $0) })])
        #expect(result?.outcome == outcome, "\(String(describing: result))")
        if status == 422, body.contains("Due") {
            let task = result?.outcomes.first
            #expect(
                task?.kind == .refused && task?.field == "dueDate" && task?.message == "Due date is not a valid date")
        }
        // Two changes at once: Redmine has no words for it, and takes the same request later.
        if status == 409 || body == #"{"errors":[]}"# { #expect(result?.outcomes.map(\.kind) == [.deferred]) }
        await conversing.catalog.shutdown()
    }

    @Test("an issue that was made without its marker is told of at once")
    func markerless() async throws {
        let conversing = try Conversing()
        let operation = Conversing.operation(.create, TrackedTask(id: "1", title: "a", description: "d"))
        let (_, result) = try await conversing.session().converse(operation, Redmine.ready + [Self.made(nil)])
        let outcome = try #require(result?.outcomes.first)
        #expect(outcome.kind == .created && outcome.externalID == "31" && outcome.markerIsMissing)
        #expect(
            outcome.warnings.map(\.code) == ["marker_missing"]
                && outcome.warnings.first?.text.contains("read-only") == true)
        let kept = try await conversing.session().converse(
            operation, Redmine.ready + [Self.made("d\\r\\n\\r\\n" + Self.marker)])
        #expect(kept.result?.outcomes.first?.markerIsMissing == false && kept.result?.outcomes.first?.warnings == [])
        await conversing.catalog.shutdown()
    }

    @Test("what was made as by a guest, or by somebody else, is not delivered")
    func makers() async throws {
        let conversing = try Conversing()
        let operation = Conversing.operation(.create, TrackedTask(id: "1", title: "a"))
        let session = try await conversing.session()
        let guest = try await session.converse(operation, Redmine.ready + [Self.made(author: 4), answer(401, "")])
        #expect(
            guest.requests.map(\.method) == ["GET", "GET", "POST", "GET"]
                && guest.requests.map(\.effect) == [.none, .none, .once, .none])
        #expect(guest.requests.last?.path == "/users/current.json" && guest.result?.outcome == .authFailed(.rejected))
        #expect(guest.result?.message?.contains("#31") == true, "\(guest.result?.message ?? "")")
        let switched = try await session.converse(operation, Redmine.ready + [Self.made(author: 4), Redmine.alice])
        #expect(switched.result?.outcome == .authFailed(.rejected))
        // The key is another user's since the last check: Redmine says who that is.
        let other = try await conversing.session(account: "9").converse(operation, Redmine.ready + [Self.made()])
        #expect(other.result?.outcomes.map(\.kind) == [.created])
        // Where Redmine did not say before whose key it is, it is asked when an issue was made.
        let untold = try await conversing.session(account: nil).converse(
            operation, [answer(200, "{}"), Redmine.project, Self.made(), Redmine.alice])
        #expect(untold.requests.count == 4 && untold.result?.outcomes.map(\.kind) == [.created])
        let first = try await conversing.session(account: nil).converse(operation, Redmine.ready + [Self.made()])
        #expect(first.requests.count == 3 && first.result?.outcomes.map(\.kind) == [.created])
        await conversing.catalog.shutdown()
    }

    @Test("an issue that has another task's marker is never taken for this task's")
    func numbersAgain() async throws {
        let conversing = try Conversing()
        let session = try await conversing.session()
        let task = TrackedTask(id: "1", title: "new")
        let another = "patchbay:22222222-2222-4222-8222-222222222222"
        func fetch(_ description: String?) async throws -> TaskOutcome? {
            let list = Redmine.list(Redmine.issue(31, description))
            return try await session.converse(Conversing.operation(.fetch, task, externalID: "31"), [list]).result?
                .outcomes.first
        }
        func update(_ description: String?) async throws -> CallResult? {
            let issue = answer(200, #"{"issue":\#(Redmine.issue(31, description))}"#)
            let operation = Conversing.operation(.update, task, externalID: "31", changes: .title)
            return try await session.converse(operation, [issue, answer(204, "")]).result
        }
        let taken = try await fetch(another)
        #expect(
            taken?.kind == .notFound && taken?.isExhaustive == false
                && taken?.warnings.map(\.code) == ["made_for_another_task"])
        let refused = try await update(another)?.outcomes.first
        #expect(refused?.kind == .refused && refused?.code == "made_for_another_task")
        // A person may have taken the line away, or it is an issue that Patchbay did not make.
        let bare = try await fetch("see patchbay: the manual")
        #expect(bare?.kind == .found && bare?.warnings.map(\.code) == ["marker_gone"])
        #expect(try await update(nil)?.outcomes.first?.warnings.map(\.code) == ["marker_gone"])
        let own = try await fetch("\(another)\\r\\n\(Self.marker)")
        #expect(own?.kind == .found && own?.warnings == [])
        await conversing.catalog.shutdown()
    }

    @Test("a create whose body is cut off is known by its Location")
    func location() async throws {
        let conversing = try Conversing()
        let (_, result) = try await conversing.session().converse(
            Conversing.operation(.create, TrackedTask(id: "1", title: "a")),
            Redmine.ready + [
                answer(201, "{\"iss", [HTTPField("location", "http://127.0.0.1:1/redmine/issues/44")]), Redmine.alice,
            ])
        #expect(result?.outcomes.first?.externalID == "44")
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
        #expect(
            requests.map(\.path) == ["/issues/31.json", "/issues/31.json"]
                && requests.map(\.effect) == [.none, .repeatable])
        #expect(
            requests.last?.bodyText
                == #"{"issue":{"subject":"new","start_date":"2026-01-01","due_date":"2026-01-01","status_id":5}}"#)
        #expect(
            result?.outcomes.first?.kind == .updated && result?.outcomes.first?.warnings.map(\.code) == ["start_moved"])
        let gone = try await session.converse(operation, [answer(404, "")])
        #expect(gone.result?.outcomes.map(\.kind) == [.notFound])
        let labels = Conversing.operation(
            .update, TrackedTask(id: "1", title: "a", labels: ["x"]), externalID: "31", changes: [.labels])
        let nothing = try await session.converse(labels, [answer(200, Self.issue)])
        #expect(nothing.result?.outcomes.map(\.kind) == [.unchanged])
        await conversing.catalog.shutdown()
    }

    @Test(
        "settings that it alone can judge are refused by name",
        arguments: [
            ("assigneeMapping", SettingValue.map(["a@example.com": "ann"])),
            ("priorityMapping", .map(["high": "High"])),
            ("priorityMapping", .map(["huge": "3"])), ("trackerId", .integer(-1)),
        ])
    func settings(_ name: String, _ value: SettingValue) async throws {
        let conversing = try Conversing()
        let error = await #expect(throws: ConnectorError.self) { _ = try await conversing.session([name: value]) }
        #expect(error?.code == .settingsInvalid)
        await conversing.catalog.shutdown()
    }
}
