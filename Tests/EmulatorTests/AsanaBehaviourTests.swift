import PatchbayEmulator
import Testing

@Suite("Asana")
struct AsanaBehaviourTests {
    @Test("create: a task is made with every field and answered with what was asked for")
    func create() async throws {
        try await withEmulator { (vendors) async throws in
            let fields = Vendors.asanaTask([
                "name": "Call back", "html_notes": "<body>Ask for <strong>numbers</strong></body>",
                "due_on": "2026-05-11",
                "assignee": "alice@example.com", "tags": ["1200000000000301"],
            ])
            let answer = try await vendors.asana("POST", "/tasks?opt_fields=gid,permalink_url,assignee.email", fields)
            #expect(answer.status == 201)
            #expect(answer.header("location") == "/api/1.0/tasks/1210000000000001")
            #expect(answer.json["data"]?["gid"] == "1210000000000001")
            #expect(answer.json["data"]?["assignee"]?["email"] == "alice@example.com")
            #expect(answer.json["data"]?["name"] == nil)
            let task = try await vendors.control("GET", "/state?system=asana")["asana"]?["tasks"]?.items?.first
            #expect(task?["descriptionText"] == "Ask for numbers")
            #expect(task?["labels"] == ["follow-up"])
            #expect(task?["due"] == "2026-05-11")
        }
    }

