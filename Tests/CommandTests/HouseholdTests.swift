import Foundation
import Testing

@Suite("Keeping house", .timeLimit(.minutes(12)))
struct HouseholdTests {
    @Test("a second init changes nothing; a home without one says what to do")
    func initTwice() async throws {
        let desk = try Workbench()
        let before = try await desk.run("status")
        #expect(before.status == 3 && before.code == "store_missing", before.told)
        #expect(before.message.contains("patchbay init"))
        #expect(try await desk.must("init").summary["key"] == "created")
        let key = try Data(contentsOf: URL(fileURLWithPath: desk.home + "/keys/root.key"))
        #expect(try await desk.must("init").summary["key"] == "present")
        #expect(try Data(contentsOf: URL(fileURLWithPath: desk.home + "/keys/root.key")) == key)
        let migrated = try await desk.must("migrate")
        #expect(migrated.summary["from"] == migrated.summary["to"], migrated.told)
    }

    @Test("everything in a home is its owner's alone")
    func modes() async throws {
        let bench = try await Bench(["asana"])
        try await bench.take(Bench.tasks(1), for: "asana")
        try await bench.desk.must("sync")
        let home = bench.desk.home
        for entry in try FileManager.default.subpathsOfDirectory(atPath: home) + [""] {
            let facts = try FileManager.default.attributesOfItem(atPath: home + "/" + entry)
            let mode = (facts[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
            #expect(mode & 0o077 == 0, "\(entry) has mode \(String(mode, radix: 8))")
        }
    }

    @Test("connectors are listed and shown with exactly the settings of the page")
    func connectors() async throws {
        let desk = try Workbench()
        let list = try await desk.must("connector", "list")
        #expect(list.summary["usable"] == 4 && list.summary["refused"] == 0, list.told)
        #expect(
            list.result["connectors"].items.flatMap { $0["connector"]["types"].texts } == [
                "asana", "jira", "linear", "redmine",
            ])
        let expected: [String: [String: Bool]] = [
            "asana": ["workspaceId": true, "projectId": true, "assigneeMapping": false],
            "jira": ["host": true, "projectKey": true, "email": true, "issueType": false, "assigneeMapping": false],
            "linear": ["teamId": true, "defaultStateId": false, "assigneeMapping": false],
            "redmine": [
                "host": true, "projectId": true, "trackerId": false, "priorityMapping": false, "assigneeMapping": false,
            ],
        ]
        for (type, settings) in expected {
            let shown = try await desk.must("connector", "show", type).result
            let found = Dictionary(
                uniqueKeysWithValues: shown["settings"].items.map { ($0["name"].text ?? "", $0["required"] == true) })
            #expect(found == settings)
            #expect(
                Set(shown["operations"].items.compactMap { $0["name"].text }).isSuperset(of: [
                    "check", "discover", "create",
                ]))
        }
        let jira = try await desk.must("connector", "show", "jira").result
        #expect(jira["settings"].items.first { $0["name"] == "issueType" }?["defaultValue"] == "Task")
    }

