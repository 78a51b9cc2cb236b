import AsanaConnector
import PatchbayConnectorKit
import Testing

/// Where a task of ours can be when its create's answer was lost.
@Suite("Asana, looking for lost tasks") struct AsanaLookUpTests {
    private func find(
        _ tasks: [ConnectorTask], _ site: AsanaSite, kind: String = "api-key", attempted: String? = nil,
        account: String? = "me-1"
    ) throws -> ConnectorHarness<AsanaConnector>.Trace {
        let opening = Opening(
            settings: Trying.asanaSettings, tokenKind: kind, attemptedTokenKind: attempted, account: account)
        return try ConnectorHarness(AsanaConnector.self, opening).call(.find, tasks, answer: site.answer)
    }

    private func lists(_ trace: ConnectorHarness<AsanaConnector>.Trace) -> [String] {
        trace.requests.map { request in
            request.query.first { $0.0 == "project" || $0.0 == "assignee" }?.1 ?? request.path.split(separator: "/")
                .last.map(String.init)
                ?? ""
        }
    }

    @Test("a miss is certain only after the search, the other projects and the assignees' lists; each is asked once")
    func everywhere() throws {
        var task = Trying.plain()
        task.assignee = "Ann@example.org"
        let trace = try find([task], AsanaSite(tasks: ["22": [], "23": [], "24": []]))
        #expect(lists(trace) == ["22", "search", "projects", "23", "24", "me", "33"])
        #expect(trace.outcomes == [.notFound(exhaustive: true, usedWindow: true)])
        #expect(trace.requests.allSatisfy { $0.effect == .none && $0.method == "GET" })
        let listed = trace.requests.filter { $0.path == "/api/1.0/tasks" }
        #expect(listed.allSatisfy { $0.query.contains { $0 == ("modified_since", "2026-05-11T10:00:00Z") } })
    }

    @Test("a task that was moved is found: in another project, by its assignee in none, or by the paid search at once")
    func moved() throws {
        let row = AsanaSite.row("9", marker: 1)
        let other = try find([Trying.plain()], AsanaSite(tasks: ["22": [], "23": [row], "24": []]))
        #expect(other.outcomes[0].externalId == "9" && lists(other) == ["22", "search", "projects", "23"])
        let nowhere = try find([Trying.plain()], AsanaSite(tasks: ["22": [], "assignee:me": [row]]))
        #expect(nowhere.outcomes[0].externalId == "9")
        let searched = try find([Trying.plain()], AsanaSite(found: [row]))
        #expect(searched.outcomes[0].externalId == "9" && lists(searched) == ["22", "search"])
    }

    @Test(
        "what cannot be looked through leaves the miss uncertain: a closed project, too many of them, no list of them")
    func bounds() throws {
        let closed = try find(
            [Trying.plain()],
            AsanaSite(tasks: ["22": [], "23": [], "24": [AsanaSite.row("9", marker: 2)]], closed: ["23"]))
        #expect(closed.outcomes.map(\.exhaustive) == [false])
        let many = try find([Trying.plain()], AsanaSite(projects: ["22"] + (1000..<1101).map(String.init)))
        #expect(many.outcomes.map(\.exhaustive) == [false] && many.requests.count == 4)
        let most = try find([Trying.plain()], AsanaSite(projects: ["22"] + (1000..<1100).map(String.init)))
        #expect(most.outcomes.map(\.exhaustive) == [true] && most.requests.count == 105)
        let endless = AsanaSite(tasks: ["22": (0..<300).map { AsanaSite.row(String($0)) }], pageRows: 1)
        let trace = try find([Trying.plain()], endless)
        #expect(trace.outcomes.map(\.exhaustive) == [false] && trace.requests.count <= 240)
    }

