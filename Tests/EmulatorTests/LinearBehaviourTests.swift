import PatchbayEmulator
import Testing

@Suite("Linear")
struct LinearBehaviourTests {
    private static let id = "7f3c5b10-9f2e-4729-b51b-54dc274d0001"

    @Test("create: an issue is made under the client's own id and answered with the selected fields only")
    func create() async throws {
        try await withEmulator { (vendors) async throws in
            let input = Vendors.input([
                "id": .string(Self.id), "title": "Call back", "description": "Ask for **numbers**",
                "dueDate": "2026-05-11", "priority": 1,
                "assigneeId": "0a1b2c3d-0001-4000-8000-000000000002",
                "labelIds": ["0a1b2c3d-0004-4000-8000-000000000001"],
            ])
            let made = try await vendors.linear(Vendors.issueCreate, ["input": input])
            let issue = made.json["data"]?["issueCreate"]?["issue"]
            #expect(made.status == 200)
            #expect(issue?["id"]?.text == Self.id)
            #expect(issue?["identifier"] == "ENG-1")
            #expect(issue?.members?.count == 4)
            let query =
                "query($id: String!) { it: issue(id: $id) { ...parts labels { nodes { name } } } } fragment parts on "
                + "Issue { assignee { email } priority }"
            let read = try await vendors.linear(query, ["id": "ENG-1"]).json["data"]?["it"]
            #expect(read?["assignee"]?["email"] == "alice@example.com")
            #expect(read?["priority"] == 1)
            #expect(read?["labels"]?["nodes"] == [["name": "follow-up"]])
        }
    }