    @Test(
        "create refused: each bad field is a 400 in Asana's shape and makes nothing",
        arguments: [
            (#"{"name":"x"}"#, "You should specify one of workspace, parent, projects"),
            (#"{"projects":["1"]}"#, "Unknown object: 1"),
            (#"{"workspace":"1200000000000001","assignee":"nobody@example.com"}"#, "assignee"),
            (#"{"workspace":"1200000000000001","tags":["9"]}"#, "tags"),
            (#"{"workspace":"1200000000000001","completed_at":"2026-01-01T00:00:00Z"}"#, "completed_at"),
            (
                #"{"workspace":"1200000000000001","due_on":"2026-05-11","due_at":"2026-05-11T10:00:00Z"}"#,
                "due_on or due_at"
            ),
            (#"{"workspace":"1200000000000001","due_on":"2026-02-30"}"#, "due_on"),
            (#"{"workspace":"1200000000000001","html_notes":"<body><b>no</b></body>"}"#, "html_notes"),
            (#"{"workspace":"1200000000000001","html_notes":"<body>open"}"#, "html_notes"),
            (#"{"workspace":"1200000000000001","html_notes":"<body><em class=\"a\">no</em></body>"}"#, "html_notes"),
            (#"{"workspace":"1200000000000001","external":{"gid":"a"}}"#, "external"),
            (#"{"workspace":"1200000000000001","nonsense":1}"#, "nonsense"),
        ])
    func createRefused(fields: String, expected: String) async throws {
        try await withEmulator { (vendors) async throws in
            let answer = try await vendors.asana("POST", "/tasks", try JSON(parsing: fields))
            #expect(answer.status == 400)
            #expect(answer.json["errors"]?.items?.first?["message"]?.text?.contains(expected) == true, "\(answer.text)")
            #expect(try await vendors.count("asana") == 0)
        }
    }

    @Test("batch: ten actions at most, each with its own answer, in order, and 200 even if all fail")
    func batch() async throws {
        try await withEmulator { (vendors) async throws in
            func action(_ data: JSON, path: String = "/tasks") -> JSON {
                ["method": "post", "relative_path": .string(path), "data": data, "options": ["fields": ["gid"]]]
            }
            let good = action(Vendors.asanaTask(["name": "One"]))
            let mixed = try await vendors.asana(
                "POST", "/batch",
                [
                    "actions": [
                        good, action(["name": "Nowhere"]), action(Vendors.asanaTask(["name": "Q"]), path: "/tasks?a=b"),
                    ]
                ])
            #expect(mixed.status == 200)
            let rows = mixed.json["data"]?.items ?? []
            #expect(rows.map { $0["status_code"]?.wholeNumber } == [201, 400, 400])
            #expect(rows.first?["body"]?["data"] == ["gid": "1210000000000001"])
            #expect(rows.first?["headers"]?["location"] == "/api/1.0/tasks/1210000000000001")
            let failed = try await vendors.asana("POST", "/batch", ["actions": [action(["name": "Nowhere"])]])
            #expect(failed.status == 200)
            let eleven = try await vendors.asana(
                "POST", "/batch", ["actions": .array(Array(repeating: good, count: 11))])
            #expect(eleven.status == 400)
            #expect(try await vendors.asana("POST", "/batch", ["actions": []]).status == 400)
            #expect(try await vendors.count("asana") == 1)
        }
    }

    @Test("look-up: an external id is found with an OAuth token and with no other")
    func externalId() async throws {
        try await withEmulator { (vendors) async throws in
            let oauth = "Bearer asana-demo-oauth"
            let task = Vendors.asanaTask(["name": "A", "external": ["gid": "7f3c", "data": "d"]])
            #expect(try await vendors.asana("POST", "/tasks", task, token: oauth).status == 201)
            let found = try await vendors.asana("GET", "/tasks/external:7f3c?opt_fields=external", token: oauth)
            #expect(found.json["data"]?["external"]?["gid"] == "7f3c")
            #expect(try await vendors.asana("GET", "/tasks/external:none", token: oauth).status == 404)
            #expect(try await vendors.asana("GET", "/tasks/external:7f3c").status == 404)
        }
    }

    @Test("changed since: a project's tasks come in pages until there is no next one")
    func pages() async throws {
        try await withEmulator { (vendors) async throws in
            for number in 1...5 { _ = try await vendors.create("asana", title: "Task \(number)") }
            var names: [String] = []
            var query =
                "/tasks?project=\(Vendors.asanaProject)&modified_since=2026-01-01T00:00:00Z"
                + "&opt_fields=name,notes&limit=2"
            while true {
                let answer = try await vendors.asana("GET", query)
                names += answer.json["data"]?.items?.compactMap { $0["name"]?.text } ?? []
                guard let path = answer.json["next_page"]?["path"]?.text else { break }
                query = path
            }
            #expect(names == ["Task 1", "Task 2", "Task 3", "Task 4", "Task 5"])
            let later = try await vendors.asana(
                "GET", "/tasks?project=\(Vendors.asanaProject)&modified_since=2999-01-01T00:00:00Z")
            #expect(later.json["data"] == [])
            #expect(try await vendors.asana("GET", "/tasks").status == 400)
        }
    }

    @Test("update, complete and delete: a task changes, ends and is gone")
    func update() async throws {
        try await withEmulator { (vendors) async throws in
            let gid = try #require(try await vendors.create("asana").json["data"]?["gid"]?.text)
            let changed = try await vendors.asana(
                "PUT", "/tasks/\(gid)", ["name": "New", "completed": true, "due_on": "2026-05-11"])
            #expect(changed.json["data"]?["completed"] == true)
            #expect(changed.json["data"]?["completed_at"]?.text != nil)
            #expect(try await vendors.asana("PUT", "/tasks/\(gid)", ["due_on": nil]).json["data"]?["due_on"] == .null)
            #expect(try await vendors.asana("PUT", "/tasks/\(gid)", ["projects": []]).status == 400)
            #expect(try await vendors.asana("DELETE", "/tasks/\(gid)").status == 200)
            #expect(try await vendors.asana("GET", "/tasks/\(gid)").status == 404)
        }
    }

    @Test("directory: users, workspaces, projects and tags are listed and found")
    func directory() async throws {
        try await withEmulator { (vendors) async throws in
            let me = try await vendors.asana("GET", "/users/me?opt_fields=gid,name,email,workspaces.name")
            #expect(me.json["data"]?["workspaces"]?.items?.first?["name"] == "Example Workspace")
            #expect(try await vendors.asana("GET", "/users/bob@example.com").json["data"]?["name"] == "Bob Example")
            #expect(try await vendors.asana("GET", "/users/nobody@example.com").status == 404)
            for path in [
                "/projects?workspace=\(Vendors.asanaWorkspace)", "/workspaces/\(Vendors.asanaWorkspace)/projects",
            ] {
                #expect(try await vendors.asana("GET", path).json["data"]?.items?.count == 2)
            }
            #expect(try await vendors.asana("GET", "/projects/1").status == 404)
            #expect(
                try await vendors.asana("GET", "/workspaces/\(Vendors.asanaWorkspace)/users").json["data"]?.items?.count
                    == 4)
            let made = try await vendors.asana("POST", "/workspaces/\(Vendors.asanaWorkspace)/tags", ["name": "new"])
            #expect(made.status == 201)
            #expect(try await vendors.asana("GET", "/tags").json["data"]?.items?.count == 3)
        }
    }

    @Test("limits: too many requests are a 429 with Retry-After, and a batch counts once per action")
    func requestLimit() async throws {
        try await withEmulator { (vendors) async throws in
            try await vendors.control("POST", "/limits", ["system": "asana", "requests": 4, "windowSeconds": 3600])
            #expect(try await vendors.account("asana").status == 200)
            let action: JSON = ["method": "post", "relative_path": "/tasks", "data": Vendors.asanaTask(["name": "B"])]
            let batch = try await vendors.asana(
                "POST", "/batch", ["actions": .array(Array(repeating: action, count: 4))])
            #expect(batch.status == 429)
            #expect((Int(batch.header("retry-after") ?? "") ?? 0) > 0)
            #expect(try await vendors.count("asana") == 0)
            let counters = try await vendors.control("GET", "/counters")["asana"]
            #expect(counters?["rejected"] == 1)
        }
    }

    @Test("limits: a sixteenth write at once is refused while fifteen are under way")
    func concurrency() async throws {
        try await withEmulator { (vendors) async throws in
            try await vendors.control("POST", "/limits", ["system": "asana", "concurrentWrites": 15])
            try await vendors.control("POST", "/latency", ["system": "asana", "workMilliseconds": 200])
            let action: JSON = ["method": "post", "relative_path": "/tasks", "data": Vendors.asanaTask(["name": "B"])]
            let batch: JSON = ["actions": .array(Array(repeating: action, count: 8))]
            async let first = vendors.asana("POST", "/batch", batch)
            async let second = vendors.asana("POST", "/batch", batch)
            let statuses = try await [first.status, second.status].sorted()
            #expect(statuses == [200, 429])
            #expect(try await vendors.control("GET", "/counters")["asana"]?["maxConcurrentWrites"] == 8)
        }
    }
}
