import LinearConnector
import PatchbayConnectorKit
import Testing

@Suite("Linear") struct LinearTests {
    func harness(defaultState: String? = nil) throws -> ConnectorHarness<LinearConnector> {
        var settings = Trying.linearSettings
        if let defaultState { settings["defaultStateId"] = .text(defaultState) }
        return try ConnectorHarness(LinearConnector.self, Opening(settings: settings, tokenKind: "api-key"))
    }

    let labels = Trying.answer(
        200,
        #"""
        {"data":{"issueLabels":{"nodes":[{"id":"l-0","name":"Ops","isGroup":true},{"id":"l-9","name":"ops",
        "team":{"id":"other"}},{"id":"l-2","name":"ops","team":null},{"id":"l-1","name":"ops","isGroup":false,
        "team":{"id":"9cfb482a-81e3-4154-b5b9-2c805e70a02d"}}],"pageInfo":{"hasNextPage":false,"endCursor":null}}}}
        """#
    )
    let states = Trying.answer(
        200,
        #"""
        {"data":{"workflowStates":{"nodes":[{"id":"s-2","name":"Done","type":"completed","position":2},{"id":"s-1",
        "name":"Todo","type":"unstarted","position":1}],"pageInfo":{"hasNextPage":false}}}}
        """#
    )

    static func issue(_ number: Int, url: String) -> String {
        "{\"id\":\"\(Trying.id(number))\",\"identifier\":\"ENG-\(number)\",\"url\":\"\(url)\"}"
    }

    func made(_ numbers: [Int]) -> Response {
        let issues = numbers.map {
            Self.issue($0, url: "https://linear.app/x/issue/ENG-\($0)")
        }
        return Trying.answer(
            200, "{\"data\":{\"issueBatchCreate\":{\"success\":true,\"issues\":[\(issues.joined(separator: ","))]}}}",
            [
                ("x-ratelimit-requests-limit", "2500"), ("x-ratelimit-requests-remaining", "2499"),
                ("x-ratelimit-requests-reset", "1778493600000"),
            ])
    }

    func error(
        _ message: String, code: String, type: String, status: Int = 200, _ headers: [(String, String)] = []
    ) -> Response {
        Trying.answer(
            status,
            #"""
            {"errors":[{"message":"\#(message)","extensions":{"type":"\#(type)","code":"\#(code)","userError":true}}],\#
            "data":null}
            """#,
            headers)
    }

    var conflict: Response {
        error("conflict on insert of Issue", code: "INPUT_ERROR", type: "invalid input", status: 400)
    }

    @Test("a task goes with everything Linear takes")
    func full() throws {
        let trace = try harness(defaultState: "s-9").call(.create, [Trying.full()], answers: [labels, made([1])])
        #expect(trace.requests.allSatisfy { $0.path == "/graphql" && $0.method == "POST" })
        #expect(trace.requests.map(\.effect) == [.none, .once])
        #expect(
            trace.requests[1].value["variables"]?["input"]?["issues"]?[0] == [
                "id": .string(Trying.id(1)), "teamId": "9cfb482a-81e3-4154-b5b9-2c805e70a02d",
                "title": "Send the minutes",
                "description": "First line\nsecond line\n\nNew paragraph", "dueDate": "2026-05-11",
                "assigneeId": "user-33", "priority": 2,
                "labelIds": ["l-1"], "stateId": "s-9",
            ])
        let outcome = try #require(trace.outcomes.first)
        #expect(outcome.kind == .created && outcome.displayId == "ENG-1" && trace.warnings() == ["label_missing"])
        #expect(
            trace.budgetFacts == [
                BudgetFact("requests", limit: 2_500, remaining: 2_499, resetsUnixMs: 1_778_493_600_000)
            ])
    }

    @Test("a done task gets the team's completed state")
    func done() throws {
        var task = Trying.plain()
        task.done = true
        let trace = try harness().call(.create, [task], answers: [states, made([1])])
        #expect(trace.requests[1].value["variables"]?["input"]?["issues"]?[0]?["stateId"] == "s-2")
    }

    @Test("issues are matched by their ids, whatever their order; one that is missing is unknown")
    func matching() throws {
        let trace = try harness().call(.create, (1...3).map(Trying.plain), answers: [made([3, 1])])
        #expect(trace.outcomes.map(\.kind) == [.created, .unknown, .created])
        #expect(trace.outcomes.map(\.displayId) == ["ENG-1", nil, "ENG-3"])
    }

    @Test("a refused batch is to be split, a refused task is refused")
    func refused() throws {
        let answer = error("Argument Validation Error", code: "INPUT_ERROR", type: "invalid input")
        #expect(
            try harness().call(.create, [Trying.plain(1), Trying.plain(2)], answers: [answer]).failure?.kind == .split)
        let one = try harness().call(.create, [Trying.plain()], answers: [answer]).outcomes.first
        #expect(one?.kind == .refused && one?.code == "INPUT_ERROR" && one?.message == "Argument Validation Error")
    }

    static let people = (1...3).map { "1e6f3a52-0000-4000-8000-00000000000\($0)" }

    /// A connector that maps three people, and tasks for them.
    func mapped() throws -> (ConnectorHarness<LinearConnector>, [ConnectorTask]) {
        var settings = Trying.linearSettings
        let names = ["ann", "bob", "cat"].map { $0 + "@example.org" }
        settings["assigneeMapping"] = .map(Dictionary(uniqueKeysWithValues: zip(names, Self.people)))
        let tasks = zip(1..., names).map { number, name in
            var task = Trying.plain(number)
            task.assignee = name
            return task
        }
        return (try ConnectorHarness(LinearConnector.self, Opening(settings: settings, tokenKind: "api-key")), tasks)
    }

    func users(_ rows: String) -> Response {
        Trying.answer(200, "{\"data\":{\"users\":{\"nodes\":[\(rows)],\"pageInfo\":{\"hasNextPage\":false}}}}")
    }

    func user(_ place: Int, active: Bool = true, assignable: Bool = true) -> String {
        #"{"id":"\#(Self.people[place].uppercased())","active":\#(active),"isAssignable":\#(assignable)}"#
    }

    func sent(_ trace: ConnectorHarness<LinearConnector>.Trace) -> [String?] {
        trace.requests.last?.value["variables"]?["input"]?["issues"]?.elements.map { $0["assigneeId"]?.text } ?? []
    }

    @Test("those who are mapped are asked about once, and whoever left is not sent")
    func asksWhoIsThere() throws {
        let (harness, tasks) = try mapped()
        let first = harness.call(
            .create, [tasks[0]], answers: [users([user(0), user(1, active: false)].joined(separator: ",")), made([1])])
        #expect(first.requests[0].value["variables"]?["ids"] == .array(Self.people.map { .string($0) }))
        #expect(sent(first) == [Self.people[0]] && first.warnings().isEmpty)
        let second = harness.call(.create, tasks, answers: [made([1, 2, 3])])
        #expect(sent(second) == [Self.people[0], nil, nil])
        #expect((0...2).map(second.warnings) == [[], ["assignee_refused"], ["assignee_refused"]])
    }

    @Test(
        """
        a refusal that speaks of the assignee is learnt from where it is plain who is meant; otherwise they are asked \
        about again
        """
    )
    func learns() throws {
        let (harness, tasks) = try mapped()
        let refusal = error("Entity not found: User", code: "INPUT_ERROR", type: "invalid input")
        // Nobody is seen: this account may not see users.
        #expect(harness.call(.create, tasks, answers: [users(""), refusal]).failure?.kind == .split)
        #expect(harness.call(.create, tasks, answers: [users("")]).requests.count == 2)
        let one = harness.call(.create, [tasks[1]], answers: [refusal])
        #expect(one.outcomes.map(\.kind) == [.deferred] && one.outcomes.first?.code == "again")
        let again = harness.call(.create, [tasks[1]], answers: [made([2])])
        #expect(sent(again) == [nil] && again.warnings() == ["assignee_refused"])
        // Somebody who was there a moment ago.
        let (other, more) = try mapped()
        _ = other.call(.create, more, answers: [users((0...2).map { user($0) }.joined(separator: ",")), refusal])
        let asked = other.call(
            .create, more, answers: [users([user(0), user(2)].joined(separator: ",")), made([1, 2, 3])])
        #expect(sent(asked) == [Self.people[0], nil, Self.people[2]])
    }

    @Test(
        "no answer to the question who is there keeps a task back; only to be slow, or another token, does",
        arguments: [400, 403, 404, 500, 200])
    func askedInVain(status: Int) throws {
        let (harness, tasks) = try mapped()
        let trace = harness.call(
            .create, tasks, answers: [Trying.answer(status, #"{"message":"no"}"#), made([1, 2, 3])])
        #expect(sent(trace) == Self.people && trace.outcomes.map(\.kind) == [.created, .created, .created])
        #expect(harness.call(.create, tasks).requests.first?.effect == (status == 500 ? Request.Effect.none : .once))
        for (status, kind) in [(401, CallFailure.Kind.authFailed), (429, .throttled)] {
            #expect(try mapped().0.call(.create, tasks, answers: [Trying.answer(status, "{}")]).failure?.kind == kind)
        }
    }

    @Test("errors beside data leave it open what was done")
    func dataAndErrors() throws {
        let answer = Trying.answer(
            200,
            #"""
            {"data":{"issueBatchCreate":{"success":true,"issues":[]}},"errors":[{"message":"x",\#
            "extensions":{"code":"INPUT_ERROR"}}]}
            """#
        )
        #expect(try harness().call(.create, [Trying.plain()], answers: [answer]).failure?.kind == .protocolError)
        let none = Trying.answer(
            200, #"{"data":{"issueBatchCreate":null},"errors":[{"message":"x","extensions":{"code":"INPUT_ERROR"}}]}"#)
        #expect(try harness().call(.create, [Trying.plain()], answers: [none]).outcomes.first?.kind == .refused)
    }

    @Test(
        "errors that are none, or of an unknown shape, do not hide the data",
        arguments: ["null", "[]", "7", #"{"message":"x"}"#, "[7]"])
    func noErrors(errors: String) throws {
        let issue = #"{"id":"\#(Trying.id(1))","identifier":"ENG-1","url":"https://l/1"}"#
        let answer = Trying.answer(
            200, #"{"errors":\#(errors),"data":{"issueBatchCreate":{"success":true,"issues":[\#(issue)]}}}"#)
        #expect(try harness().call(.create, [Trying.plain()], answers: [answer]).outcomes.first?.kind == .created)
    }

    @Test("a create that meets its own id is found, never made twice and never refused")
    func meetsItself() throws {
        let issue = Trying.answer(
            200,
            "{\"data\":{\"issues\":{\"nodes\":[\(Self.issue(1, url: "https://l/1"))]}}}"
        )
        let found = try harness().call(.create, [Trying.plain()], answers: [conflict, issue])
        #expect(found.outcomes.first?.kind == .found && found.requests.map(\.effect) == [.once, .none])
        let hidden = try harness().call(.create, [Trying.plain()], answers: [conflict, Response(status: 503)])
        #expect(hidden.outcomes.first?.kind == .unknown)
        #expect(
            try harness().call(.create, [Trying.plain(1), Trying.plain(2)], answers: [conflict]).failure?.kind == .split
        )
    }

    @Test(
        "errors are read, whatever the status",
        arguments: [
            (200, "RATELIMITED", "ratelimited", CallFailure.Kind.throttled, CallFailure.AuthReason?.none),
            (400, "RATELIMITED", "ratelimited", .throttled, nil),
            (400, "AUTHENTICATION_ERROR", "authentication error", .authFailed, .rejected),
            (200, "FORBIDDEN", "forbidden", .authFailed, .forbidden),
            (403, "FEATURE_NOT_ACCESSIBLE", "feature not accessible", .authFailed, .forbidden),
            (500, "GRAPHQL_VALIDATION_FAILED", "graphql error", .refused, nil),
            (200, "", "internal error", .vendorFault, nil),
            (200, "", "lock timeout", .vendorFault, nil),
        ])
    func failures(status: Int, code: String, type: String, kind: CallFailure.Kind, reason: CallFailure.AuthReason?)
        throws
    {
        let headers = [
            ("x-ratelimit-requests-remaining", "0"), ("x-ratelimit-requests-reset", "1778493600000"),
            ("x-ratelimit-complexity-remaining", "5"), ("x-ratelimit-complexity-reset", "1778499999999"),
            ("x-request-id", "q"),
        ]
        let answer = error("words", code: code, type: type, status: status, headers)
        let failure = try #require(try harness().call(.create, [Trying.plain()], answers: [answer]).failure)
        #expect(
            failure.kind == kind && failure.authReason == reason && failure.message == "words"
                && failure.vendorRequestId == "q")
        if kind == .throttled { #expect(failure.retryAtUnixMs == 1_778_493_600_000) }
    }

    @Test(
        "a status alone decides only where there are no errors to read",
        arguments: [(401, CallFailure.Kind.authFailed), (429, .throttled), (502, .vendorFault), (404, .protocolError)])
    func withoutErrors(status: Int, kind: CallFailure.Kind) throws {
        let answer = Trying.answer(status, "<html>", [("retry-after", "7")])
        let failure = try #require(try harness().call(.create, [Trying.plain()], answers: [answer]).failure)
        #expect(failure.kind == kind && (kind != .throttled || failure.retryAfterMs == 7_000))
    }

    @Test("no damaged answer is taken for success", arguments: Trying.damaged.indices)
    func damaged(place: Int) throws {
        for operation in Operation.allCases {
            var task = Trying.plain()
            task.changes = .title
            let trace = try harness().call(operation, [task]) { _ in Trying.damaged[place] }
            #expect(trace.failure?.kind == .protocolError, "\(operation)")
        }
    }

    @Test("a lost issue is found by its own id, archived or not")
    func find() throws {
        let answer = Trying.answer(
            200,
            "{\"data\":{\"issues\":{\"nodes\":[\(Self.issue(2, url: "https://l/2"))],"
                + "\"pageInfo\":{\"hasNextPage\":false,\"endCursor\":null}}}}")
        let trace = try harness().call(.find, [Trying.plain(1), Trying.plain(2)], answers: [answer])
        #expect(trace.outcomes.map(\.kind) == [.notFound, .found] && trace.outcomes[0].exhaustive)
        #expect(trace.requests[0].value["variables"]?["ids"] == [.string(Trying.id(1)), .string(Trying.id(2))])
    }
}
