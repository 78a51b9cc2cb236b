import Foundation
import Testing

/// What an operator decides about plugins, through the real command.
@Suite("Deciding about plugins", .serialized, .timeLimit(.minutes(12)))
struct PluginCommandTests {
    private let scratch: ScratchFolder
    private let folder: String
    private let strangers: Strangers
    private let desk: Workbench

    init() async throws {
        scratch = try ScratchFolder()
        folder = try scratch.folder("plugins")
        strangers = try await Strangers(in: folder, scratch)
        desk = try Workbench(plugins: folder)
        try await desk.must("init")
    }

    private func path(_ number: Int) -> String { "\(folder)/\(Strangers.type(number)).so" }

    private func entry(_ number: Int, environment: [String: String] = [:]) async throws -> JSON {
        let run = try await desk.run(["connector", "list"], environment: environment)
        try #require(run.status == 0, run.told)
        return run.result["connectors"].items.first { $0["file"].text == Strangers.type(number) + ".so" } ?? .null
    }

    @Test("verify shows each check with its result, and ends with 1 where one failed")
    func verify() async throws {
        try strangers.put(1)
        let sound = try await desk.must("connector", "verify", path(1))
        let checks = sound.result["checks"].items
        #expect(checks.count >= 12 && checks.allSatisfy { $0["result"] == "passed" }, sound.told)
        #expect(sound.summary["passed"].int == checks.count && sound.summary["failed"] == 0)

        try strangers.put(2, act: "socket", at: .load)
        let hostile = try await desk.run("connector", "verify", path(2))
        #expect(hostile.status == 1 && hostile.envelope["ok"] == false && hostile.error.isNull, hostile.told)
        let failed = hostile.result["checks"].items.filter { $0["result"] == "failed" }
        #expect(failed.count == 1 && failed[0]["reason"] == "forbidden_call", hostile.told)
        #expect(failed[0]["message"].text?.contains("socket") == true, hostile.told)

        let text = try scratch.write("plugins/text.so", "hello\n")
        let none = try await desk.run("connector", "verify", text)
        let reasons = none.result["checks"].items.compactMap { $0["reason"].text }
        #expect(none.status == 1 && reasons == ["not_elf"] && none.summary["skipped"].int ?? 0 > 5, none.told)
        let plain = try await desk.run(["connector", "verify", path(2), "--home", desk.home], raw: true)
        #expect(plain.status == 1 && plain.out.contains("[forbidden_call]"), plain.told)
        let missing = try await desk.run("connector", "verify", scratch("none/x.so"))
        #expect(missing.status == 2 && missing.code == "input_unreadable", missing.told)
        #expect(try await desk.run("connector", "verify").status == 64)
    }

