import PatchbayConnectors
import PatchbayModel
import TestSupport
import Testing

/// What a create asks before its first issue, and how it goes on without an assignee.
@Suite("The Redmine connector before an issue is sent", .timeLimit(.minutes(12)))
struct BeforeCreateTests {
    private static let operation = Conversing.operation(
        .create, TrackedTask(id: "1", title: "a", assignee: "ann@example.com"))
    private static let mapping: [String: SettingValue] = [
        "assigneeMapping": .map(["ann@example.com": "5", "bob@example.com": "6"])
    ]
    private static let made = answer(201, #"{"issue":\#(Redmine.issue(31, "patchbay:" + Conversing.delivery))}"#)

    private static func project(_ status: Int) -> HTTPResponse {
        answer(200, #"{"project":{"id":1,"name":"Demo","status":\#(status)}}"#)
    }

    @Test(
        "a place that takes nothing is told by its own words, and no issue is sent",
        arguments: [
            ([project(5)], CallOutcome.refused, "is closed"), ([project(9)], .refused, "is archived"),
            ([Redmine.absent], .refused, "is not there"), ([answer(403, "")], .refused, "not visible"),
        ])
    func closed(_ answers: [HTTPResponse], _ outcome: CallOutcome, _ words: String) async throws {
        let conversing = try Conversing()
        let session = try await conversing.session()
        // Each time: it may have been opened again.
        for _ in 1...2 {
            let (requests, result) = try await session.converse(Self.operation, [Redmine.alice] + answers)
            #expect(result?.outcome == outcome && result?.message?.contains(words) == true, "\(result?.message ?? "")")
            #expect(requests.map(\.method) == ["GET", "GET"] && result?.field == "projectId")
        }
        let opened = try await session.converse(Self.operation, Redmine.ready + [Self.made])
        #expect(opened.result?.outcomes.map(\.kind) == [.created])
        await conversing.catalog.shutdown()
    }

    @Test("the REST interface that is off is told by its own words, in a check and before an issue")
    func restOff() async throws {
        let conversing = try Conversing()
        for operation in [Self.operation, Conversing.operation(.check)] {
            let (requests, result) = try await conversing.session().converse(operation, [answer(403, "")])
            #expect(requests.count == 1 && result?.outcome == .authFailed(.forbidden))
            #expect(
                result?.message?.contains("REST interface is turned off") == true && result?.code == "rest_turned_off")
        }
        await conversing.catalog.shutdown()
    }

    @Test(
        "an answer that says nothing keeps no issue back",
        arguments: [
            answer(200, "{}"), answer(200, "[]"), answer(200, ""), answer(200, #"{"project":{"status":"5"}}"#),
            answer(406, ""),
        ])
    func silent(_ silence: HTTPResponse) async throws {
        let conversing = try Conversing()
        let (requests, result) = try await conversing.session().converse(Self.operation, [silence, silence, Self.made])
        #expect(requests.map(\.method) == ["GET", "GET", "POST"] && result?.outcomes.map(\.kind) == [.created])
        await conversing.catalog.shutdown()
    }

    @Test(
        "a create that is refused with an assignee goes again without: taken, the assignee was it, in whatever language"
    )
    func assigneeGone() async throws {
        let conversing = try Conversing()
        let session = try await conversing.session(Self.mapping)
        let refused = answer(422, #"{"errors":["Zugewiesen an ist nicht gültig"]}"#)
        let first = try await session.converse(Self.operation, Redmine.ready + [refused])
        #expect(first.requests.last?.bodyText?.contains(#""assigned_to_id":5"#) == true)
        #expect(first.result?.outcomes.map(\.kind) == [.deferred] && first.result?.outcomes.first?.code == "again")
        let second = try await session.converse(Self.operation, [Self.made])
        #expect(second.requests.count == 1 && second.requests[0].bodyText?.contains("assigned_to_id") == false)
        let outcome = try #require(second.result?.outcomes.first)
        #expect(outcome.kind == .created && outcome.warnings.map(\.code) == ["assignee_refused"])
        #expect(outcome.warnings.first?.text.contains("ann@example.com") == true)
        // From now on it is known, of this one and of nobody else.
        let other = ConnectorOperation(
            .create, now: Conversing.now,
            tasks: [
                OperationTask(
                    task: TrackedTask(id: "2", title: "b", assignee: "ANN@example.com"),
                    deliveryID: "22222222-2222-4222-8222-222222222222")
            ])
        let third = try await session.converse(other, [Self.made])
        #expect(third.requests.first?.bodyText?.contains("assigned_to_id") == false)
        let bob = Conversing.operation(.create, TrackedTask(id: "3", title: "c", assignee: "bob@example.com"))
        let sent = OperationTask(task: bob.tasks[0].task, deliveryID: "33333333-3333-4333-8333-333333333333")
        let fourth = try await session.converse(
            ConnectorOperation(.create, now: Conversing.now, tasks: [sent]), [Self.made])
        #expect(fourth.requests.first?.bodyText?.contains(#""assigned_to_id":6"#) == true)
        await conversing.catalog.shutdown()
    }

    @Test("refused again without the assignee, it is refused for what it says, and the assignee is not blamed")
    func otherReason() async throws {
        let conversing = try Conversing()
        let session = try await conversing.session(Self.mapping)
        let refused = answer(422, #"{"errors":["Subject cannot be blank"]}"#)
        _ = try await session.converse(Self.operation, Redmine.ready + [refused])
        let second = try await session.converse(Self.operation, [refused])
        #expect(second.result?.outcomes.map(\.kind) == [.refused] && second.result?.outcomes.first?.field == "title")
        let next = OperationTask(
            task: TrackedTask(id: "2", title: "b", assignee: "ann@example.com"),
            deliveryID: "22222222-2222-4222-8222-222222222222")
        let third = try await session.converse(
            ConnectorOperation(.create, now: Conversing.now, tasks: [next]), [Self.made])
        #expect(third.requests.first?.bodyText?.contains(#""assigned_to_id":5"#) == true)
        await conversing.catalog.shutdown()
    }
}
