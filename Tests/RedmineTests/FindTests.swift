import PatchbayConnectors
import PatchbayModel
import TestSupport
import Testing

@Suite("The Redmine connector's look-ups", .timeLimit(.minutes(12)))
struct FindTests {
    private static let marker = "patchbay:" + Conversing.delivery
    private static let second = "22222222-2222-4222-8222-222222222222"
    private static let none = Redmine.list()

    /// A look-up of one task that is called `a`, made at `Conversing.now`, with witnesses beside it.
    private static func find(witnesses: Int = 0, title: String = "a") -> ConnectorOperation {
        let attempt = AttemptFacts(
            number: 1, windowIsSure: false, startedAt: Conversing.now, vendorDate: nil, account: "5")
        let lost = OperationTask(
            task: TrackedTask(id: "1", title: title), deliveryID: Conversing.delivery, attemptedAt: Conversing.now,
            attempt: attempt)
        let known = (0..<witnesses).map { place in
            OperationTask(
                task: TrackedTask(id: "w\(place)", title: "known"), deliveryID: second, externalID: "31",
                attemptedAt: Conversing.now,
                isWitness: true)
        }
        return ConnectorOperation(.find, now: Conversing.now, tasks: [lost] + known)
    }

    /// Makes such a look-up with these answers, after the one that says whose key it is.
    private static func look(
        _ answers: [HTTPResponse], of operation: ConnectorOperation = find()
    ) async throws -> (requests: [HTTPRequest], result: CallResult?) {
        let conversing = try Conversing()
        let told = try await conversing.session().converse(operation, [Redmine.alice] + answers)
        await conversing.catalog.shutdown()
        return told
    }

    @Test("asks the project and then everywhere, over everything there ever was")
    func asks() async throws {
        let hit = try await Self.look([Redmine.list(Redmine.issue(31, "x\\r\\n\\r\\n\(Self.marker)"))])
        #expect(hit.result?.outcomes.first?.kind == .found && hit.result?.outcomes.first?.externalID == "31")
        #expect(hit.requests.map(\.path) == ["/users/current.json", "/projects/demo/issues.json"])
        let wanted = ["limit=25", "offset=0", "status_id=*", "sort=id", "description=~" + Self.marker]
        #expect(hit.requests.last?.queryTexts == wanted)
        let old = Redmine.issue(30, "x", author: 7, created: "2026-11-16T08:00:00Z")
        let miss = try await Self.look([Self.none, Self.none, Redmine.recent(old)] + Redmine.noMore)
        let paths = ["/users/current.json", "/projects/demo/issues.json", "/issues.json", "/issues.json"]
        #expect(miss.requests.map(\.path) == paths + (31...35).map { "/issues/\($0).json" })
        let outcome = try #require(miss.result?.outcomes.first)
        #expect(outcome.kind == .notFound && outcome.isExhaustive && !outcome.usedWindow && outcome.candidates.isEmpty)
        // An id that only begins with ours is another's.
        let longer = try await Self.look([
            Redmine.list(Redmine.issue(31, Self.marker + "0")), Self.none, Redmine.recent(old),
        ])
        #expect(longer.result?.outcomes.first?.kind != .found)
    }