    @Test(
        "a search that is refused says nothing, and one in trouble fails the look-up",
        arguments: [400, 402, 403, 404, 429, 500])
    func search(status: Int) throws {
        let site = AsanaSite()
        let opening = Opening(settings: Trying.asanaSettings, tokenKind: "api-key")
        let trace = try ConnectorHarness(AsanaConnector.self, opening).call(.find, [Trying.plain()]) { request in
            request.path.hasSuffix("/search")
                ? Trying.answer(status, #"{"errors":[{"message":"no"}]}"#) : site.answer(request)
        }
        #expect(status < 429 ? trace.outcomes.map(\.exhaustive) == [true] : trace.failure != nil)
    }

    @Test(
        """
        a task of ours without a mark is a candidate if it has the title or was edited; marked, older and foreign ones \
        are none
        """
    )
    func candidates() throws {
        let edited = "2026-05-11T10:05:00.000Z"
        let site = AsanaSite(
            tasks: [
                "22": [
                    AsanaSite.row("1", name: "Other", modified: edited), AsanaSite.row("2", name: " Task 1 "),
                    AsanaSite.row("3", name: "Other"),
                    AsanaSite.row("4", name: "Task 1", by: "me-2"),
                    AsanaSite.row("5", marker: 77, name: "Task 1", modified: edited),
                    AsanaSite.row("6", name: "Task 1", created: "2026-05-11T09:59:59.000Z", modified: edited),
                ],
                "23": [AsanaSite.row("7", notes: "patchbay:not-one-of-ours", name: "Task 1", modified: edited)],
            ])
        let outcome = try find([Trying.plain()], site).outcomes[0]
        #expect(outcome.exhaustive && outcome.candidates.map(\.externalId) == ["2", "7", "1"])
        #expect(outcome.candidates.map(\.edited) == [false, true, true] && outcome.candidates[0].title == " Task 1 ")
        // The attempt's own account goes before today's, and without any there are none.
        var task = Trying.plain()
        task.attempt = Attempt(account: "me-2")
        #expect(try find([task], site).outcomes[0].candidates.map(\.externalId) == ["4"])
        #expect(try find([Trying.plain()], site, account: nil).outcomes[0].candidates.isEmpty)
        let many = AsanaSite(tasks: ["22": (0..<50).map { AsanaSite.row(String($0), name: "Task 1") }])
        #expect(try find([Trying.plain()], many).outcomes[0].candidates.count == 20)
    }

    @Test(
        "the attempt's kind of token says how a task was marked; an external id is not readable with a personal token")
    func kinds() throws {
        let site = AsanaSite(tasks: ["22": [AsanaSite.row("9", marker: 1)]])
        let now = try find([Trying.plain()], site, kind: "oauth", attempted: "api-key")
        #expect(now.outcomes[0].externalId == "9" && now.requests.allSatisfy { $0.method == "GET" })
        let before = try find([Trying.plain()], site, kind: "api-key", attempted: "oauth")
        #expect(
            before.outcomes.map(\.kind) == [.unknown] && before.requests.isEmpty
                && before.outcomes[0].message?.isEmpty == false)
        // A task with an app's external id bears a mark, which only that token sees.
        var marked = AsanaSite.row("8", name: "Task 1")
        if case .object(var members) = marked {
            members["external"] = ["gid": .string(Trying.id(5))]
            marked = .object(members)
        }
        let other = try find([Trying.plain()], AsanaSite(tasks: ["22": [marked]]), kind: "oauth", attempted: "api-key")
        #expect(other.outcomes[0].exhaustive && other.outcomes[0].candidates.isEmpty)
        #expect(other.requests[0].query.contains { $0.0 == "opt_fields" && $0.1.contains("external") })
    }

