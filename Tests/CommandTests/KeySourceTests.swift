import Foundation
import TestSupport
import Testing

@Suite("The root key comes from where it is said to be", .timeLimit(.minutes(12)))
struct KeySourceTests {
    /// A home with a key file, moved to a place that nothing names.
    private func prepared() async throws -> (Workbench, key: String) {
        let desk = try Workbench()
        try await desk.must("init")
        let key = desk.scratch("safe.key")
        try FileManager.default.moveItem(atPath: desk.home + "/keys/root.key", toPath: key)
        return (desk, key)
    }

    private func keyCheck(_ run: Run) -> JSON { run.result["checks"].items.first { $0["check"] == "key" } ?? .null }

    @Test("a descriptor, read once and only if the caller opened it") func descriptor() async throws {
        let (desk, key) = try await prepared()
        let run = try await desk.run(["doctor", "--key", "fd:7"], descriptor: (7, key))
        #expect(keyCheck(run)["verdict"] == "ok", run.told)
        let closed = try await desk.run("doctor", "--key", "fd:7")
        #expect(closed.code == "key_missing" || keyCheck(closed)["code"] == "key_missing", closed.told)
        let low = try await desk.run("doctor", "--key", "fd:1")
        #expect(keyCheck(low)["code"] == "key_invalid", low.told)
    }

    @Test("a credential of systemd's, directly in its directory") func credential() async throws {
        let (desk, key) = try await prepared()
        let folder = try desk.scratch.folder("credentials")
        try FileManager.default.copyItem(atPath: key, toPath: folder + "/patchbay")
        let run = try await desk.run(
            ["doctor", "--key", "credential:patchbay"], environment: ["CREDENTIALS_DIRECTORY": folder])
        #expect(keyCheck(run)["verdict"] == "ok", run.told)
        let climbing = try await desk.run(
            ["doctor", "--key", "credential:../safe.key"], environment: ["CREDENTIALS_DIRECTORY": folder])
        #expect(keyCheck(climbing)["code"] == "key_invalid", climbing.told)
        let without = try await desk.run("doctor", "--key", "credential:patchbay")
        #expect(keyCheck(without)["code"] == "key_missing", without.told)
    }

    @Test("a program, by its absolute path, without a shell") func command() async throws {
        let (desk, key) = try await prepared()
        func program(_ name: String, _ text: String, mode: Int = 0o700) throws -> String {
            let path = try desk.scratch.write(name, "#!/bin/sh\n\(text)\n")
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            return "cmd:" + path
        }
        let good = try await desk.run("doctor", "--key", program("good", "cat '\(key)'"))
        #expect(keyCheck(good)["verdict"] == "ok", good.told)
        let rows: [(String, String)] = [
            (try program("failing", "cat '\(key)'; exit 3"), "key_missing"),
            (try program("silent", "true"), "key_invalid"),
            (try program("endless", "cat /dev/zero"), "key_missing"),
            (try program("open", "cat '\(key)'", mode: 0o722), "key_unsafe"),
            ("cmd:cat", "key_invalid"), ("cmd:/nonexistent/program", "key_missing"),
        ]
        for (source, code) in rows {
            let run = try await desk.run("doctor", "--key", source)
            #expect(keyCheck(run)["code"].text == code, run.told)
        }
    }

    @Test("two sources that give different keys stop the start") func disagree() async throws {
        let (desk, key) = try await prepared()
        let same = try await desk.run(
            ["doctor", "--key", "fd:7"], environment: ["PATCHBAY_KEY": "file:" + key], descriptor: (7, key))
        #expect(keyCheck(same)["verdict"] == "ok", same.told)
        let other = try Workbench()
        try await other.must("init")
        let foreign = "file:\(other.home)/keys/root.key"
        let run = try await desk.run(["doctor", "--key", "file:" + key], environment: ["PATCHBAY_KEY": foreign])
        #expect(keyCheck(run)["code"] == "key_sources_disagree", run.told)
        #expect(keyCheck(run)["message"].text?.contains(foreign) == true, run.told)
    }

    @Test("a passphrase that is typed, on a terminal alone") func prompt() async throws {
        let desk = try Workbench()
        let (phrase, prompt) = ("correct horse battery", ["--key", "prompt"])
        let talks = try await Terminal.talk(
            desk,
            [
                (["init"] + prompt, [phrase, "another one altogether"]), (["init"] + prompt, [phrase, phrase]),
                (["doctor"] + prompt, [phrase]), (["doctor"] + prompt, ["something else!"]),
            ])
        #expect(talks[0].code == 3 && talks[1].code == 0, "\(talks)")
        #expect(talks[2].seen.contains("prompt opens") && !talks[2].seen.contains(phrase), "\(talks)")
        #expect(talks[3].seen.contains("wrong key"), "\(talks)")
        let blind = try await desk.run("doctor", "--key", "prompt")
        #expect(keyCheck(blind)["code"] == "key_missing", blind.told)
    }
}