    @Test("a witness is looked for by the same query in the same call")
    func witness() async throws {
        let known = Redmine.list(Redmine.issue(31, "patchbay:" + Self.second))
        let recent = Redmine.recent(Redmine.issue(31, "patchbay:" + Self.second, created: "2026-11-16T08:00:00Z"))
        let told = try await Self.look(
            [Self.none, Self.none, known, recent] + Redmine.noMore, of: Self.find(witnesses: 1))
        #expect(
            told.result?.outcomes.map(\.kind) == [.notFound, .found]
                && told.result?.outcomes.first?.isExhaustive == true)
        #expect(told.result?.outcomes.last?.externalID == "31")
        #expect(told.requests[3].queryTexts.last == "description=~patchbay:" + Self.second)
    }

    @Test("a key that reads as a guest, or as nobody, misses nothing", arguments: [401, 403, 503])
    func guest(_ status: Int) async throws {
        let conversing = try Conversing()
        let (requests, result) = try await conversing.session().converse(
            Self.find(), [answer(status, ""), Self.none, Self.none])
        #expect(requests.count == 1 && result?.outcome != .completed, "\(String(describing: result))")
        if status == 401 { #expect(result?.outcome == .authFailed(.rejected)) }
        await conversing.catalog.shutdown()
    }

    @Test("a server that does not compare is read to its end, once for all, and must have given everything")
    func unfiltered() async throws {
        let issues = (1...3).map {
            Redmine.issue($0, $0 == 3 ? "patchbay:" + Self.second : "other", created: "2026-11-16T08:00:00Z")
        }
        let whole = Redmine.list(issues[0], issues[1], issues[2])
        let few = Redmine.recent(issues[2], total: 3)
        let recent = Redmine.recent(issues[2], issues[1], issues[0])
        func last(_ answer: HTTPResponse) async throws -> (requests: [HTTPRequest], result: CallResult?) {
            try await Self.look([whole, answer, recent] + Redmine.noMore, of: Self.find(witnesses: 1))
        }
        let told = try await last(whole)
        #expect(
            told.result?.outcomes.map(\.kind) == [.notFound, .found]
                && told.result?.outcomes.first?.isExhaustive == true)
        #expect(told.requests.count == 4 + 5)
        // A list that is shorter than the whole one was made by some other question.
        let part = try await last(Redmine.list(issues[0]))
        #expect(part.result?.outcomes.first?.isExhaustive == false)
        let (requests, result) = try await Self.look(
            [whole, whole, few, few, recent] + Redmine.noMore, of: Self.find(witnesses: 1))
        #expect(
            requests.count == 6 + 5 && result?.outcomes.first?.isExhaustive == true,
            "a page with too few rows is asked for again")
    }

    @Test(
        "what has not the form that was asked for is no proof",
        arguments: [
            #"{"issues":[]}"#, #"{"issues":[],"total_count":0,"offset":0}"#,
            #"{"issues":[],"total_count":"0","offset":0,"limit":25}"#,
            #"{"issues":[],"total_count":7,"offset":0,"limit":25}"#,
            #"{"issues":[],"total_count":0,"offset":25,"limit":25}"#,
            #"{"issues":[],"total_count":0,"offset":0,"limit":100}"#,
            #"{"issues":[null],"total_count":1,"offset":0,"limit":25}"#,
            #"{"issues":[{"id":1}],"total_count":1,"offset":0,"limit":25}"#,
            #"{"issues":[{"id":"1","description":null}],"total_count":1,"offset":0,"limit":25}"#,
            #"{"issues":[{"id":1,"description":[]}],"total_count":1,"offset":0,"limit":25}"#,
            #"{"issues":[],"total_count":0,"offset":0,"limit":25,"errors":["Query is invalid"]}"#, #"[]"#,
            #"{"issues":{}}"#, "",
        ])
    func shapes(_ body: String) async throws {
        let old = Redmine.recent(Redmine.issue(30, "x", created: "2026-11-16T08:00:00Z"))
        for place in 0...2 {
            var answers = [Self.none, Self.none, old] + Redmine.noMore
            // One that does not add up is asked for again, because an issue may have come while Redmine counted.
            let isCounted = body.contains("7")
            answers.replaceSubrange(
                place...place, with: [HTTPResponse](repeating: answer(200, body), count: isCounted ? 4 : 1))
            let (_, result) = try await Self.look(answers)
            let isNoProof = result?.outcome == .protocolError || result?.outcomes.first?.isExhaustive == false
            #expect(isNoProof, "\(place): \(String(describing: result))")
        }
    }

    @Test("entries that went away meanwhile may have moved others past the place that is read")
    func moving() async throws {
        let rows = (1...26).map { Redmine.issue($0, "x", created: "2026-11-16T08:00:00Z") }
        let first = answer(
            200, #"{"issues":[\#(rows[..<25].joined(separator: ","))],"total_count":26,"offset":0,"limit":25}"#)
        let second = answer(200, #"{"issues":[],"total_count":25,"offset":25,"limit":25}"#)
        let (requests, result) = try await Self.look(
            [first, second, Self.none, Redmine.recent(rows[25])] + Redmine.noMore)
        #expect(requests[2].queryTexts[1] == "offset=25" && result?.outcomes.first?.isExhaustive == false)
    }

    @Test("issues of ours without a marker that bear the title, or were edited, are candidates")
    func candidates() async throws {
        let page = Redmine.recent(
            Redmine.issue(36, nil, title: "a"),
            Redmine.issue(35, "all new", title: "b", edited: "2026-11-18T12:00:00Z"),
            Redmine.issue(34, nil, title: "b"), Redmine.issue(33, nil, title: "a", author: 8),
            Redmine.issue(32, "patchbay:" + Self.second, title: "a"),
            Redmine.issue(31, nil, title: "a", created: "2026-11-16T08:00:00Z"))
        let (_, result) = try await Self.look([Self.none, Self.none, page] + Redmine.noMore)
        let outcome = try #require(result?.outcomes.first)
        #expect(outcome.kind == .notFound && outcome.candidates.map(\.externalID) == ["36", "35"])
        #expect(outcome.candidates.map(\.isEdited) == [false, true] && outcome.candidates.first?.title == "a")
        #expect(outcome.candidates.first?.url == "http://127.0.0.1:1/redmine/issues/36")
    }

    @Test("a number that exists and may not be seen could be the one that is looked for")
    func hidden() async throws {
        let page = Redmine.recent(
            Redmine.issue(36, "x", author: 7), Redmine.issue(33, "x", author: 7, created: "2026-11-16T08:00:00Z"))
        let between = try await Self.look([Self.none, Self.none, page, Redmine.absent, answer(403, "")])
        #expect(between.requests.suffix(2).map(\.path) == ["/issues/34.json", "/issues/35.json"])
        let outcome = try #require(between.result?.outcomes.first)
        #expect(outcome.kind == .notFound && !outcome.isExhaustive && outcome.message?.contains("#35") == true)
        let beyond = try await Self.look([Self.none, Self.none, page, Redmine.absent, Redmine.absent, answer(403, "")])
        #expect(beyond.requests.last?.path == "/issues/37.json" && beyond.result?.outcomes.first?.isExhaustive == false)
        // One that has come since the list was read is the one that is looked for.
        let late = answer(200, #"{"issue":\#(Redmine.issue(37, Self.marker))}"#)
        let found = try await Self.look(
            [Self.none, Self.none, page, Redmine.absent, Redmine.absent, late] + Redmine.noMore)
        #expect(found.result?.outcomes.first?.kind == .found && found.result?.outcomes.first?.externalID == "37")
    }

    @Test("a project that cannot be read leaves it open, and what was moved elsewhere is found", arguments: [403, 404])
    func archived(_ status: Int) async throws {
        let old = Redmine.recent(Redmine.issue(30, "x", created: "2026-11-16T08:00:00Z"))
        let miss = try await Self.look([answer(status, ""), Self.none, old] + Redmine.noMore)
        #expect(miss.result?.outcomes.first?.kind == .notFound && miss.result?.outcomes.first?.isExhaustive == false)
        let moved = try await Self.look([answer(status, ""), Redmine.list(Redmine.issue(31, Self.marker))])
        #expect(moved.result?.outcomes.first?.kind == .found)
        let blind = try await Self.look([Self.none, Self.none, answer(status, "")])
        #expect(blind.result?.outcomes.first?.isExhaustive == false)
    }
}
