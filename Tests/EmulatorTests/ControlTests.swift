import Foundation
import PatchbayEmulator
import Testing

@Suite("Control")
struct ControlTests {
    private static let systems = ["asana", "jira", "linear"]

    @Test("tokens: none, a wrong one and one of the wrong form are refused in the vendor's way", arguments: systems)
    func wrongTokens(system: String) async throws {
        try await withEmulator { (vendors) async throws in
            for token in ["", "Bearer wrong", "Bearer lin_api_demo_token", "asana-demo-token", "Basic ????"] {
                let answer = try await vendors.account(system, token: token)
                #expect(answer.status == 401)
                switch system {
                case "linear":
                    #expect(answer.json["errors"]?.items?.first?["extensions"]?["code"] == "AUTHENTICATION_ERROR")
                case "asana": #expect(answer.json["errors"]?.items?.first?["message"] == "Not Authorized")
                default: #expect(answer.json["errorMessages"]?.items?.isEmpty == false)
                }
            }
            let bearer =
                ["asana": "asana-demo-oauth", "jira": "jira-demo-oauth", "linear": "lin_oauth_demo_token"][system] ?? ""
            #expect(try await vendors.account(system, token: "Bearer " + bearer).status == 200)
        }
    }

    @Test("tokens: one can be added, expire, be forbidden, and be echoed back in body and headers", arguments: systems)
    func tokenStates(system: String) async throws {
        try await withEmulator { (vendors) async throws in
            let header = "Bearer canary-5f1c"
            func set(_ state: String) async throws {
                try await vendors.control(
                    "POST", "/tokens",
                    ["system": .string(system), "kind": "oauth", "token": "canary-5f1c", "state": .string(state)])
            }
            try await set("valid")
            #expect(try await vendors.account(system, token: header).status == 200)
            try await set("expired")
            #expect(try await vendors.account(system, token: header).status == 401)
            try await set("forbidden")
            #expect(try await vendors.account(system, token: header).status == 403)
            try await set("echo")
            let echo = try await vendors.account(system, token: header)
            #expect(echo.status == 401)
            #expect(echo.text.contains("canary-5f1c"))
            #expect(echo.header("x-received-authorization") == header)
        }
    }

    @Test("told to wait: requests sent before the wait is over are counted", arguments: systems)
    func whileWaiting(system: String) async throws {
        try await withEmulator { (vendors) async throws in
            try await vendors.control(
                "POST", "/faults", ["system": .string(system), "kind": "status", "status": 429, "retryAfter": 3600])
            _ = try await vendors.account(system)
            // Once the answer has had time to arrive, whatever comes was sent in defiance of it.
            let deadline = ContinuousClock.now + .seconds(10)
            var counted: Int?
            while ContinuousClock.now < deadline {
                _ = try await vendors.account(system)
                counted = try await vendors.control("GET", "/counters")[system]?["whileWaiting"]?.wholeNumber
                if (counted ?? 0) > 0 { break }
            }
            #expect((counted ?? 0) > 0)
        }
    }

    @Test("log: requests are listed with status and operation, and no token appears anywhere")
    func log() async throws {
        try await withEmulator { (vendors) async throws in
            _ = try await vendors.create("asana")
            _ = try await vendors.account("linear", token: "Bearer wrong")
            let rows = try await vendors.control("GET", "/log?last=10")
            let requests = rows["requests"]?.items ?? []
            #expect(requests.map { $0["status"]?.wholeNumber } == [201, 401])
            #expect(requests.first?["operation"] == "POST /tasks")
            #expect(!rows.jsonText.contains("asana-demo-token"))
            #expect(!rows.jsonText.contains("Bearer"))
            #expect(try await vendors.control("GET", "/log?system=linear")["requests"]?.items?.count == 1)
        }
    }

