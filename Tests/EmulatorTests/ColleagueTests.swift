import Foundation
import PatchbayEmulator
import Testing

/// What a colleague, a rule or a wrong clock does behind the back of whoever made a task.
@Suite("Colleagues and clocks")
struct ColleagueTests {
    @Test("moved: Asana's task leaves one list for another, or all of them, and is no younger for it")
    func movedAsana() async throws {
        try await withEmulator { (vendors) async throws in
            let gid = try await vendors.create("asana").json["data"]?["gid"]?.text ?? ""
            func listed(_ place: String) async throws -> Int {
                try await vendors.asana("GET", "/tasks?\(place)&opt_fields=created_by").json["data"]?.items?.count ?? -1
            }
            func move(_ project: JSON) async throws -> JSON {
                try await vendors.control(
                    "POST", "/changes", ["system": "asana", "id": .string(gid), "project": project])
            }
            let before = try await vendors.control("GET", "/state")["asana"]?["tasks"]?.items?.first?["updatedAt"]
            #expect(try await move("1200000000000202")["updatedAt"] == before)
            #expect(try await listed("project=\(Vendors.asanaProject)") == 0)
            #expect(try await listed("project=1200000000000202") == 1)
            #expect(try await move(nil)["project"]?.isNull == true)
            #expect(try await listed("project=1200000000000202") == 0)
            _ = try await vendors.asana("PUT", "/tasks/\(gid)", ["assignee": "me"])
            #expect(try await listed("assignee=me&workspace=\(Vendors.asanaWorkspace)") == 1)
            #expect(try await vendors.asana("GET", "/tasks?assignee=me").status == 400)
        }
    }

    @Test("search: a paid plan finds by maker and time; another has 402, and without a kind there are only milestones")
    func search() async throws {
        try await withEmulator { (vendors) async throws in
            _ = try await vendors.create("asana")
            let path =
                "/workspaces/\(Vendors.asanaWorkspace)/tasks/search?resource_subtype=default_task&created_by.any="
            func count(_ query: String) async throws -> Int {
                try await vendors.asana("GET", query).json["data"]?.items?.count ?? -1
            }
            #expect(try await count(path + "me&created_at.after=2020-01-01T00:00:00Z&opt_fields=created_by") == 1)
            #expect(try await count(path + "1200000000000102") == 0)
            #expect(try await count(path + "me&created_at.after=2999-01-01T00:00:00Z") == 0)
            #expect(try await count("/workspaces/\(Vendors.asanaWorkspace)/tasks/search?created_by.any=me") == 0)
            try await vendors.control("POST", "/settings", ["asana": ["withoutSearch": true]])
            #expect(try await vendors.asana("GET", path + "me").status == 402)
        }
    }

