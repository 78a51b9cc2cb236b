import JiraConnector
import PatchbayConnectorKit
import Testing

@Suite("Jira") struct JiraTests {
    func harness(_ kind: String = "api-key", facts: [String: String] = [:]) throws -> ConnectorHarness<
        JiraConnector
    > {
        try ConnectorHarness(JiraConnector.self, Opening(settings: Trying.jiraSettings, tokenKind: kind, facts: facts))
    }

    let types = Trying.answer(
        200, #"{"issueTypes":[{"id":"10001","name":"Bug"},{"id":"10002","name":"Task"}],"total":2}"#)
    func screen(_ more: String = "") -> Response {
        Trying.answer(
            200,
            #"""
            {"fields":[{"fieldId":"summary","required":true},{"fieldId":"description"},{"fieldId":"duedate"},\#
            {"fieldId":"labels"},
            {"fieldId":"assignee"},
            {"fieldId":"priority","allowedValues":[{"id":"2","name":"High"},{"id":"3","name":"Medium"}]}\#(more)],\#
            "total":6}
            """#)
    }
    let made = Trying.answer(
        201, #"{"issues":[{"id":"1001","key":"ENG-7","self":"x"}],"errors":[]}"#, [("atl-traceid", "t-1")])

    @Test("a task goes with everything the screen has")
    func full() throws {
        let trace = try harness().call(.create, [Trying.full()], answers: [types, screen(), made])
        #expect(trace.requests[0].path == "/rest/api/3/issue/createmeta/ENG/issuetypes")
        #expect(trace.requests[1].path == "/rest/api/3/issue/createmeta/ENG/issuetypes/10002")
        #expect(trace.requests[2].path == "/rest/api/3/issue/bulk" && trace.requests[2].effect == .once)
        let update = try #require(trace.requests[2].value["issueUpdates"]?[0])
        #expect(update["properties"] == [["key": "patchbay.delivery", "value": ["id": .string(Trying.id(1))]]])
        let paragraph: (JSONValue) -> JSONValue = { ["type": "paragraph", "content": $0] }
        #expect(
            update["fields"] == [
                "project": ["key": "ENG"], "issuetype": ["id": "10002"], "summary": "Send the minutes",
                "duedate": "2026-05-11",
                "labels": ["Ops", "to_do"], "priority": ["id": "2"], "assignee": ["id": "acc-33"],
                "description": [
                    "type": "doc", "version": 1,
                    "content": [
                        paragraph([
                            ["type": "text", "text": "First line"], ["type": "hardBreak"],
                            ["type": "text", "text": "second line"],
                        ]), paragraph([["type": "text", "text": "New paragraph"]]),
                    ],
                ],
            ])
        let outcome = try #require(trace.outcomes.first)
        #expect(outcome.externalId == "1001" && outcome.displayId == "ENG-7" && outcome.vendorRequestId == "t-1")
        #expect(outcome.url == "https://example.atlassian.net/browse/ENG-7" && trace.warnings() == ["label_changed"])
    }

    @Test("what is refused for its assignee alone goes again without one, and so does all that follows")
    func assigneeGone() throws {
        let harness = try harness()
        var tasks = (1...3).map(Trying.plain)
        for place in [0, 2] { tasks[place].assignee = "ann@example.org" }
        let answer = Trying.answer(
            201,
            #"""
            {"issues":[{"id":"1001","key":"ENG-7"}],"errors":[
            {"status":400,"failedElementNumber":0,"elementErrors":{"errorMessages":[],"errors":{"assignee":"User \#
            'acc-33' cannot be assigned issues."}}},
            {"status":400,"failedElementNumber":2,"elementErrors":{"errorMessages":[],"errors":{"assignee":"no",\#
            "summary":"no"}}}]}
            """#)
        let first = harness.call(.create, tasks, answers: [types, screen(), answer])
        #expect(first.outcomes.map(\.kind) == [.deferred, .created, .refused] && first.outcomes[0].code == "again")
        let second = harness.call(.create, [tasks[0]], answers: [types, screen(), made])
        #expect(second.requests.last?.value["issueUpdates"]?[0]?["fields"]?["assignee"] == nil)
        #expect(second.outcomes.first?.kind == .created && second.warnings() == ["assignee_refused"])
        #expect(second.outcomes.first?.warnings.first?.text.contains("ann@example.org") == true)
    }

    func project(_ setting: String, facts: [String: String] = [:]) throws -> JSONValue? {
        var settings = Trying.jiraSettings
        settings["projectKey"] = .text(setting)
        let harness = try ConnectorHarness(
            JiraConnector.self, Opening(settings: settings, tokenKind: "api-key", facts: facts))
        return harness.call(.create, [Trying.plain()], answers: [made]).requests[0].value["issueUpdates"]?[0]?[
            "fields"]?["project"]
    }

    @Test("a project is named by its key; by its id where that is set, or where it has another key now")
    func projects() throws {
        #expect(try project("ENG") == ["key": "ENG"])
        #expect(try project("10001") == ["id": "10001"])
        let renamed = ["projectKey": "OLD", "projectId": "10007"]
        #expect(try project("OLD", facts: renamed) == ["id": "10007"])
        // What was remembered is of the setting of then.
        #expect(try project("NEW", facts: renamed) == ["key": "NEW"])
        let owner = Trying.answer(200, #"{"accountId":"a-1"}"#)
        let told = Trying.answer(200, #"{"id":"10007","key":"NEWER"}"#)
        let rights = Trying.answer(
            200, #"{"permissions":{"BROWSE_PROJECTS":{"havePermission":true},"CREATE_ISSUES":{"havePermission":true}}}"#
        )
        let check = try harness().call(.check, answers: [owner, told, types, screen(), rights])
        guard case .account(let account) = check.result else {
            Issue.record("\(String(describing: check.result))")
            return
        }
        #expect(
            account.facts == ["projectKey": "ENG", "projectId": "10007"] && account.problems.isEmpty
                && account.lookUps == .proved)
        #expect(check.requests.last?.query.contains { $0 == ("projectId", "10007") } == true)
    }

    @Test("a task with a title only needs no look-up")
    func plain() throws {
        let trace = try harness().call(.create, [Trying.plain()], answers: [made])
        #expect(trace.requests.count == 1)
        #expect(trace.requests[0].value["issueUpdates"]?[0]?["fields"]?["issuetype"] == ["name": "Task"])
    }

    @Test("fields that are not on the screen, a long title and a long description go with warnings")
    func warnings() throws {
        var task = Trying.full()
        task.title = String(repeating: "x", count: 300)
        task.description = String(repeating: "y", count: 40_000)
        task.done = true
        let bare = Trying.answer(200, #"{"fields":[{"fieldId":"summary"},{"fieldId":"description"}]}"#)
        let trace = try harness().call(.create, [task], answers: [types, bare, made])
        let fields = trace.requests[2].value["issueUpdates"]?[0]?["fields"]
        #expect(fields?["summary"]?.text?.utf16.count == 254 && fields?["duedate"] == nil && fields?["priority"] == nil)
        #expect(fields?["description"]?["content"]?[0]?["content"]?[0]?["text"]?.text?.utf16.count == 32_767)
        #expect(
            trace.warnings() == [
                "title_cut", "description_cut", "field_off_screen", "field_off_screen", "field_off_screen",
                "label_changed",
                "field_off_screen", "status_not_set",
            ])
    }

    @Test("a description of blanks and odd line ends never makes an empty text node")
    func description() throws {
        for text in ["", " \n\t\n", "\r\n\r\na\r\nb\r", "\u{1}\u{2}"] {
            var task = Trying.plain()
            task.description = text
            let trace = try harness().call(.create, [task], answers: [types, screen(), made])
            let body = String(decoding: trace.requests.last?.body ?? [], as: UTF8.self)
            #expect(
                !body.contains(#""text":"""#) && !body.contains(#"\n"#) && !body.contains(#"\r"#)
                    && !body.contains("content\":[]"))
        }
    }

    @Test("a priority the project does not have is left out with a warning")
    func priority() throws {
        var task = Trying.plain()
        task.priority = .urgent
        let trace = try harness().call(.create, [task], answers: [types, screen(), made])
        #expect(trace.warnings() == ["priority_unsupported"])
    }

    func outcomes(_ text: String, status: Int = 201, count: Int = 4) throws -> [TaskOutcome.Kind] {
        try harness().call(.create, (1...count).map(Trying.plain), answers: [Trying.answer(status, text)]).outcomes.map(
            \.kind)
    }

    @Test("failed places are told apart from made ones")
    func partial() throws {
        let failed =
            #"""
            {"status":400,"failedElementNumber":1,"elementErrors":{"errorMessages":[],"errors":{"summary":"too long"}}}
            """#
        let three = #"{"id":"1","key":"ENG-1"},{"id":"2","key":"ENG-2"},{"id":"4","key":"ENG-4"}"#
        let text = #"{"issues":[\#(three)],"errors":[\#(failed)]}"#
        let trace = try harness().call(.create, (1...4).map(Trying.plain), answers: [Trying.answer(201, text)])
        #expect(trace.outcomes.map(\.kind) == [.created, .refused, .created, .created])
        #expect(trace.outcomes.map(\.displayId) == ["ENG-1", nil, "ENG-2", "ENG-4"])
        #expect(trace.outcomes[1].field == "summary" && trace.outcomes[1].message == "summary: too long")
        // One too few, and an order that proves nothing: what is not certain is unknown, and the refused stays refused.
        let tooFew = try outcomes(#"{"issues":[{"id":"1","key":"ENG-1"}],"errors":[\#(failed)]}"#)
        #expect(tooFew == [.unknown, .refused, .unknown, .unknown])
        let shuffled = #"{"id":"2","key":"ENG-2"},{"id":"1","key":"ENG-1"},{"id":"4","key":"ENG-4"}"#
        #expect(
            try outcomes(#"{"issues":[\#(shuffled)],"errors":[\#(failed)]}"#) == [
                .unknown, .refused, .unknown, .unknown,
            ])
        let outside = #"{"status":400,"failedElementNumber":9,"elementErrors":{"errorMessages":["x"],"errors":{}}}"#
        #expect(
            try outcomes(#"{"issues":[\#(three)],"errors":[\#(outside)]}"#) == [.unknown, .unknown, .unknown, .unknown])
    }

    @Test("all refused comes as 400, by place or as a whole")
    func allRefused() throws {
        let byPlace =
            #"""
            {"issues":[],"errors":[{"status":400,"failedElementNumber":0,
            "elementErrors":{"errorMessages":["INVALID_INPUT"],"errors":{}}}]}
            """#
        let trace = try harness().call(.create, [Trying.plain()], answers: [Trying.answer(400, byPlace)])
        #expect(trace.outcomes.first?.kind == .refused && trace.outcomes.first?.code == "INVALID_INPUT")
        let whole = Trying.answer(400, #"{"errorMessages":[],"errors":{"project":"project is required"}}"#)
        let one = try harness().call(.create, [Trying.plain()], answers: [whole])
        #expect(one.outcomes.first?.kind == .refused && one.outcomes.first?.field == "project")
        #expect(
            try harness().call(.create, [Trying.plain(1), Trying.plain(2)], answers: [whole]).failure?.kind == .split)
    }

    @Test(
        "a refused request says why",
        arguments: [
            (
                401, #"{"code":401,"message":"Unauthorized"}"#, CallFailure.Kind.authFailed,
                CallFailure.AuthReason?.some(.rejected)
            ),
            (401, "Client must be authenticated; token expired", .authFailed, .some(.expired)),
            (403, #"{"errorMessages":["You do not have permission"],"errors":{}}"#, .authFailed, .some(.forbidden)),
            (404, #"{"errorMessages":["No project"],"errors":{}}"#, .refused, nil),
            (404, #"{"message":"API token has expired"}"#, .authFailed, .some(.expired)), (429, "", .throttled, nil),
            (503, "<html>", .vendorFault, nil), (413, "<html>", .protocolError, nil),
        ])
    func failures(status: Int, text: String, kind: CallFailure.Kind, reason: CallFailure.AuthReason?) throws {
        let answer = Trying.answer(status, text, [("retry-after", "5"), ("x-ratelimit-reset", "2026-05-11T10:00:00Z")])
        let failure = try #require(try harness().call(.create, [Trying.plain()], answers: [answer]).failure)
        #expect(failure.kind == kind && failure.authReason == reason)
        if kind == .throttled { #expect(failure.retryAfterMs == 5_000 && failure.retryAtUnixMs == 1_778_493_600_000) }
    }

    @Test("a look-up that fails before the create fails the call and sends nothing")
    func screenGone() throws {
        let trace = try harness().call(
            .create, [Trying.full()],
            answers: [Trying.answer(404, #"{"errorMessages":["No project could be found"],"errors":{}}"#)])
        #expect(trace.failure?.kind == .refused && trace.requests.allSatisfy { $0.effect == .none })
        let odd = try harness().call(
            .create, [Trying.full()], answers: [Trying.answer(200, #"{"issueTypes":[{"id":"1","name":"Bug"}]}"#)])
        #expect(odd.failure?.code == "issue_type_not_found" && odd.failure?.field == "issueType")
    }

    @Test("no damaged answer is taken for success", arguments: Trying.damaged.indices)
    func damaged(place: Int) throws {
        for operation in Operation.allCases {
            var task = Trying.plain()
            task.changes = .status
            let trace = try harness().call(operation, [task]) { _ in Trying.damaged[place] }
            let harmless = trace.outcomes.allSatisfy { $0.kind == .unknown || $0.kind == .notFound }
            #expect(trace.failure?.kind == .protocolError || (!trace.outcomes.isEmpty && harmless), "\(operation)")
        }
    }

    @Test("with OAuth requests go through the gateway, to the site that is set")
    func gateway() throws {
        let sites = Trying.answer(
            200,
            #"""
            [{"id":"c-0","url":"https://other.atlassian.net"},{"id":"c-1","url":"https://example.atlassian.net",\#
            "name":"Example"}]
            """#
        )
        let trace = try harness("oauth").call(.create, [Trying.plain()], answers: [sites, made])
        #expect(
            trace.requests.map(\.path) == ["/oauth/token/accessible-resources", "/ex/jira/c-1/rest/api/3/issue/bulk"])
        #expect(trace.outcomes.first?.url == "https://example.atlassian.net/browse/ENG-7")
        let facts = ["cloudId": "c-9", "siteUrl": "https://example.atlassian.net"]
        #expect(try harness("oauth", facts: facts).call(.create, [Trying.plain()], answers: [made]).requests.count == 1)
        let none = try harness("oauth").call(.create, [Trying.plain()], answers: [Trying.answer(200, "[]")])
        #expect(none.failure?.kind == .authFailed && none.failure?.authReason == .forbidden)
        let other = Trying.answer(200, #"[{"id":"c-0","url":"https://other.atlassian.net"}]"#)
        let wrong = try harness("oauth").call(.create, [Trying.plain()], answers: [other])
        #expect(wrong.failure?.code == "site_not_found")
    }

    @Test("a lost issue is found by its property, over pages")
    func find() throws {
        let first = JiraSite.page([JiraSite.row(1)], next: "n1")
        let second = JiraSite.page([JiraSite.row(2, marker: 1)])
        let trace = try harness().call(.find, [Trying.plain(1), Trying.plain(2)], answers: [first, second])
        #expect(
            trace.requests[0].value["jql"]
                == "(project = \"ENG\" OR creator = currentUser()) AND created >= 1778493600000 ORDER BY created ASC")
        #expect(trace.requests[1].value["nextPageToken"] == "n1" && trace.requests.allSatisfy { $0.effect == .none })
        #expect(
            trace.outcomes.map(\.kind) == [.found, .notFound] && trace.outcomes[0].displayId == "ENG-2"
                && trace.outcomes[1].exhaustive)
    }
}