    @Test(
        "create refused: each bad field is an error with a code and makes nothing",
        arguments: [
            (#"{"teamId":"ENG"}"#, "Argument Validation Error"), (#"{"title":""}"#, "Argument Validation Error"),
            (#"{"teamId":"0a1b2c3d-0002-4000-8000-0000000000ff"}"#, "Entity not found: Team"),
            (#"{"assigneeId":"0a1b2c3d-0001-4000-8000-0000000000ff"}"#, "Entity not found: User"),
            (#"{"labelIds":["0a1b2c3d-0004-4000-8000-0000000000ff"]}"#, "Entity not found: IssueLabel"),
            (#"{"labelIds":["0a1b2c3d-0004-4000-8000-000000000003"]}"#, "Label"),
            (#"{"dueDate":"May 11"}"#, "Argument Validation Error"),
            (#"{"priority":9}"#, "Argument Validation Error"), (#"{"id":"not-a-uuid"}"#, "Argument Validation Error"),
        ])
    func createRefused(fields: String, expected: String) async throws {
        try await withEmulator { (vendors) async throws in
            let answer = try await vendors.linear(
                Vendors.issueCreate, ["input": Vendors.input(try JSON(parsing: fields))])
            let error = answer.json["errors"]?.items?.first
            #expect(answer.status == 200)
            #expect(answer.json["data"] == .null)
            #expect(error?["message"]?.text?.contains(expected) == true, "\(answer.text)")
            #expect(error?["extensions"]?["code"] == "INPUT_ERROR")
            #expect(try await vendors.count("linear") == 0)
        }
    }

    @Test(
        "query refused: an unknown field, a cut document, an unknown input field are validation errors with status 400")
    func queryRefused() async throws {
        try await withEmulator { (vendors) async throws in
            for query in [
                "{ nonsense }", "{ viewer { nonsense } }", "{ viewer {", "", "{ viewer }", "{ viewer { ...no } }",
            ] {
                let answer = try await vendors.linear(query)
                #expect(answer.status == 400, "\(query)")
                #expect(answer.json["errors"]?.items?.first?["extensions"]?["code"] == "GRAPHQL_VALIDATION_FAILED")
            }
            #expect(
                try await vendors.linear(Vendors.issueCreate, ["input": Vendors.input(["nonsense": 1])]).status == 400)
        }
    }

    @Test("repeated id: a second create with the same id is a conflict and no second issue")
    func repeated() async throws {
        try await withEmulator { (vendors) async throws in
            let input: JSON = ["input": Vendors.input(["id": .string(Self.id)])]
            _ = try await vendors.linear(Vendors.issueCreate, input)
            let again = try await vendors.linear(Vendors.issueCreate, input)
            #expect(again.status == 200)
            #expect(again.json["errors"]?.items?.first?["message"] == "conflict on insert of Issue")
            #expect(try await vendors.count("linear") == 1)
            try await vendors.control("POST", "/settings", ["linear": ["conflictStatus": 400]])
            #expect(try await vendors.linear(Vendors.issueCreate, input).status == 400)
        }
    }

    @Test("batch: all or nothing; one repeated or bad item sinks the rest; 50 at most")
    func batch() async throws {
        try await withEmulator { (vendors) async throws in
            let good = Vendors.input([:])
            func send(_ issues: [JSON]) async throws -> JSON {
                try await vendors.linear(Vendors.issueBatchCreate, ["input": ["issues": .array(issues)]]).json
            }
            let named = Vendors.input(["id": .string(Self.id)])
            #expect(try await send([good, named])["data"]?["issueBatchCreate"]?["issues"]?.items?.count == 2)
            #expect(try await send([good, named])["errors"]?.items?.first?["message"] == "conflict on insert of Issue")
            #expect(try await send([good, Vendors.input(["title": ""])])["errors"] != nil)
            let twin = Vendors.input(["id": "7f3c5b10-9f2e-4729-b51b-54dc274d0002"])
            #expect(try await send([twin, twin])["errors"]?.items?.first?["message"] == "conflict on insert of Issue")
            #expect(try await send(Array(repeating: good, count: 51))["errors"] != nil)
            #expect(try await vendors.count("linear") == 2)
        }
    }

    @Test("look-up: missing ids are absent from a list and an error alone")
    func lookUp() async throws {
        try await withEmulator { (vendors) async throws in
            _ = try await vendors.linear(Vendors.issueCreate, ["input": Vendors.input(["id": .string(Self.id)])])
            let missing = "7f3c5b10-9f2e-4729-b51b-54dc274d00ff"
            let list = try await vendors.linear(
                "query($ids: [ID!]) { issues(filter: {id: {in: $ids}}, includeArchived: true) { nodes { id } } }",
                ["ids": [.string(Self.id), .string(missing)]])
            #expect(list.json["data"]?["issues"]?["nodes"] == [["id": .string(Self.id)]])
            let alone = try await vendors.linear("{ issue(id: \"\(missing)\") { id } }")
            #expect(alone.json["errors"]?.items?.first?["message"] == "Entity not found: Issue")
        }
    }

    @Test("changed since: issues of a team come newest first, in pages by cursor")
    func pages() async throws {
        try await withEmulator { (vendors) async throws in
            for number in 1...3 { _ = try await vendors.create("linear", title: "Task \(number)") }
            let query = """
                query($team: ID!, $since: DateTimeOrDuration!, $after: String) {
                  issues(filter: {team: {id: {eq: $team}}, updatedAt: {gte: $since}}, orderBy: createdAt, first: 2, \
                after: $after) {
                    nodes { title } pageInfo { hasNextPage endCursor } } }
                """
            var titles: [String] = []
            var after: JSON = nil
            while true {
                let variables: JSON = [
                    "team": .string(Vendors.linearTeam), "since": "2026-01-01T00:00:00Z", "after": after,
                ]
                let page = try await vendors.linear(query, variables).json["data"]?["issues"]
                titles += page?["nodes"]?.items?.compactMap { $0["title"]?.text } ?? []
                guard page?["pageInfo"]?["hasNextPage"] == true else { break }
                after = page?["pageInfo"]?["endCursor"] ?? nil
            }
            #expect(titles == ["Task 3", "Task 2", "Task 1"])
        }
    }

    @Test("update, complete and delete: an issue changes, is done, and goes to the trash")
    func update() async throws {
        try await withEmulator { (vendors) async throws in
            _ = try await vendors.linear(Vendors.issueCreate, ["input": Vendors.input(["id": .string(Self.id)])])
            let states = try await vendors.linear(
                "query($t: ID!) { workflowStates(filter: {team: {id: {eq: $t}}}) { nodes { id type } } }",
                ["t": .string(Vendors.linearTeam)])
            let done = states.json["data"]?["workflowStates"]?["nodes"]?.items?.first { $0["type"] == "completed" }?[
                "id"]
            let update =
                "mutation($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success "
                + "issue { title state { type } } } }"
            let changed = try await vendors.linear(
                update, ["id": "ENG-1", "input": ["title": "New", "stateId": done ?? .null]])
            #expect(changed.json["data"]?["issueUpdate"]?["issue"] == ["title": "New", "state": ["type": "completed"]])
            let many =
                "mutation($ids: [UUID!]!) { issueBatchUpdate(ids: $ids, input: {priority: 2}) { issues { priority } } }"
            let batch = try await vendors.linear(many, ["ids": [.string(Self.id)]])
            #expect(batch.json["data"]?["issueBatchUpdate"]?["issues"] == [["priority": 2]])
            #expect(
                try await vendors.linear("mutation { issueDelete(id: \"ENG-1\") { success } }").json["data"]?[
                    "issueDelete"]?["success"]
                    == true)
            #expect(try await vendors.linear("{ issues { nodes { id } } }").json["data"]?["issues"]?["nodes"] == [])
            #expect(
                try await vendors.linear("{ issue(id: \"ENG-1\") { trashed } }").json["data"]?["issue"]?["trashed"]
                    == true)
        }
    }

    @Test("directory: organization, teams, users, states and labels are listed and filtered")
    func directory() async throws {
        try await withEmulator { (vendors) async throws in
            let query = """
                { organization { urlKey } teams { nodes { key states { nodes { name } } } }
                  users(filter: {email: {eqIgnoreCase: "ALICE@example.com"}}) { nodes { name active isAssignable } }
                  issueLabels(filter: {team: {key: {eq: "OPS"}}}) { nodes { name } } rateLimitStatus { kind limits { \
                type remainingAmount } } }
                """
            let data = try await vendors.linear(query).json["data"]
            #expect(data?["organization"]?["urlKey"] == "example")
            #expect(data?["teams"]?["nodes"]?.items?.map { $0["key"]?.text } == ["ENG", "OPS"])
            #expect(data?["users"]?["nodes"] == [["name": "Alice Example", "active": true, "isAssignable": true]])
            #expect(data?["issueLabels"]?["nodes"] == [["name": "infrastructure"]])
            #expect(data?["rateLimitStatus"]?["limits"]?.items?.count == 2)
        }
    }

    @Test("limits: over the budget is HTTP 400 with RATELIMITED and no Retry-After; a query too complex is refused")
    func limits() async throws {
        try await withEmulator { (vendors) async throws in
            try await vendors.control("POST", "/limits", ["system": "linear", "requests": 1, "complexity": 1000])
            let first = try await vendors.account("linear")
            #expect(first.header("x-ratelimit-requests-remaining") == "0")
            #expect(first.header("x-ratelimit-complexity-limit") == "1000")
            #expect(first.header("x-complexity") != nil)
            let refused = try await vendors.account("linear")
            #expect(refused.status == 400)
            #expect(refused.json["errors"]?.items?.first?["extensions"]?["code"] == "RATELIMITED")
            #expect(refused.header("retry-after") == nil)
            #expect((Int(refused.header("x-ratelimit-requests-reset") ?? "") ?? 0) > 1_700_000_000_000)
            try await vendors.control("POST", "/limits", ["system": "linear"])
            let complex = try await vendors.linear(
                "{ issues(first: 250) { nodes { id labels(first: 250) { nodes { id } } } } }")
            #expect(complex.status == 400)
            #expect(complex.json["errors"]?.items?.first?["message"] == "Query too complex")
        }
    }
}