    @Test("trust approves bytes and takes that back; under pin nothing else is used, and the list names the command")
    func trust() async throws {
        try strangers.put(1)
        #expect(try await entry(1)["trust"] == "owner")
        #expect(try await desk.must("connector", "trust", "--policy", "pin").result["policy"] == "pin")
        let new = try await entry(1)
        #expect(new["state"] == "refused" && new["refusal"]["reason"] == "not_approved", "\(new.line)")
        #expect(new["refusal"]["message"].text?.contains("patchbay connector trust \(path(1))") == true, "\(new.line)")
        let table = try await desk.run(["connector", "list", "--home", desk.home, "--plugins", folder], raw: true)
        #expect(table.out.contains("new") && table.err.contains("patchbay connector trust \(path(1))"), table.told)

        let approved = try await desk.must("connector", "trust", path(1))
        #expect(approved.result["approved"] == "yes" && approved.result["digest"] == new["digest"], approved.told)
        #expect(try await entry(1)["trust"] == "approved")
        let taken = try await desk.must("connector", "trust", "--remove", path(1))
        #expect(taken.result["approved"] == "no", taken.told)
        #expect(try await entry(1)["refusal"]["reason"] == "not_approved")
        #expect(try await desk.must("connector", "trust").result["policy"] == "pin")

        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: path(1))
        let open = try await desk.run("connector", "trust", path(1))
        #expect(
            open.status == 2 && open.code == "connector_refused" && open.message.contains("writable_by_others"),
            open.told)
        for words in [["a", "--policy", "pin"], ["--policy", "any"], ["--remove"], ["a", "--public-key", "k"]] {
            let run = try await desk.run(["connector", "trust"] + words)
            #expect(run.status == 64 && run.code == "usage", run.told)
        }
    }

    @Test("under signed, what a trusted key signed is used")
    func signed() async throws {
        let source = Built.root + "/Tests/ConnectorsTests/Fixtures/v1.0/"
        for name in ["echo.so", "echo.so.minisig"] {
            try FileManager.default.copyItem(atPath: source + name, toPath: folder + "/" + name)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder + "/" + name)
        }
        try await desk.must("connector", "trust", "--policy", "signed")
        func first() async throws -> JSON { try await desk.must("connector", "list").result["connectors"][0] }
        let unknown = try await first()
        #expect(
            unknown["refusal"]["message"].text?.contains("patchbay connector trust --public-key") == true,
            "\(unknown.line)")
        let key = try await desk.must("connector", "trust", "--public-key", source + "signer.pub")
        #expect(key.result["publicKeys"].items.count == 1, key.told)
        #expect(try await first()["trust"] == "signed")
        try await desk.must("connector", "trust", "--remove", "--public-key", key.result["publicKeys"][0].text ?? "")
        #expect(try await first()["refusal"]["reason"] == "signer_unknown")
        let none = try await desk.run("connector", "trust", "--public-key", try scratch.write("key", "no key\n"))
        #expect(none.status == 2 && none.code == "input_invalid", none.told)
    }

    @Test("route says which of two connectors serves a type, and refuses what would lead nowhere")
    func route() async throws {
        try strangers.put(1)
        try FileManager.default.copyItem(atPath: path(1), toPath: folder + "/again.so")
        // Other bytes, the same type.
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "/again.so"))
        try file.seekToEnd()
        try file.write(contentsOf: Data("x".utf8))
        try file.close()
        let two = try await desk.run("connector", "show", "stranger01")
        #expect(
            two.status == 2 && two.code == "connector_ambiguous" && two.message.contains("connector route stranger01"),
            two.told)
        let digest = try await entry(1)["digest"].text ?? ""
        let both = try await desk.run("connector", "route", "stranger01", "org.example.stranger01")
        #expect(both.status == 2 && both.code == "connector_ambiguous", both.told)
        let nowhere = try await desk.run("connector", "route", "stranger01", "org.example.none")
        #expect(nowhere.status == 2 && nowhere.code == "connector_not_found", nowhere.told)
        let routed = try await desk.must("connector", "route", "stranger01", String(digest.prefix(16)))
        #expect(routed.result["route"].text == digest && routed.result["before"] == "", routed.told)
        #expect(try await desk.must("connector", "show", "stranger01").result["id"] == "org.example.stranger01")
        try await desk.must("connector", "route", "stranger01", "--remove")
        #expect(try await desk.run("connector", "show", "stranger01").code == "connector_ambiguous")
        // Approved, the first serves it; the other's claim is told.
        try await desk.must("connector", "trust", path(1))
        #expect(try await desk.must("connector", "show", "stranger01").result["id"] == "org.example.stranger01")
        let claims = try await desk.must("connector", "list").result["connectors"].items.map {
            $0["typesTaken"].items.compactMap(\.text)
        }
        #expect(claims == [["stranger01"], []], "\(claims)")
        let told = try await desk.run(["connector", "list", "--home", desk.home, "--plugins", folder], raw: true)
        #expect(told.err.contains("again.so: it claims stranger01 and does not serve that: \(path(1)) does"), told.told)
        let doctor = try await desk.run("doctor")
        #expect(
            doctor.result["checks"].items.contains { $0["message"].text?.contains("it claims stranger01") == true },
            doctor.told)
        #expect(try await desk.run("connector", "route", "stranger01").status == 64)
        #expect(try await desk.run("connector", "route", "stranger01", "x", "--remove").status == 64)
    }

    @Test("what was decided and cannot be read is no reason to begin anew: status 3, and the file is named")
    func damaged() async throws {
        try strangers.put(1)
        try await desk.must("connector", "trust", path(1))
        try Data("{".utf8).write(to: URL(fileURLWithPath: desk.home + "/plugins.lock"))
        for words in [
            ["connector", "list"], ["connector", "trust"], ["connector", "trust", path(1)],
            ["connector", "verify", path(1)],
        ] {
            let run = try await desk.run(words)
            #expect(
                run.status == 3 && run.code == "plugins_unreadable" && run.message.contains("plugins.lock"), run.told)
        }
    }

    @Test("where the kernel cannot give the whole sandbox only approved plugins are used, and list and doctor say so")
    func partialSandbox() async throws {
        let kernel = ["PATCHBAY_DEBUG_PARTIAL_SANDBOX": "1"]
        try strangers.put(1)
        let new = try await entry(1, environment: kernel)
        #expect(new["refusal"]["reason"] == "not_approved", "\(new.line)")
        #expect(new["refusal"]["message"].text?.contains("kernel") == true, "\(new.line)")
        let list = try await desk.run(
            ["connector", "list", "--home", desk.home, "--plugins", folder], raw: true, environment: kernel)
        #expect(list.err.contains("This kernel cannot give workers the whole sandbox"), list.told)
        let doctor = try await desk.run(["doctor"], environment: kernel)
        let finding = doctor.result["checks"].items.first { $0["check"] == "sandbox" } ?? .null
        #expect(finding["message"].text?.contains("only approved plugins are used") == true, doctor.told)
        try await desk.must("connector", "trust", path(1))
        #expect(try await entry(1, environment: kernel)["trust"] == "approved")
        #expect(try await entry(1)["trust"] == "approved")
    }
}
