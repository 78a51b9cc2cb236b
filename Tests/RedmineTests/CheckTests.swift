import PatchbayConnectors
import PatchbayModel
import TestSupport
import Testing

@Suite("The Redmine connector's check", .timeLimit(.minutes(12)))
struct CheckTests {
    /// What a Redmine says that is set up well; a test changes one answer.
    private struct Answers {
        var project = answer(
            200,
            #"""
            {"project":{"id":1,"status":1,"trackers":[{"id":2}],"enabled_modules":[{"id":1,"name":"issue_tracking"}]}}
            """#
        )
        var trackers = answer(
            200, #"{"trackers":[{"id":2,"name":"Bug","enabled_standard_fields":["due_date","description"]}]}"#)
        var roles: [HTTPResponse] = [answer(200, #"{"role":{"id":3,"permissions":["view_issues","add_issues"]}}"#)]
        var newest = Redmine.list(Redmine.issue(31, "patchbay:" + Conversing.delivery), limit: 1)

        var list: [HTTPResponse] {
            let ids = roles.indices.map { #"{"id":\#($0 + 3)}"# }.joined(separator: ",")
            let memberships =
                #"{"id":7,"project":{"id":8},"roles":[{"id":9}]},{"id":1,"project":{"id":1},"roles":[\#(ids)]}"#
            return [
                Redmine.alice, project, answer(200, #"{"issue_priorities":[{"id":2,"is_default":true}]}"#), trackers,
                answer(200, #"{"user":{"id":5,"memberships":[\#(memberships)]}}"#),
            ] + roles + [newest]
        }
    }

    private func check(_ change: (inout Answers) -> Void = { _ in }) async throws -> RemoteAccount {
        var answers = Answers()
        change(&answers)
        let conversing = try Conversing()
        let (_, result) = try await conversing.session().converse(Conversing.operation(.check), answers.list)
        await conversing.catalog.shutdown()
        return try #require(result?.account)
    }

    @Test("look-ups are proved by the newest issue that this account made, when its marker shows")
    func proves() async throws {
        let told = try await check()
        #expect(told.lookUps == .proved && told.problems.isEmpty && told.id == "5" && told.facts == ["account": "5"])
        // Its newest issue has no marker: a person's own, or one whose description was not kept.
        let bare = try await check { $0.newest = Redmine.list(Redmine.issue(31, nil), limit: 1) }
        #expect(bare.lookUps == .notTold && bare.problems.isEmpty)
        #expect(try await check { $0.newest = Redmine.list(limit: 1) }.lookUps == .notTold)
        let others = Redmine.list(Redmine.issue(31, "patchbay:" + Conversing.delivery, author: 8), limit: 1)
        #expect(try await check { $0.newest = others }.lookUps == .notTold, "the filter was not heeded")
    }

    @Test(
        """
        a tracker without description, a role that may not see, and a project out of reach are told of before anything \
        is lost
        """
    )
    func warns() async throws {
        func reason(_ account: RemoteAccount) -> String? {
            if case .never(let reason) = account.lookUps { reason } else { nil }
        }
        let bare = answer(200, #"{"trackers":[{"id":2,"name":"Bug","enabled_standard_fields":["due_date"]}]}"#)
        let off = try await check { $0.trackers = bare }
        #expect(reason(off)?.contains("Bug") == true && off.problems.map(\.code) == ["description_off"])
        let blind = answer(200, #"{"role":{"id":3,"permissions":["add_issues"]}}"#)
        let unseen = try await check { $0.roles = [blind] }
        #expect(reason(unseen) != nil && unseen.problems.map(\.code) == ["issues_not_visible"])
        // One role sees, the other adds.
        let seeing = answer(200, #"{"role":{"id":4,"permissions":["view_issues"]}}"#)
        #expect(try await check { $0.roles = [blind, seeing] }.lookUps == .proved)
        let idle = try await check { $0.roles = [seeing] }
        #expect(idle.problems.map(\.code) == ["issues_not_addable"])
        let refused = try await check { $0.newest = answer(403, "") }
        #expect(reason(refused) != nil)
        let archived = try await check { $0.project = answer(403, "") }
        #expect(reason(archived) != nil && archived.problems.map(\.code) == ["project_not_found"])
        let closed = answer(200, #"{"project":{"id":1,"status":5,"trackers":[{"id":2}]}}"#)
        #expect(try await check { $0.project = closed }.problems.map(\.code) == ["project_closed"])
    }

    @Test("an old server that does not tell fields and roles leaves it to what its issues show")
    func old() async throws {
        let told = try await check {
            $0.trackers = answer(200, #"{"trackers":[{"id":2,"name":"Bug"}]}"#)
            $0.roles = [answer(404, "")]
        }
        #expect(told.lookUps == .proved && told.problems.isEmpty)
    }
}
