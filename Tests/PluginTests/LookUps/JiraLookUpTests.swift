import JiraConnector
import PatchbayConnectorKit
import Testing

/// Where an issue of ours can be when its create's answer was lost.
@Suite("Jira, looking for lost issues") struct JiraLookUpTests {
    private func harness(account: String? = "acc-me") throws -> ConnectorHarness<JiraConnector> {
        try ConnectorHarness(
            JiraConnector.self, Opening(settings: Trying.jiraSettings, tokenKind: "api-key", account: account))
    }

    private func find(_ tasks: [ConnectorTask], _ pages: Response..., account: String? = "acc-me") throws
        -> ConnectorHarness<JiraConnector>.Trace
    {
        try harness(account: account).call(.find, tasks, answers: pages)
    }

    @Test("an issue that was moved to another project is found, with the key that it has there")
    func moved() throws {
        let trace = try find([Trying.plain()], JiraSite.page([JiraSite.row(7, marker: 1, key: "OPS-3")]))
        #expect(trace.outcomes[0].externalId == "7" && trace.outcomes[0].displayId == "OPS-3")
        #expect(trace.outcomes[0].url == "https://example.atlassian.net/browse/OPS-3")
        #expect(trace.requests[0].value["jql"]?.text?.contains("OR creator = currentUser())") == true)
        #expect(trace.requests[0].value["fields"] == ["summary", "creator", "created", "updated"])
    }

    @Test(
        """
        the window is the earliest of all tasks, the witnesses too; a task that was never timed is looked for everywhere
        """
    )
    func windows() throws {
        var witness = Trying.plain(2)
        witness.isWitness = true
        witness.externalId = "8"
        witness.attemptedUnixMs -= 3_600_000
        let copied = JiraSite.page([JiraSite.row(7, marker: 2), JiraSite.row(8, marker: 2)])
        let trace = try find([Trying.plain(1), witness], copied)
        #expect(trace.requests[0].value["jql"]?.text?.contains("created >= 1778490000000 ORDER") == true)
        #expect(
            trace.outcomes[0] == .notFound(exhaustive: true, usedWindow: true) && trace.outcomes[1].externalId == "8")
        witness.attemptedUnixMs = 0
        let all = try find([Trying.plain(1), witness], copied)
        #expect(all.requests[0].value["jql"] == "(project = \"ENG\" OR creator = currentUser()) ORDER BY created ASC")
        #expect(all.outcomes[0] == .notFound(exhaustive: true))
    }

    @Test("an issue of ours without the property is a candidate if it has the title or was edited; others are none")
    func candidates() throws {
        var task = Trying.plain()
        task.title = String(repeating: "x", count: 300)
        let cut = String(repeating: "x", count: 254)
        let edited = "2026-05-11T12:05:00.000+0200"
        let page = JiraSite.page([
            JiraSite.row(1, updated: edited), JiraSite.row(2, summary: cut), JiraSite.row(3),
            JiraSite.row(4, summary: cut, by: "acc-other"), JiraSite.row(5, marker: 77, summary: cut, updated: edited),
            JiraSite.row(6, summary: cut, created: "2026-05-11T09:59:59.000+0000", updated: edited),
        ])
        let outcome = try find([task], page).outcomes[0]
        #expect(outcome.exhaustive && outcome.candidates.map(\.externalId) == ["2", "1"])
        #expect(
            outcome.candidates.map(\.url) == [
                "https://example.atlassian.net/browse/ENG-2", "https://example.atlassian.net/browse/ENG-1",
            ])
        #expect(
            outcome.candidates.map(\.displayId) == ["ENG-2", "ENG-1"]
                && outcome.candidates.map(\.edited) == [false, true])
        task.attempt = Attempt(account: "acc-other")
        #expect(try find([task], page).outcomes[0].candidates.map(\.externalId) == ["4"])
        #expect(try find([Trying.plain()], page, account: nil).outcomes[0].candidates.isEmpty)
    }

    @Test("a token that repeats ends the look-up without proof, and what was found before stays found")
    func repeating() throws {
        let page = JiraSite.page([JiraSite.row(2, marker: 2)], next: "n")
        let trace = try find([Trying.plain(1), Trying.plain(2)], page, page, page)
        #expect(
            trace.requests.count == 2 && trace.outcomes.map(\.kind) == [.notFound, .found]
                && !trace.outcomes[0].exhaustive)
    }

    @Test("a read by id without a list of issues is not understood, and none is called gone")
    func fetch() throws {
        for text in ["{}", #"{"issues":null}"#, #"{"issueErrors":[]}"#] {
            #expect(
                try harness().call(.fetch, [Trying.plain()], answers: [Trying.answer(200, text)]).failure?.kind
                    == .protocolError)
        }
    }

    @Test("a place of a bulk answer without status and reason, and a blank id, leave the issue unknown")
    func created() throws {
        for text in [
            #"{"issues":[],"errors":[{"failedElementNumber":0}]}"#,
            #"{"issues":[{"id":" ","key":"ENG-1"}],"errors":[]}"#,
            #"{"issues":[{"id":"1","key":""}],"errors":[]}"#,
        ] {
            #expect(
                try harness().call(.create, [Trying.plain()], answers: [Trying.answer(201, text)]).outcomes.map(\.kind)
                    == [.unknown])
        }
    }

    private func lookUps(_ permissions: Response) throws -> Account.LookUps {
        let trace = try harness().call(.check) { request in
            switch request.path.split(separator: "/").last {
            case "myself": Trying.answer(200, #"{"accountId":"a"}"#)
            case "ENG": Trying.answer(200, #"{"key":"ENG"}"#)
            case "issuetypes": Trying.answer(200, #"{"issueTypes":[{"id":"1","name":"Task"}]}"#)
            case "mypermissions": permissions
            default: Trying.answer(200, #"{"fields":[{"fieldId":"summary","name":"Summary","required":true}]}"#)
            }
        }
        let asked = trace.requests.last { $0.path == "/rest/api/3/mypermissions" }?.query ?? []
        #expect(asked.elementsEqual([("projectKey", "ENG"), ("permissions", "BROWSE_PROJECTS,CREATE_ISSUES")], by: ==))
        guard case .account(let account) = trace.result else {
            throw trace.failure ?? CallFailure(.protocolError, "no account")
        }
        return account.lookUps
    }

    @Test("a check proves look-ups by both permissions; who may add and not see can never be certain")
    func check() throws {
        #expect(try lookUps(JiraSite.permissions(see: true, add: true)) == .proved)
        #expect(try lookUps(JiraSite.permissions(see: true, add: false)) == .notTold)
        #expect(try lookUps(Trying.answer(200, #"{"permissions":{}}"#)) == .notTold)
        #expect(try lookUps(Trying.answer(403, #"{"errorMessages":["no"]}"#)) == .notTold)
        for blind in [
            JiraSite.permissions(see: false, add: true), Trying.answer(404, #"{"errorMessages":["No project"]}"#),
        ] {
            guard case .never(let reason) = try lookUps(blind) else { throw CallFailure(.protocolError, "not never") }
            #expect(reason.contains("ENG"))
        }
        #expect(throws: CallFailure.self) {
            try lookUps(Trying.answer(200, #"{"permissions":{"BROWSE_PROJECTS":{}}}"#))
        }
    }
}
