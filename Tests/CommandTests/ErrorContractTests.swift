import Foundation
import Testing

/// Each error has a code of its own, an exit status, what is known about it, and nothing was sent.
@Suite("The error contract", .timeLimit(.minutes(12)))
struct ErrorContractTests {
    @Test("a token that is given as an argument by mistake is not printed again", arguments: ["text", "json"])
    func argument(format: String) async throws {
        let desk = try Workbench()
        let token = ["token", "set", "work", "lin_api_mistaken", "--output", format]
        let run = try await desk.run(token, raw: true)
        #expect(run.status == 64 && !(run.out + run.err).contains("lin_api_mistaken"), "the argument was printed")
        #expect((run.out + run.err).contains("standard input"), run.told)
        let address = [
            "integration", "add", "work", "--type", "asana", "--base-url", "https://me:mistaken@example.com",
        ]
        try await desk.must("init")
        let url = try await desk.run(address + ["--output", format], raw: true)
        #expect(url.status != 0 && !(url.out + url.err).contains("mistaken"), "the password was printed")
    }

    private func expect(
        _ run: Run, _ status: Int32, _ code: String, _ context: [String: JSON] = [:], says words: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(run.status == status && run.code == code, run.told, sourceLocation: sourceLocation)
        #expect(run.envelope["ok"] == false && run.result.isNull, run.told, sourceLocation: sourceLocation)
        #expect(
            Set(run.envelope.members.keys) == ["command", "ok", "summary", "result", "error"], run.told,
            sourceLocation: sourceLocation)
        for (name, value) in context {
            #expect(run.error[name] == value, "\(name): \(run.error.line)", sourceLocation: sourceLocation)
        }
        for word in words {
            #expect(run.message.contains(word), "\(word) is not in: \(run.message)", sourceLocation: sourceLocation)
        }
    }

    @Test("a sync that names an integration which is missing, inactive or ambiguous sends nothing")
    func targets() async throws {
        let bench = try await Bench(["asana", "linear"])
        try await bench.adopt([bench.row("linear", name: "second")])
        try await bench.desk.must("integration", "disable", "asana")
        try await bench.take(Bench.tasks(2))
        try await bench.emulator.ask("DELETE", "/counters")
        expect(
            try await bench.desk.run("sync", "--integration", "trello"), 2, "integration_not_found",
            ["integration": "trello"],
            says: ["asana", "linear"])
        expect(
            try await bench.desk.run("sync", "--integration", "asana"), 2, "integration_inactive",
            ["integration": "asana", "system": "asana"],
            says: ["integration enable asana"])
        expect(
            try await bench.desk.run("sync", "--type", "linear"), 2, "integration_ambiguous", ["system": "linear"],
            says: ["linear, second"]
        )
        expect(try await bench.desk.run("sync", "--type", "jira"), 2, "integration_not_found", ["system": "jira"])
        expect(try await bench.desk.run("sync", "--task", "nobody"), 2, "task_not_found", ["taskId": "nobody"])
        #expect(try await bench.emulator.requests() == 0)
        #expect(
            try await bench.desk.must("task", "list", "--unbound").summary["count"] == 2, "nothing was bound either")
    }

    @Test("an integration without token, or without settings, which are all named at once, cannot be synced")
    func unready() async throws {
        let bench = try await Bench(["asana"])
        try await bench.desk.must("integration", "add", "bare", "--type", "jira")
        try await bench.take(Bench.tasks(1))
        let context: [String: JSON] = ["integration": "bare", "system": "jira"]
        expect(
            try await bench.desk.run("sync", "--integration", "bare"), 2, "settings_missing", context,
            says: ["host", "projectKey", "email"])
        try await bench.desk.must(
            "integration", "set", "bare", "host=\(bench.emulator.jira)", "projectKey=ED", "email=demo@example.com")
        expect(
            try await bench.desk.run("sync", "--integration", "bare"), 2, "token_missing", context,
            says: ["token set bare"])
        #expect(try await bench.emulator.requests() == 0)
    }

    @Test("a plain sync serves the others, tells of the one that cannot be served, and ends with 1")
    func othersServed() async throws {
        let bench = try await Bench(["asana", "linear"])
        try await bench.take(Bench.tasks(2), for: "asana,linear")
        try await bench.desk.must("token", "remove", "asana")
        let run = try await bench.desk.run("sync")
        #expect(run.status == 1 && run.error.isNull && run.envelope["ok"] == false, run.told)
        #expect(run.result["integrations"][0]["error"]["code"] == "token_missing", run.told)
        #expect(run.result["integrations"][1]["delivered"] == 2)
        #expect(run.log.contains { $0["code"] == "token_missing" && $0["integration"] == "asana" }, run.told)
        #expect(try await bench.states("asana") == ["pending": 2])
    }

    @Test("no connector for a type: says what there is, and why what else lies there is not usable")
    func noConnector() async throws {
        let scratch = try ScratchFolder()
        let folder = try Plugins.folder(scratch, ["Linear"])
        try Data("no library".utf8).write(to: URL(fileURLWithPath: folder + "/broken.so"))
        let bench = try await Bench(["linear"], plugins: folder)
        let run = try await bench.desk.run("integration", "add", "t", "--type", "trello")
        expect(run, 2, "connector_not_found", ["system": "trello", "integration": "t"], says: ["linear", "broken.so"])
        let list = try await bench.desk.must("connector", "list")
        #expect(list.summary["usable"] == 1 && list.summary["refused"] == 1, list.told)
        let refused = list.result["connectors"].items.first { $0["state"] == "refused" }
        #expect(refused?["refusal"]["reason"].text != nil && refused?["refusal"]["message"].text != nil)
        try await bench.take(Bench.tasks(1), for: "linear")
        try FileManager.default.removeItem(atPath: folder + "/linear.so")
        expect(
            try await bench.desk.run("sync", "--integration", "linear"), 2, "connector_not_found",
            ["integration": "linear", "system": "linear"])
        expect(try await bench.desk.run("connector", "show", "linear"), 2, "connector_not_found", ["system": "linear"])
    }

    @Test("two connectors for one type: neither is used, and both are named")
    func twoConnectors() async throws {
        let bench = try await Bench([])
        let folder = try bench.desk.scratch.folder("two")
        let source = "Tests/CommandTests/Fixtures/fragile.c"
        try await Plugins.compile(source, into: folder, as: "a.so", bench.desk.scratch)
        try await Plugins.compile("SDK/Templates/c/tasklist.c", into: folder, as: "b.so", bench.desk.scratch)
        // The same connector built another way has other bytes.
        try await Plugins.compile(source, into: folder, as: "c.so", bench.desk.scratch, flags: ["-O2"])
        let run = try await bench.desk.run(
            [
                "--home", bench.desk.home, "--plugins", folder, "--output", "json", "integration", "add", "f", "--type",
                "fragile",
            ], raw: true)
        expect(run, 2, "connector_ambiguous", ["system": "fragile"], says: ["a.so", "c.so"])
    }

    @Test("the base URL is bound into the token: another address makes it unusable until it is set again")
    func origin() async throws {
        let bench = try await Bench(["linear"])
        try await bench.take(Bench.tasks(1), for: "linear")
        try await bench.desk.must("integration", "set", "linear", "--base-url", bench.emulator.asana)
        try await bench.emulator.ask("DELETE", "/counters")
        let run = try await bench.desk.run("sync", "--integration", "linear")
        expect(
            run, 2, "token_origin_changed", ["integration": "linear", "system": "linear"], says: [bench.emulator.asana])
        #expect(try await bench.emulator.requests() == 0)
        try await bench.desk.must("integration", "set", "linear", "--base-url", bench.emulator.linear)
        #expect(try await bench.desk.must("sync").summary["delivered"] == 1)
        for url in [
            "http://example.com", "ftp://127.0.0.1", "https://user:secret@example.com", "https://example.com/?a=b",
        ] {
            let refused = try await bench.desk.run("integration", "set", "linear", "--base-url", url)
            #expect(refused.status == 2 && refused.code == "base_url_invalid", refused.told)
        }
    }

    @Test("a base URL with a path sends everything below it")
    func pathPrefix() async throws {
        let bench = try await Bench([])
        try await bench.adopt([bench.row("linear", address: bench.emulator.linear + "/tenant/a")])
        try await bench.take(Bench.tasks(1), for: "linear")
        _ = try await bench.desk.run("sync")
        let log = try await bench.emulator.ask("GET", "/log?system=linear")["requests"].items
        #expect(!log.isEmpty && log.allSatisfy { $0["target"] == "/tenant/a/graphql" }, "\(log.map(\.line))")
    }

    @Test("malformed flags end with 64, in JSON too")
    func usage() async throws {
        let desk = try Workbench()
        let cases = [
            ["sync", "--limit", "0"], ["sync", "--integration", "a", "--type", "b"], ["integration", "discover"],
            ["token", "set", "a", "--fd", "1"],
            ["token", "set", "a", "--fd", "4", "--file", "x"], ["retry"], ["task", "list", "--limit", "x"],
            ["nonsense"],
            ["sync", "--colour"],
            ["integration", "add"], ["token", "status", "--within", "soon"],
        ]
        for words in cases {
            let run = try await desk.run(words)
            expect(run, 64, "usage")
            #expect(run.envelope["command"].text?.hasPrefix(words[0]) == true, run.told)
        }
        let unknown = try await desk.run(["--output", "json", "--home", "x", "nonsense"], raw: true)
        expect(unknown, 64, "usage", says: ["nonsense"])
        let plain = try await desk.run(["sync", "--colour"], raw: true)
        #expect(plain.status == 64 && plain.out.isEmpty && plain.err.contains("--colour"), plain.told)
        for words in [["--version"], ["--help"], ["sync", "--help"]] {
            #expect(try await desk.run(words, raw: true).status == 0)
        }
    }

    @Test("a lost key costs the tokens and no task, also where the tokens were removed by hand")
    func lostKey() async throws {
        let bench = try await Bench(["linear"])
        try await bench.take(Bench.tasks(2), for: "linear")
        try FileManager.default.removeItem(atPath: bench.desk.home + "/keys/root.key")
        expect(try await bench.desk.run("init"), 3, "key_missing", says: ["key reset --give-up-tokens"])
        try await bench.desk.must("token", "remove", "linear")
        try await bench.desk.must("key", "reset", "--give-up-tokens")
        try await bench.adopt([bench.row("linear")])
        let run = try await bench.desk.run("sync")
        #expect(run.status == 0 && run.summary["delivered"] == 2, run.told)
    }

    @Test("the environment: key, store, worker and plugins folder, each with its own code and status 3")
    func environment() async throws {
        let bench = try await Bench(["linear"])
        try await bench.take(Bench.tasks(1), for: "linear")
        let (home, key) = (bench.desk.home, bench.desk.home + "/keys/root.key")
        let kept = try Data(contentsOf: URL(fileURLWithPath: key))

        try FileManager.default.removeItem(atPath: key)
        expect(try await bench.desk.run("sync"), 3, "key_missing", says: [key])
        #expect(try await bench.desk.run("task", "list").status == 0, "listing needs no key")
        let other = try Workbench()
        try await other.must("init")
        try FileManager.default.copyItem(atPath: other.home + "/keys/root.key", toPath: key)
        expect(try await bench.desk.run("sync"), 3, "key_wrong")
        try kept.prefix(40).write(to: URL(fileURLWithPath: key))
        expect(try await bench.desk.run("sync"), 3, "key_invalid")
        try kept.write(to: URL(fileURLWithPath: key))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
        expect(try await bench.desk.run("sync"), 3, "key_unsafe", says: ["chmod 600"])
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        expect(try await bench.desk.run("init", "--key", "file:" + other.home + "/keys/root.key"), 3, "key_wrong")

        let global = ["--home", home, "--output", "json"]
        let folder = try await bench.desk.run(["sync", "--plugins", "/nowhere"] + global, raw: true)
        expect(folder, 3, "plugins_unreadable", says: ["/nowhere"])
        expect(try await bench.desk.run("status", "--store", "sqlite:" + home + "/none.sqlite"), 3, "store_missing")
        expect(try await bench.desk.run("status", "--store", "mysql://x"), 64, "usage")
        #expect(try await bench.desk.must("sync").summary["delivered"] == 1, "all is well again")
    }

    @Test("a store that is no store, is damaged, or is newer than this program, is named and left as it is")
    func damagedStore() async throws {
        let bench = try await Bench([])
        let path = bench.desk.home + "/patchbay.sqlite"
        let kept = try Data(contentsOf: URL(fileURLWithPath: path))
        try Data("this is no database, but long enough to look like a file that might be one\n".utf8).write(
            to: URL(fileURLWithPath: path))
        expect(try await bench.desk.run("status"), 3, "store_damaged")
        expect(try await bench.desk.run("init"), 3, "store_damaged")
        var torn = kept
        torn.resetBytes(in: 4_096..<(kept.count - 4_096))
        try torn.write(to: URL(fileURLWithPath: path))
        expect(try await bench.desk.run("task", "add", "x"), 3, "store_damaged")
        try Data().write(to: URL(fileURLWithPath: path))
        expect(try await bench.desk.run("status"), 3, "store_missing")
        // The name of the only migration, in its table and in the index of it: as a later version would have written
        // it.
        var newer = kept
        while let place = newer.range(of: Data("\u{11}v1".utf8)) ?? newer.range(of: Data("\u{11}\tv1".utf8)) {
            newer[place.upperBound - 1] = UInt8(ascii: "7")
        }
        try newer.write(to: URL(fileURLWithPath: path))
        expect(try await bench.desk.run("status"), 3, "store_too_new", says: ["7"])
        expect(try await bench.desk.run("migrate"), 3, "store_too_new")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == newer)
    }
}