    @Test("left: whoever left is in no list and cannot be assigned, until they come back")
    func left() async throws {
        try await withEmulator { (vendors) async throws in
            func create() async throws -> [String?] {
                let asana = try await vendors.asana(
                    "POST", "/tasks",
                    ["name": "a", "projects": [.string(Vendors.asanaProject)], "assignee": "1200000000000103"])
                let fields: JSON = [
                    "project": ["key": "ED"], "issuetype": ["name": "Task"], "summary": "a",
                    "assignee": ["id": "5b10a2844c20165700ede203"],
                ]
                let jira = try await vendors.jira("POST", "/issue", ["fields": fields])
                let linear = try await vendors.linear(
                    "mutation($input: IssueCreateInput!) { issueCreate(input: $input) { success } }",
                    [
                        "input": [
                            "title": "a", "teamId": .string(Vendors.linearTeam),
                            "assigneeId": "0a1b2c3d-0001-4000-8000-000000000003",
                        ]
                    ])
                return [
                    asana.json["errors"]?.items?.first?["message"]?.text, jira.json["errors"]?["assignee"]?.text,
                    linear.json["errors"]?.items?.first?["message"]?.text,
                ]
            }
            func change(_ active: Bool) async throws {
                for system in ["asana", "jira", "linear"] {
                    try await vendors.control(
                        "POST", "/people",
                        ["system": .string(system), "email": "bob@example.com", "active": .bool(active)])
                }
            }
            #expect(try await create() == [nil, nil, nil])
            try await change(false)
            let refused = try await create()
            #expect(
                refused[0]?.hasPrefix("assignee: Not a user") == true
                    && refused[1]?.contains("cannot be assigned") == true)
            #expect(refused[2] == "Entity not found: User")
            #expect(
                try await vendors.asana("GET", "/users?workspace=\(Vendors.asanaWorkspace)").json["data"]?.items?.count
                    == 3)
            #expect(try await vendors.jira("GET", "/user/assignable/search?project=ED&query=").json.items?.count == 3)
            func users(_ arguments: String) async throws -> [JSON] {
                let query = "query { users(first: 9\(arguments)) { nodes { email active isAssignable } } }"
                return try await vendors.linear(query).json["data"]?["users"]?["nodes"]?.items ?? []
            }
            #expect(try await users("").count == 3)
            let all = try await users(", includeDisabled: true")
            #expect(
                all.count == 4
                    && all.filter { $0["active"]?.truth == false }.map { $0["email"]?.text } == ["bob@example.com"])
            try await change(true)
            #expect(try await create() == [nil, nil, nil])
        }
    }

    @Test("Jira's project: its id is none of its keys, where a key is asked for")
    func projectIDs() async throws {
        try await withEmulator { (vendors) async throws in
            #expect(try await vendors.jira("GET", "/project/10100").json["key"] == "ED")
            func create(_ project: JSON) async throws -> Int {
                let fields: JSON = ["project": project, "issuetype": ["name": "Task"], "summary": "a"]
                return try await vendors.jira("POST", "/issue", ["fields": fields]).status
            }
            #expect(try await create(["key": "10100"]) == 400)
            #expect(try await create(["id": "10100"]) == 201)
            let rights = "/mypermissions?permissions=BROWSE_PROJECTS&"
            #expect(try await vendors.jira("GET", rights + "projectKey=10100").status == 404)
            #expect(try await vendors.jira("GET", rights + "projectId=10100").status == 200)
        }
    }

    @Test("moved: Jira's issue has another key, its old one still leads to it, and JQL finds it by its creator")
    func movedJira() async throws {
        try await withEmulator { (vendors) async throws in
            let id = try await vendors.create("jira").json["id"]?.text ?? ""
            let moved = try await vendors.control(
                "POST", "/changes", ["system": "jira", "id": .string(id), "project": "OPS"])
            #expect(moved["displayId"] == "OPS-1" && moved["id"] == .string(id))
            #expect(try await vendors.jira("GET", "/issue/ED-1").json["key"] == "OPS-1")
            func count(_ jql: String) async throws -> Int {
                try await vendors.jira("POST", "/search/jql", ["jql": .string(jql), "fields": ["creator"]]).json[
                    "issues"]?.items?.count
                    ?? -1
            }
            #expect(try await count("project = ED") == 0)
            #expect(
                try await count("(project = ED OR creator = currentUser()) AND created >= 0 ORDER BY created ASC") == 1)
            #expect(
                try await count(
                    "creator in (currentUser(), \"5b10a2844c20165700ede202\") and not_there = 1 or project = OPS") == -1
            )
            #expect(try await count("project = ED OR project = OPS AND creator = \"5b10a2844c20165700ede202\"") == 0)
            for wrong in ["project = NONE", "creator = \"x\"", "(project = ED", "project = ED OR", "project = ED)", ""]
            {
                #expect(try await count(wrong) == -1, "\(wrong)")
            }
        }
    }

    @Test("rights: who may add and not see finds nothing, and only mypermissions says so")
    func withoutBrowse() async throws {
        try await withEmulator { (vendors) async throws in
            let path = "/mypermissions?projectKey=ED&permissions=BROWSE_PROJECTS,CREATE_ISSUES"
            func has(_ name: String) async throws -> Bool? {
                try await vendors.jira("GET", path).json["permissions"]?[name]?["havePermission"]?.truth
            }
            #expect(try await has("BROWSE_PROJECTS") == true)
            try await vendors.control("POST", "/settings", ["jira": ["withoutBrowse": ["ED"]]])
            #expect(try await vendors.create("jira").status == 201)
            #expect(try await has("BROWSE_PROJECTS") == false)
            #expect(try await has("CREATE_ISSUES") == true)
            #expect(
                try await vendors.jira("POST", "/search/jql", ["jql": "project = ED"]).json["issues"]?.items?.isEmpty
                    == true)
            #expect(try await vendors.jira("GET", "/issue/ED-1").status == 404)
            #expect(
                try await vendors.jira("GET", "/mypermissions?projectKey=NONE&permissions=CREATE_ISSUES").status == 404)
            #expect(try await vendors.jira("GET", "/mypermissions").status == 400)
        }
    }

    @Test(
        "rewritten: title and description are replaced, and what carried the delivery id can be taken away",
        arguments: ["asana", "jira", "linear"])
    func rewritten(system: String) async throws {
        try await withEmulator { (vendors) async throws in
            _ = try await vendors.create(system)
            let task = try #require(try await vendors.control("GET", "/state")[system]?["tasks"]?.items?.first)
            let changed = try await vendors.control(
                "POST", "/changes",
                [
                    "system": .string(system), "id": task["displayId"] ?? .null, "title": "Mine",
                    "description": "All new",
                    "withoutMark": true,
                ])
            #expect(
                changed["title"] == "Mine" && changed["descriptionText"] == "All new" && changed["id"] == task["id"])
            #expect(changed["createdAt"] == task["createdAt"])
            for wrong: JSON in [
                ["id": "nobody"], [:], ["id": task["id"] ?? .null, "project": "nowhere"],
                ["id": task["id"] ?? .null, "x": 1],
            ] {
                let body = JSON.object([.init("system", .string(system))] + (wrong.members ?? []))
                #expect(try await Vendors.send("POST", vendors.addresses.control + "/changes", body).status == 400)
            }
        }
    }

    @Test("moved: Linear's issue changes team and identifier, and keeps its id")
    func movedLinear() async throws {
        try await withEmulator { (vendors) async throws in
            _ = try await vendors.create("linear")
            let moved = try await vendors.control(
                "POST", "/changes", ["system": "linear", "id": "ENG-1", "project": "OPS"])
            #expect(moved["displayId"] == "OPS-1")
            let query = "query($id: String!) { issue(id: $id) { identifier } }"
            let there = try await vendors.linear(query, ["id": moved["id"] ?? .null])
            #expect(there.json["data"]?["issue"]?["identifier"] == "OPS-1")
        }
    }

    @Test("clock: no date, a shifted one, two, an age and a via; the whole clock also dates the tasks")
    func clock() async throws {
        try await withEmulator { (vendors) async throws in
            func set(_ body: JSON) async throws { try await vendors.control("POST", "/clock", body) }
            func date() async throws -> Date? {
                let text = try await vendors.account("jira").header("date") ?? ""
                let format = DateFormatter()
                format.locale = Locale(identifier: "en_US_POSIX")
                format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
                return format.date(from: text)
            }
            #expect(abs(try #require(try await date()).timeIntervalSinceNow) < 60)
            try await set(["system": "jira", "date": false, "age": 30, "via": "1.1 proxy"])
            let bare = try await vendors.account("jira")
            #expect(bare.header("date") == nil && bare.header("age") == "30" && bare.header("via") == "1.1 proxy")
            #expect(try await vendors.account("asana").header("date") != nil)
            try await set(["system": "jira", "dateSeconds": -7_200])
            #expect(try #require(try await date()).timeIntervalSinceNow < -7_000)
            _ = try await vendors.create("jira")
            try await set(["system": "jira", "clockSeconds": 7_200])
            #expect(try #require(try await date()).timeIntervalSinceNow > 7_000)
            _ = try await vendors.create("jira")
            let made =
                try await vendors.control("GET", "/state")["jira"]?["tasks"]?.items?.compactMap {
                    $0["createdAt"]?.text
                } ?? []
            let times = made.compactMap { try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse($0) }
            #expect(times.count == 2 && times[1].timeIntervalSince(times[0]) > 7_000)
            try await set(["secondDateSeconds": 90])
            #expect(try await vendors.account("linear").header("date")?.contains(",") == true)
            try await vendors.control("POST", "/reset")
            #expect(abs(try #require(try await date()).timeIntervalSinceNow) < 60)
        }
    }

    @Test("a look-up can be answered with a given body of status 200, as JSON")
    func oddBody() async throws {
        try await withEmulator { (vendors) async throws in
            let fault: JSON = [
                "system": "jira", "operation": "search", "kind": "status", "status": 200, "body": "json",
                "text": "{\"issues\":null}",
            ]
            try await vendors.control("POST", "/faults", fault)
            let answer = try await vendors.jira("POST", "/search/jql", ["jql": "project = ED"])
            #expect(answer.status == 200 && answer.text == "{\"issues\":null}")
            #expect(answer.header("content-type")?.hasPrefix("application/json") == true)
        }
    }
}
