import Foundation
import Testing

@testable import PatchbayCommands

/// Every check of the doctor is broken once, and its code is seen.
@Suite("The doctor", .timeLimit(.minutes(12)))
struct DoctorTests {
    private func checks(_ run: Run) -> [JSON] { run.result["checks"].items }

    private func expect(
        _ bench: Bench, _ flags: [String] = [], check: String, _ verdict: String, _ code: String, status: Int32,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let run = try await bench.desk.run(["doctor"] + flags)
        let found = checks(run).contains {
            $0["check"].text == check && $0["verdict"].text == verdict && $0["code"].text == code
        }
        #expect(found && run.status == status, run.told, sourceLocation: sourceLocation)
    }

    @Test("all is well, and it says of each check what it found, without network")
    func well() async throws {
        let bench = try await Bench()
        try await bench.emulator.ask("DELETE", "/counters")
        let run = try await bench.desk.must("doctor")
        #expect(run.summary["broken"] == 0, run.told)
        for check in [
            "process", "core", "memory", "swap", "sandbox", "rescue", "home", "store", "key", "recovery", "worker",
            "connector",
            "integration",
        ] {
            #expect(
                checks(run).contains {
                    $0["check"].text == check && $0["verdict"] != "broken" && $0["message"].text != nil
                }, run.told)
        }
        #expect(
            checks(run).filter { $0["check"] == "connector" }.count == 4
                && checks(run).filter { $0["check"] == "integration" }.count == 3)
        #expect(try await bench.emulator.requests() == 0)
    }

    @Test("it refreshes no token, which would need the network; a check of the integration does")
    func refreshesNothing() async throws {
        let grants = try await GrantBench()
        try await grants.add("linear")
        try await grants.set("linear", GrantBench.grant("linear", expiresIn: 0), checks: false)
        try await grants.emulator.ask("DELETE", "/counters")
        let run = try await grants.desk.must("doctor")
        #expect(run.summary["broken"] == 0, run.told)
        #expect(try await grants.emulator.requests() == 0)
        #expect(try await grants.seen("linear")["refreshes"] == 0)
        try await grants.desk.must("integration", "check", "linear")
        #expect(try await grants.seen("linear")["refreshes"] == 1)
    }

    @Test("process and memory: it could be dumped, and nothing can be locked")
    func surroundings() async throws {
        let bench = try await Bench([])
        let folder = try bench.desk.scratch.folder("preloaded")
        try await Plugins.compile(
            "Tests/CommandTests/Fixtures/careless.c", into: folder, as: "careless.so", bench.desk.scratch,
            flags: ["-fvisibility=default"])
        let run = try await bench.desk.run(["doctor"], environment: ["LD_PRELOAD": folder + "/careless.so"])
        #expect(
            checks(run).contains {
                $0["check"] == "process" && $0["verdict"] == "broken" && $0["code"] == "internal_error"
            }, run.told)
        #expect(
            checks(run).contains {
                $0["check"] == "memory" && $0["verdict"] == "advice" && $0["code"] == "memory_unlocked"
            }, run.told)
        #expect(run.status == 3)
    }

    @Test("swap is of no consequence to locked pages, and is named where they are not locked")
    func swap() {
        let none = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
        let some = none + "/dev/sda2                               partition\t999420\t\t0\t\t-2\n"
        for (swaps, isLocked, verdict) in [
            (none, false, "ok"), (none, true, "ok"), (some, true, "ok"), (some, false, "advice"),
        ] {
            let finding = MachineChecks.swap(swaps, isLocked: isLocked)
            #expect(finding.verdict.rawValue == verdict && finding.code == (verdict == "ok" ? nil : "memory_unlocked"))
            if swaps == some { #expect(finding.message.contains("/dev/sda2")) }
        }
    }

    @Test(
        """
        the key is seen beside the store through links, and as a credential; a rescued token that does not open is \
        counted
        """
    )
    func places() async throws {
        let bench = try await Bench(["linear"])
        let around = bench.desk.scratch("around")
        try FileManager.default.createSymbolicLink(atPath: around, withDestinationPath: bench.desk.home + "/keys")
        try await expect(
            bench, ["--key", "file:" + around + "/root.key"], check: "key_place", "advice", "key_unsafe", status: 0)
        let run = try await bench.desk.run(
            ["doctor", "--key", "credential:root.key"],
            environment: ["CREDENTIALS_DIRECTORY": bench.desk.home + "/keys"])
        #expect(checks(run).contains { $0["check"] == "key_place" && $0["code"] == "key_unsafe" }, run.told)
        try FileManager.default.createDirectory(atPath: bench.desk.home + "/rescue", withIntermediateDirectories: false)
        try Data("{}".utf8).write(to: URL(fileURLWithPath: bench.desk.home + "/rescue/one.sealed"))
        try await expect(bench, check: "rescue", "advice", "token_damaged", status: 0)
        _ = try await bench.desk.run(["backup", bench.desk.scratch("copy")])
        _ = try await bench.desk.run(
            ["restore", bench.desk.scratch("copy")], environment: ["PATCHBAY_DEBUG_DIE_AT": "T5"])
        try await expect(bench, check: "restore", "advice", "backup_invalid", status: 0)
        try await bench.desk.must("restore", bench.desk.scratch("copy"))
        #expect(!checks(try await bench.desk.must("doctor")).contains { $0["check"] == "restore" })
    }

    @Test("home: missing, a file, or open to others")
    func home() async throws {
        let none = try Workbench()
        let run = try await none.run("doctor")
        #expect(
            run.status == 3 && checks(run).contains { $0["check"] == "home" && $0["code"] == "home_unusable" }, run.told
        )
        #expect(checks(run).contains { $0["check"] == "store" && $0["code"] == "store_missing" }, run.told)
        #expect(
            checks(run).contains { $0["check"] == "key" && $0["verdict"] == "advice" && $0["code"] == "key_missing" },
            run.told)
        try Data().write(to: URL(fileURLWithPath: none.home))
        let file = try await none.run("doctor")
        #expect(
            file.status == 3 && checks(file).contains { $0["check"] == "home" && $0["code"] == "home_unusable" },
            file.told)
        let bench = try await Bench([])
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: bench.desk.home)
        try await expect(bench, check: "home", "broken", "home_unusable", status: 3)
    }

    @Test("store: readable by others, damaged")
    func store() async throws {
        let bench = try await Bench([])
        let path = bench.desk.home + "/patchbay.sqlite"
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        try await expect(bench, check: "store", "broken", "store_damaged", status: 3)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes.resetBytes(in: 8_192..<(bytes.count - 4_096))
        try bytes.write(to: URL(fileURLWithPath: path))
        try await expect(bench, check: "store", "broken", "store_damaged", status: 3)
    }

    @Test("key: beside the store, missing, wrong, open to others, cut")
    func key() async throws {
        let bench = try await Bench(["linear"])
        let key = bench.desk.home + "/keys/root.key"
        let kept = try Data(contentsOf: URL(fileURLWithPath: key))
        try await expect(bench, check: "key_place", "advice", "key_unsafe", status: 0)
        let elsewhere = try bench.desk.scratch.folder("elsewhere") + "/root.key"
        try FileManager.default.moveItem(atPath: key, toPath: elsewhere)
        let apart = try await bench.desk.must("doctor", "--key", "file:" + elsewhere)
        #expect(!checks(apart).contains { $0["check"] == "key_place" }, apart.told)
        try await expect(bench, check: "key", "broken", "key_missing", status: 3)
        try await expect(bench, check: "integration", "broken", "key_missing", status: 3)
        try kept.write(to: URL(fileURLWithPath: key))
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: key)
        try await expect(bench, check: "key", "broken", "key_unsafe", status: 3)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        try kept.dropLast(9).write(to: URL(fileURLWithPath: key))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        try await expect(bench, check: "key", "broken", "key_invalid", status: 3)
        let other = try Workbench()
        try await other.must("init")
        try await expect(
            bench, ["--key", "file:" + other.home + "/keys/root.key"], check: "key", "broken", "key_wrong", status: 3)
    }

    @Test("connectors: none, a broken one, an unreadable folder; the worker is missing")
    func connectors() async throws {
        let scratch = try ScratchFolder()
        let bench = try await Bench([], plugins: try scratch.folder("plugins"))
        try await expect(bench, check: "connector", "broken", "connector_not_found", status: 2)
        try Data("no library".utf8).write(to: URL(fileURLWithPath: bench.desk.plugins + "/broken.so"))
        try await expect(bench, check: "connector", "broken", "connector_refused", status: 2)
        try FileManager.default.removeItem(atPath: bench.desk.plugins)
        try await expect(bench, check: "connector", "broken", "plugins_unreadable", status: 3)
        // The program alone, in a folder where no worker lies beside it.
        let lonely = try scratch.folder("bin") + "/patchbay"
        // A link where that can be: a copy may still be open for writing in another test's child.
        if (try? FileManager.default.linkItem(atPath: Built.patchbay, toPath: lonely)) == nil {
            try FileManager.default.copyItem(atPath: Built.patchbay, toPath: lonely)
        }
        let output = try OpenFile(writing: scratch("out"))
        let child = try ChildProcess(
            lonely, ["doctor", "--home", bench.desk.home, "--plugins", Built.plugins, "--output", "json"],
            environment: Built.environment(home: scratch.path).merging(["LD_LIBRARY_PATH": Built.folder]) {
                $0 + ":" + $1
            },
            descriptors: [1: output.descriptor])
        let end = await child.end(within: .seconds(60))
        let envelope = try JSON(parsing: String(contentsOfFile: scratch("out"), encoding: .utf8))
        #expect(
            end.status == 3 && envelope["result"]["checks"].items.contains { $0["code"] == "worker_missing" },
            "\(envelope.line)")
    }

    @Test("integrations: inactive, no token, missing settings, another address, a changed token row, no connector")
    func integrations() async throws {
        let bench = try await Bench(["asana", "jira", "linear"])
        try await bench.desk.must("integration", "disable", "asana")
        try await expect(bench, check: "integration", "advice", "integration_inactive", status: 0)
        try await bench.desk.must("integration", "set", "jira", "projectKey=")
        try await expect(bench, check: "integration", "broken", "settings_missing", status: 2)
        try await bench.desk.must("integration", "set", "jira", "projectKey=ED", "host=http://127.0.0.1:9")
        try await expect(bench, check: "integration", "broken", "token_origin_changed", status: 2)
        try await bench.desk.must("token", "remove", "linear")
        try await expect(bench, check: "integration", "broken", "token_missing", status: 2)
        let scratch = try ScratchFolder()
        let only = try Plugins.folder(scratch, ["Asana"])
        let run = try await bench.desk.run(
            ["doctor", "--home", bench.desk.home, "--plugins", only, "--output", "json"], raw: true)
        #expect(
            run.status == 2
                && checks(run).contains { $0["check"] == "integration" && $0["code"] == "connector_not_found" },
            run.told)
    }

    @Test("a token whose sealed bytes were changed in the store does not open, and the doctor sees it")
    func damagedToken() async throws {
        let bench = try await Bench(["linear"])
        try await bench.take(Bench.tasks(1), for: "linear")
        let path = bench.desk.home + "/patchbay.sqlite"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        // The first bytes of a sealed value under data key 2, generation 1; what follows the nonce and the commitment
        // is its text.
        let head = Data([0xA7, 1, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1])
        let place = try #require(bytes.range(of: head))
        bytes[place.lowerBound + 80] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        try await expect(bench, check: "integration", "broken", "token_damaged", status: 2)
        let sync = try await bench.desk.run("sync")
        #expect(sync.status == 1 && sync.result["integrations"][0]["error"]["code"] == "token_damaged", sync.told)
        #expect(try await bench.emulator.requests() == 0)
    }
}