    @Test("a connector written in C is built by the command on its page, dropped in, listed and used")
    func dropIn() async throws {
        let bench = try await Bench([])
        try await Plugins.compile(
            "SDK/Templates/c/tasklist.c", into: bench.desk.home + "/plugins.d", as: "tasklist.so", bench.desk.scratch)
        let home = ["--home", bench.desk.home, "--output", "json", "--log-format", "json"]
        let list = try await bench.desk.run(["connector", "list"] + home, raw: true)
        #expect(
            list.result["connectors"].items.contains { $0["file"] == "tasklist.so" && $0["state"] == "usable" },
            list.told)
        let row: JSON = [
            "name": "list", "type": "tasklist", "settings": ["list": "house"], "baseUrl": .string(bench.emulator.asana),
            "accessToken": "t",
        ]
        #expect(
            try await bench.desk.run(["integration", "import", "-"] + home, input: row.line, raw: true).status == 0)
        try await bench.take(Bench.tasks(1), for: "list")
        // The emulator has no such paths; that it was asked, first who the token is and then for the task, is what
        // counts here.
        let sync = try await bench.desk.run(["sync"] + home, raw: true)
        #expect(sync.status == 1 && sync.result["integrations"][0]["requests"] == 2, sync.told)
        #expect(try await bench.emulator.ask("GET", "/log?last=1")["requests"][0]["target"] == "/v1/tasks")
    }

    @Test(
        "the ids that settings need are discovered, with an integration and before there is one",
        arguments: Bench.systems)
    func discover(_ system: String) async throws {
        let bench = try await Bench([system])
        let wanted = ["asana": "1200000000000201", "jira": "ED", "linear": Bench.linearTeam][system] ?? ""
        let named = try await bench.desk.must("integration", "discover", system)
        #expect(named.result["discovered"].items.contains { $0["id"].text == wanted }, named.told)
        let place =
            system == "jira"
            ? ["--set", "host=\(bench.emulator.jira)", "--set", "email=demo@example.com"]
            : ["--base-url", bench.emulator.address(system)]
        let before = try await bench.desk.run(
            ["integration", "discover", "--type", system] + place, input: (Bench.tokens[system] ?? "") + "\n")
        #expect(before.status == 0, before.told)
        #expect(before.result["discovered"].items.contains { $0["id"].text == wanted }, before.told)
        let check = try await bench.desk.must("integration", "check", system)
        #expect(check.result["email"] == "demo@example.com" && check.summary["problems"] == 0, check.told)
    }

    @Test("token status tells without telling; remove takes it out, and a second remove says there is none")
    func tokens() async throws {
        let bench = try await Bench(["asana", "jira"])
        let status = try await bench.desk.must("token", "status")
        #expect(
            status.summary["set"] == 2 && status.result["tokens"].items.allSatisfy { $0["tokenSet"] == true },
            status.told)
        #expect(status.result["tokens"][0]["fingerprint"].text?.count == 16)
        let again = try await bench.desk.must("token", "set", "asana", input: "asana-demo-token")
        #expect(again.summary["replaced"] == true)
        #expect(
            again.result["fingerprint"] == status.result["tokens"][0]["fingerprint"],
            "the same token, another fingerprint")
        try await bench.desk.must("token", "remove", "asana")
        #expect(try await bench.desk.must("token", "status").summary["set"] == 1)
        let missing = try await bench.desk.run("token", "remove", "asana")
        #expect(
            missing.status == 2 && missing.code == "token_missing" && missing.error["integration"] == "asana",
            missing.told)
    }

    @Test("a descriptor that the caller did not open is refused, and never read: by then it may be a file of our own")
    func strayDescriptor() async throws {
        let bench = try await Bench(["asana"])
        for number in 3...12 {
            let run = try await bench.desk.run("token", "set", "asana", "--fd", "\(number)")
            #expect(run.status == 2 && run.code == "token_invalid" && run.message.contains("not open"), run.told)
        }
    }

    @Test("output that nobody can take is said to be just that")
    func fullOutput() async throws {
        let desk = try Workbench()
        try await desk.must("init")
        let full = try OpenFile(writing: "/dev/full")
        let errors = try OpenFile(writing: desk.scratch("errors"))
        let child = try ChildProcess(
            Built.patchbay, ["status", "--home", desk.home], environment: Built.environment(home: desk.scratch.path),
            descriptors: [1: full.descriptor, 2: errors.descriptor])
        #expect(await child.end(within: .seconds(30)).status == 3)
        #expect(try String(contentsOfFile: desk.scratch("errors"), encoding: .utf8).contains("[output_failed]"))
    }

    @Test("a token that the system does not know is not stored, unless it is not to be asked")
    func tokenChecked() async throws {
        let bench = try await Bench(["linear"])
        let before = try await bench.desk.must("token", "status").result["tokens"][0]["fingerprint"]
        let wrong = try await bench.desk.run("token", "set", "linear", input: "lin_api_wrong")
        #expect(wrong.status == 2 && wrong.code == "token_rejected", wrong.told)
        #expect(try await bench.desk.must("token", "status").result["tokens"][0]["fingerprint"] == before)
        let unchecked = try await bench.desk.must("token", "set", "linear", "--no-check", input: "lin_api_wrong")
        #expect(unchecked.summary["checked"] == false && unchecked.result["fingerprint"] != before, unchecked.told)
    }
}
