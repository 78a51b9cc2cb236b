import AsanaConnector
import PatchbayConnectorKit
import Testing

@Suite("Asana") struct AsanaTests {
    private func harness(_ kind: String = "api-key") throws -> ConnectorHarness<AsanaConnector> {
        try ConnectorHarness(AsanaConnector.self, Opening(settings: Trying.asanaSettings, tokenKind: kind))
    }

    private let tags = Trying.answer(200, #"{"data":[{"gid":"77","name":"ops"}],"next_page":null}"#)
    private let made = Trying.answer(
        200,
        #"""
        {"data":[{"status_code":201,"headers":{},"body":{"data":{"gid":"900",\#
        "permalink_url":"https://app.asana.com/1/11/task/900"}}}]}
        """#,
        [("x-request-id", "r-1")])

    @Test("a task goes with everything Asana takes, and warnings tell the rest")
    func full() throws {
        let trace = try harness().call(.create, [Trying.full()], answers: [tags, made])
        #expect(trace.requests[0].path == "/api/1.0/workspaces/11/tags" && trace.requests[0].effect == .none)
        let request = trace.requests[1]
        #expect(request.path == "/api/1.0/batch" && request.effect == .once && request.writeCost == 1)
        let action = try #require(request.value["data"]?["actions"]?[0])
        #expect(action["method"] == "post" && action["relative_path"] == "/tasks")
        #expect(
            action["data"] == [
                "name": "Send the minutes", "projects": ["22"], "due_on": "2026-05-11", "assignee": "33",
                "tags": ["77"],
                "notes": .string("First line\nsecond line\n\nNew paragraph\n\npatchbay:" + Trying.id(1)),
            ])
        let outcome = try #require(trace.outcomes.first)
        #expect(outcome.kind == .created && outcome.externalId == "900" && outcome.vendorRequestId == "r-1")
        #expect(outcome.url == "https://app.asana.com/1/11/task/900")
        #expect(trace.warnings() == ["priority_unsupported", "label_missing"])
    }

    @Test("with OAuth the delivery id is the external id and the notes stay clean")
    func external() throws {
        let trace = try harness("oauth").call(.create, [Trying.plain()], answers: [made])
        let data = trace.requests[0].value["data"]?["actions"]?[0]?["data"]
        #expect(data?["external"] == ["gid": .string(Trying.id(1))] && data?["notes"] == nil)
    }

    @Test("a due time and a done task are told as such; an unmapped assignee is left out with a warning")
    func details() throws {
        var task = Trying.plain()
        task.dueDate = "2026-05-11"
        task.dueTime = "2026-05-11T10:00:00Z"
        task.done = true
        task.assignee = "bob@example.org"
        let trace = try harness().call(.create, [task], answers: [made])
        let data = trace.requests[0].value["data"]?["actions"]?[0]?["data"]
        #expect(data?["due_at"] == "2026-05-11T10:00:00Z" && data?["due_on"] == nil && data?["completed"] == true)
        #expect(data?["assignee"] == nil && trace.warnings() == ["assignee_unmapped"])
    }

    @Test("each task of a batch has its own outcome, by its place")
    func partial() throws {
        let answer = Trying.answer(
            200,
            #"""
            {"data":[{"status_code":201,"body":{"data":{"gid":"1"}}},
            {"status_code":400,"body":{"errors":[{"message":"assignee: Not a user in Organization"}]}},
            {"status_code":500,"body":{"errors":[{"message":"Server Error","phrase":"6 sad squid"}]}},
            {"status_code":429,"body":{"errors":[{"message":"slow"}]}},
            {"status_code":201,"body":"odd"}]}
            """#)
        let trace = try harness().call(.create, (1...5).map(Trying.plain), answers: [answer])
        #expect(trace.outcomes.map(\.kind) == [.created, .refused, .unknown, .deferred, .unknown])
        #expect(
            trace.outcomes[1].field == "assignee" && trace.outcomes[1].message == "assignee: Not a user in Organization"
        )
        #expect(trace.requests[0].writeCost == 5)
    }

    @Test(
        "what is refused for its assignee goes again without one, and so does all that follows",
        arguments: ["assignee: Not a user", "Unknown 33"])
    func assigneeGone(words: String) throws {
        let harness = try harness()
        var task = Trying.plain()
        task.assignee = "Ann@example.org"
        let refused = Trying.answer(200, #"{"data":[{"status_code":400,"body":{"errors":[{"message":"\#(words)"}]}}]}"#)
        let first = harness.call(.create, [task], answers: [refused])
        #expect(first.outcomes.map(\.kind) == [.deferred] && first.outcomes.first?.code == "again")
        let second = harness.call(.create, [task], answers: [made])
        #expect(second.requests.first?.value["data"]?["actions"]?[0]?["data"]?["assignee"] == nil)
        #expect(second.outcomes.first?.kind == .created && second.warnings() == ["assignee_refused"])
        #expect(second.outcomes.first?.warnings.first?.text.contains("Ann@example.org") == true)
    }

    @Test("an answer with too few places is not understood")
    func tooFew() throws {
        let trace = try harness().call(.create, [Trying.plain(1), Trying.plain(2)], answers: [made])
        #expect(trace.failure?.kind == .protocolError)
    }

    @Test(
        "a refused request says why",
        arguments: [
            (
                401, #"{"errors":[{"message":"Not Authorized"}]}"#, CallFailure.Kind.authFailed,
                CallFailure.AuthReason?.some(.rejected)
            ),
            (401, #"{"errors":[{"message":"The bearer token has expired."}]}"#, .authFailed, .some(.expired)),
            (403, #"{"errors":[{"message":"Forbidden"}]}"#, .authFailed, .some(.forbidden)),
            (403, "<html>", .protocolError, nil),
            (429, #"{"errors":[{"message":"Too fast"}]}"#, .throttled, nil),
            (503, "<html>busy</html>", .vendorFault, nil),
            (400, #"{"errors":[{"message":"projects: Not a recognized ID: 22"}]}"#, .refused, nil),
            (400, "nginx", .protocolError, nil),
        ])
    func failures(status: Int, text: String, kind: CallFailure.Kind, reason: CallFailure.AuthReason?) throws {
        let answer = Trying.answer(status, text, [("retry-after", "30"), ("x-request-id", "r-9")])
        let failure = try #require(try harness().call(.create, [Trying.plain()], answers: [answer]).failure)
        #expect(failure.kind == kind && failure.authReason == reason && failure.vendorRequestId == "r-9")
        if kind == .throttled || kind == .vendorFault { #expect(failure.retryAfterMs == 30_000) }
        if status == 400, kind == .refused { #expect(failure.field == "projects") }
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

    @Test("tags are looked up once for each instance")
    func once() throws {
        let harness = try harness()
        _ = harness.call(.create, [Trying.full()], answers: [tags, made])
        #expect(harness.call(.create, [Trying.full()], answers: [made]).requests.count == 1)
    }

    @Test("a lost task is found by the line in its notes, over pages, and what is found ends the look-up")
    func findByMarker() throws {
        let site = AsanaSite(
            tasks: ["22": [AsanaSite.row("1", notes: "patchbay:other"), AsanaSite.row("2", marker: 1)]], pageRows: 1)
        let trace = try harness().call(.find, [Trying.plain(1)], answer: site.answer)
        #expect(
            trace.requests.allSatisfy { $0.effect == .none && $0.path == "/api/1.0/tasks" } && trace.requests.count == 2
        )
        #expect(trace.requests[0].query.contains { $0 == ("modified_since", "2026-05-11T10:00:00Z") })
        #expect(trace.requests[1].query.contains { $0 == ("offset", "o1") })
        #expect(trace.outcomes.map(\.kind) == [.found] && trace.outcomes[0].externalId == "2")
    }

    @Test("with OAuth a lost task is found by its external id")
    func findByExternalId() throws {
        let answer = Trying.answer(
            200,
            #"""
            {"data":[{"status_code":200,"body":{"data":{"gid":"5"}}},{"status_code":404,
            "body":{"errors":[{"message":"Unknown object"}]}}]}
            """#
        )
        let trace = try harness("oauth").call(.find, [Trying.plain(1), Trying.plain(2)], answers: [answer])
        #expect(
            trace.requests[0].value["data"]?["actions"]?[0]?["relative_path"]
                == .string("/tasks/external:" + Trying.id(1)))
        #expect(trace.outcomes.map(\.kind) == [.found, .notFound] && trace.requests[0].effect == .none)
    }

    @Test("with OAuth a look-up of many goes in batches of ten, each outcome in its task's place")
    func findMany() throws {
        let tasks = (1...23).map { Trying.plain($0) }
        let trace = try harness("oauth").call(.find, tasks) { request in
            let paths = (request.value["data"]?["actions"]?.elements ?? []).map { $0["relative_path"]?.text ?? "" }
            let answers = paths.map { #"{"status_code":200,"body":{"data":{"gid":"\#($0.suffix(12))"}}}"# }
            return Trying.answer(200, #"{"data":[\#(answers.joined(separator: ","))]}"#)
        }
        #expect(trace.requests.map { $0.value["data"]?["actions"]?.elements.count } == [10, 10, 3])
        #expect(trace.outcomes.map(\.externalId) == tasks.map { String($0.deliveryId.suffix(12)) })
    }

    @Test("an update sends what changed and nothing else")
    func update() throws {
        var task = Trying.plain()
        task.changes = [.due, .status, .description]
        let answer = Trying.answer(200, #"{"data":[{"status_code":200,"body":{"data":{"gid":"ext-1"}}}]}"#)
        let trace = try harness().call(.update, [task], answers: [answer])
        let action = trace.requests[0].value["data"]?["actions"]?[0]
        #expect(action?["relative_path"] == "/tasks/ext-1" && trace.requests[0].effect == .repeatable)
        #expect(
            action?["data"] == ["due_on": .null, "completed": false, "notes": .string("patchbay:" + Trying.id(1))])
        #expect(trace.outcomes[0].kind == .updated)
    }

    @Test("changed labels are put on and taken off")
    func labels() throws {
        var task = Trying.plain()
        task.changes = .labels
        task.labels = ["ops"]
        let known = Trying.answer(200, #"{"data":[{"gid":"77","name":"ops"},{"gid":"78","name":"old"}]}"#)
        let present = Trying.answer(
            200,
            #"{"data":[{"status_code":200,"body":{"data":{"gid":"ext-1","tags":[{"gid":"78"},{"gid":"foreign"}]}}}]}"#)
        let done = Trying.answer(
            200, #"{"data":[{"status_code":200,"body":{"data":{}}},{"status_code":200,"body":{"data":{}}}]}"#)
        let trace = try harness().call(.update, [task], answers: [known, present, done])
        let actions = trace.requests[2].value["data"]?["actions"]
        #expect(actions?[0]?["relative_path"] == "/tasks/ext-1/addTag" && actions?[0]?["data"] == ["tag": "77"])
        #expect(actions?[1]?["relative_path"] == "/tasks/ext-1/removeTag" && actions?[1]?["data"] == ["tag": "78"])
        #expect(trace.outcomes[0].kind == .updated)
    }

    @Test("all labels can be taken off, and a task that cannot be read is not called unchanged")
    func noLabels() throws {
        var task = Trying.plain()
        task.changes = .labels
        let known = Trying.answer(200, #"{"data":[{"gid":"77","name":"ops"}]}"#)
        let present = Trying.answer(
            200, #"{"data":[{"status_code":200,"body":{"data":{"gid":"ext-1","tags":[{"gid":"77"}]}}}]}"#)
        let refused = Trying.answer(
            200, #"{"data":[{"status_code":403,"body":{"errors":[{"message":"tag: Forbidden"}]}}]}"#)
        let trace = try harness().call(.update, [task], answers: [known, present, refused])
        #expect(trace.requests[2].value["data"]?["actions"]?[0]?["relative_path"] == "/tasks/ext-1/removeTag")
        #expect(trace.outcomes[0].kind == .unchanged && trace.warnings() == ["label_not_set"])
        let unread = Trying.answer(200, #"{"data":[{"status_code":500,"body":{"errors":[{"message":"x"}]}}]}"#)
        #expect(try harness().call(.update, [task], answers: [known, unread]).outcomes[0].kind == .unknown)
    }

    @Test("the current state is read back, the notes without our line")
    func fetch() throws {
        let answer = Trying.answer(
            200,
            #"""
            {"data":[{"status_code":200,"body":{"data":{"gid":"ext-1","name":"T","notes":"Words\n\npatchbay:x",\#
            "due_on":"2026-05-11",
            "completed":true,"modified_at":"2026-05-11T10:00:00.000Z","assignee":{"gid":"33","email":"a@b.c"},\#
            "tags":[{"name":"ops"}]}}},
            {"status_code":404,"body":{"errors":[{"message":"Unknown object"}]}}]}
            """#)
        let trace = try harness().call(.fetch, [Trying.plain(1), Trying.plain(2)], answers: [answer])
        #expect(
            trace.outcomes[0].remote
                == RemoteTask(
                    title: "T", description: "Words", dueDate: "2026-05-11", assignee: "a@b.c", assigneeId: "33",
                    labels: ["ops"],
                    done: true,
                    modifiedUnixMs: 1_778_493_600_000))
        #expect(trace.outcomes[1].kind == .notFound && trace.requests[0].effect == .none)
    }

    @Test("an answer about another task, or about none, does not tell how the one is", arguments: ["", "ext-2"])
    func fetchedAnother(_ gid: String) throws {
        let answer = Trying.answer(
            200, "{\"data\":[{\"status_code\":200,\"body\":{\"data\":{\"gid\":\"\(gid)\",\"name\":\"T\"}}}]}")
        let outcome = try #require(harness().call(.fetch, [Trying.plain(1)], answers: [answer]).outcomes.first)
        #expect(outcome.kind == .unknown && outcome.remote == nil)
    }

    @Test("a check names the owner and what is wrong with the project")
    func check() throws {
        let owner = Trying.answer(
            200, #"{"data":{"gid":"1","name":"Ann","email":"a@b.c","workspaces":[{"gid":"11","name":"Acme"}]}}"#)
        let gone = Trying.answer(404, #"{"errors":[{"message":"project: Unknown object: 22"}]}"#)
        let trace = try harness().call(.check, answers: [owner, gone])
        guard case .account(let account) = trace.result else { throw CallFailure(.protocolError, "no account") }
        #expect(
            account.name == "Ann" && account.place == "Acme" && account.problems.map(\.code) == ["project_not_found"])
    }

    @Test("discover works without settings")
    func discover() throws {
        let harness = try ConnectorHarness(AsanaConnector.self, Opening(tokenKind: "api-key", partial: true))
        let rows = [
            #"{"gid":"11","name":"Acme"}"#, #"{"gid":"22","name":"Plan"}"#,
            #"{"gid":"33","name":"Ann","email":"a@b.c"}"#,
        ]
        let trace = harness.call(
            .discover, answers: rows.map { Trying.answer(200, #"{"data":[\#($0)],"next_page":null}"#) })
        guard case .discovered(let found) = trace.result else { throw CallFailure(.protocolError, "nothing") }
        #expect(
            found.map(\.setting) == ["workspaceId", "projectId", "assigneeMapping"]
                && found.map(\.id) == ["11", "22", "33"])
    }

    @Test("missing settings are refused by name")
    func settings() {
        let failure = #expect(throws: SettingsFailure.self) {
            _ = try AsanaConnector(Opening(settings: ["workspaceId": .text("1")], tokenKind: "api-key"))
        }
        #expect(failure?.field == "projectId")
    }

    @Test("the same operation gives the same bytes")
    func pure() throws {
        let tasks = (1...10).map(Trying.full)
        let first = try harness().call(.create, tasks, answers: [tags])
        #expect(
            first.requests == (try harness().call(.create, tasks, answers: [tags])).requests
                && first.requests.count == 2)
    }
}