    @Test("reset: tasks, faults, limits, tokens and counters are as at the start")
    func reset() async throws {
        try await withEmulator { (vendors) async throws in
            for system in Self.systems { _ = try await vendors.create(system) }
            try await vendors.control("POST", "/faults", ["kind": "garbage", "times": 0])
            try await vendors.control("POST", "/limits", ["system": "jira", "requests": 0])
            try await vendors.control("POST", "/tokens", ["system": "asana", "removeAll": true])
            try await vendors.control("POST", "/settings", ["jira": ["searchLagMilliseconds": 5000]])
            try await vendors.control("POST", "/reset")
            for system in Self.systems {
                #expect(try await vendors.count(system) == 0)
                #expect(try await vendors.account(system).status == 200)
            }
            let made = try await vendors.create("jira")
            #expect(made.json["key"] == "ED-1")
            #expect(
                try await vendors.jira("POST", "/search/jql", ["jql": "project = ED"]).json["issues"]?.items?.count == 1
            )
        }
    }

    @Test("page: the root of each port shows the tasks, and shows markup as text", arguments: systems)
    func page(system: String) async throws {
        try await withEmulator { (vendors) async throws in
            #expect(try await vendors.create(system, title: "<script>alert(1)</script> & \"more\"").status < 300)
            let urls = [
                "asana": vendors.addresses.asana, "jira": vendors.addresses.jira, "linear": vendors.addresses.linear,
            ]
            let page = try await Vendors.send("GET", (urls[system] ?? "") + "/")
            #expect(page.header("content-type")?.hasPrefix("text/html") == true)
            #expect(page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;more&quot;"))
            #expect(!page.text.contains("<script>"))
            let link = try await vendors.control("GET", "/state")[system]?["tasks"]?.items?.first?["url"]?.text
            #expect(link?.hasPrefix(urls[system] ?? "-") == true)
            #expect(try await Vendors.send("GET", link ?? "").text == page.text)
        }
    }

    @Test("state file: tasks are there again after a restart, and ids go on")
    func stateFile() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("emulator-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var settings = EmulatorSettings()
        settings.stateFile = folder.appendingPathComponent("state.json").path
        try await withEmulator(settings) { (vendors) async throws in
            for system in Self.systems { _ = try await vendors.create(system, title: "First") }
        }
        try await withEmulator(settings) { (vendors) async throws in
            let state = try await vendors.control("GET", "/state")
            for system in Self.systems {
                #expect(state[system]?["tasks"]?.items?.map { $0["title"]?.text } == ["First"])
            }
            #expect(try await vendors.create("jira").json["key"] == "ED-2")
            #expect(try await vendors.asana("GET", "/tasks/1210000000000001").json["data"]?["name"] == "First")
        }
    }

    @Test("a port that is taken is named")
    func takenPort() async throws {
        try await withEmulator { (vendors) async throws in
            var settings = EmulatorSettings()
            let port = try #require(vendors.addresses.jira.split(separator: ":").last.flatMap { Int($0) })
            settings.jiraPort = port
            let error = await #expect(throws: EmulatorError.self) { try await Emulator(settings).run { _ in } }
            #expect(error?.code == .portTaken)
            #expect(error?.message.contains("Port \(port) for jira") == true)
        }
    }

    @Test(
        "bad control requests are refused with a sentence", arguments: ["/nowhere", "/limits", "/tokens", "/settings"])
    func badRequests(path: String) async throws {
        try await withEmulator { (vendors) async throws in
            let answer = try await Vendors.send(
                "POST", vendors.addresses.control + path, ["system": "trello", "trello": [:]])
            #expect(answer.status == 400)
            #expect(answer.json["error"]?.text?.isEmpty == false)
        }
    }

    @Test("strange input: bodies that are no JSON and paths that lead nowhere get an answer", arguments: systems)
    func strangeInput(system: String) async throws {
        try await withEmulator { (vendors) async throws in
            let urls = [
                "asana": vendors.addresses.asana, "jira": vendors.addresses.jira, "linear": vendors.addresses.linear,
            ]
            let tokens = [
                "asana": "Bearer asana-demo-token", "jira": Vendors.jiraHeader, "linear": "lin_api_demo_token",
            ]
            let paths = ["asana": "/api/1.0/tasks", "jira": "/rest/api/3/issue", "linear": "/graphql"]
            let deep = JSON(nested: 300)
            for body in [deep, "text", 5, ["data": deep, "fields": deep, "query": deep], []] as [JSON] {
                let url = (urls[system] ?? "") + (paths[system] ?? "")
                let answer = try await Vendors.send("POST", url, body, authorization: tokens[system])
                #expect((400...499).contains(answer.status))
            }
            let lost = try await Vendors.send(
                "GET", (urls[system] ?? "") + "/%2e%2e/%00/nowhere?%zz=%", authorization: tokens[system])
            #expect((400...499).contains(lost.status))
        }
    }
}

extension JSON {
    /// A list in a list, and so on.
    fileprivate init(nested depth: Int) {
        self = (0..<depth).reduce(into: JSON.array([])) { value, _ in value = .array([value]) }
    }
}