    @Test(
        """
        the window is the earliest of all tasks, the witnesses too; a task that was never timed is looked for everywhere
        """
    )
    func windows() throws {
        var witness = Trying.plain(2)
        witness.isWitness = true
        witness.externalId = "7"
        witness.attemptedUnixMs -= 3_600_000
        // Someone copied the witness: it counts as the task that it is known to be.
        let site = AsanaSite(tasks: ["22": [AsanaSite.row("6", marker: 2), AsanaSite.row("7", marker: 2)]])
        let trace = try find([Trying.plain(1), witness], site)
        #expect(trace.requests[0].query.contains { $0 == ("modified_since", "2026-05-11T09:00:00Z") })
        #expect(
            trace.outcomes.map(\.kind) == [.notFound, .found] && trace.outcomes[1].externalId == "7"
                && trace.outcomes[0].usedWindow)
        witness.attemptedUnixMs = 0
        let all = try find([Trying.plain(1), witness], site)
        #expect(
            all.requests.allSatisfy { !$0.query.contains { $0.0 == "modified_since" } } && !all.outcomes[0].usedWindow)
        let external = Trying.body([
            "data": [["status_code": 404, "body": ["errors": [["message": "Unknown object"]]]]]
        ])
        let opening = Opening(settings: Trying.asanaSettings, tokenKind: "oauth")
        let byId = try ConnectorHarness(AsanaConnector.self, opening).call(.find, [Trying.plain()], answers: [external])
        #expect(byId.outcomes == [.notFound(exhaustive: true)])
    }

    @Test("a marker counts wherever it stands in the notes; of two with it the one made first is ours")
    func markers() throws {
        let joined = AsanaSite.row(
            "5", notes: "moved up patchbay:\(Trying.id(1)) by Ann", created: "2026-05-11T10:00:09.000Z")
        let site = AsanaSite(tasks: ["22": [joined, AsanaSite.row("4", marker: 1)]])
        var witness = Trying.plain(2)
        witness.isWitness = true
        #expect(try find([Trying.plain(1), witness], site).outcomes[0].externalId == "4")
        #expect(try find([Trying.plain(1)], AsanaSite(tasks: ["22": [joined]])).outcomes[0].externalId == "5")
    }

    @Test(
        "a create reads its mark back in the same answer",
        arguments: [
            ("api-key", #""notes":"Words\n\npatchbay:ID""#, false), ("api-key", #""notes":"Words""#, true),
            ("api-key", #""notes":null"#, true),
            ("oauth", #""external":{"gid":"ID"}"#, false), ("oauth", #""external":{"gid":"x"}"#, true),
            ("oauth", #""notes":"x""#, true),
        ])
    func created(kind: String, member: String, isMissing: Bool) throws {
        let text =
            #"""
            {"data":[{"status_code":201,"body":{"data":{"gid":"9",\#(member.replacing("ID", with: Trying.id(1)))}}}]}
            """#
        let opening = Opening(settings: Trying.asanaSettings, tokenKind: kind)
        let trace = try ConnectorHarness(AsanaConnector.self, opening).call(
            .create, [Trying.plain()], answers: [Trying.answer(200, text)])
        #expect(
            trace.requests.count == 1 && trace.outcomes[0].kind == .created
                && trace.outcomes[0].markerMissing == isMissing)
        #expect(trace.warnings() == (isMissing ? ["marker_missing"] : []))
        let asked = trace.requests[0].value["data"]?["actions"]?[0]?["options"]?["fields"]?.elements ?? []
        #expect(asked.contains(kind == "oauth" ? "external" : "notes"))
    }

    @Test("a blank id is none, in a create and in a look-up", arguments: ["", " ", "\\t"])
    func blank(gid: String) throws {
        let made = Trying.answer(200, #"{"data":[{"status_code":201,"body":{"data":{"gid":"\#(gid)","notes":"x"}}}]}"#)
        for (operation, kind) in [(Operation.create, "api-key"), (.find, "oauth")] {
            let opening = Opening(settings: Trying.asanaSettings, tokenKind: kind)
            let trace = try ConnectorHarness(AsanaConnector.self, opening).call(
                operation, [Trying.plain()], answers: [made])
            #expect(trace.outcomes.map(\.kind) == [.unknown])
        }
    }

    private func account(_ project: Response, _ list: Response, kind: String = "api-key", attempted: String? = nil)
        throws -> Account
    {
        let owner = Trying.answer(200, #"{"data":{"gid":"1","name":"Ann","workspaces":[{"gid":"11","name":"Acme"}]}}"#)
        let opening = Opening(settings: Trying.asanaSettings, tokenKind: kind, attemptedTokenKind: attempted)
        let trace = try ConnectorHarness(AsanaConnector.self, opening).call(.check, answers: [owner, project, list])
        guard case .account(let account) = trace.result else {
            throw trace.failure ?? CallFailure(.protocolError, "no account")
        }
        return account
    }

    @Test("a check proves look-ups by reading the project and the beginning of its list")
    func check() throws {
        let project = Trying.answer(200, #"{"data":{"gid":"22","archived":false,"workspace":{"gid":"11"}}}"#)
        let list = Trying.body(["data": [AsanaSite.row("1")], "next_page": ["offset": "o"]])
        #expect(try account(project, list).lookUps == .proved)
        #expect(try account(project, Trying.answer(200, #"{"data":[],"next_page":null}"#)).lookUps == .proved)
        #expect(try account(project, Trying.answer(403, #"{"errors":[{"message":"no"}]}"#)).lookUps == .notTold)
        #expect(try account(project, Trying.answer(200, #"{"data":[{"gid":"1"}]}"#)).lookUps == .notTold)
        #expect(try account(Trying.answer(404, #"{"errors":[{"message":"no"}]}"#), list).lookUps == .notTold)
        #expect(try account(project, list, attempted: "oauth").lookUps == .notTold)
        #expect(throws: CallFailure.self) { try account(project, Trying.answer(200, #"{"data":null}"#)) }
    }
}
