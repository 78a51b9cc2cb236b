import Foundation
import TestSupport
import Testing

@Suite("A passphrase brings a lost root key back", .timeLimit(.minutes(12)))
struct RecoveryPromptTests {
    /// Runs commands on a terminal of their own, one a line, each with the answers that are typed in it; gives exit codes and what was shown.
    private static let script = """
        import json, os, pty, sys
        def talk(words, answers):
            pid, terminal = pty.fork()
            if pid == 0: os.execv(words[0], words)
            seen = b""
            while True:
                try: part = os.read(terminal, 4096)
                except OSError: break
                if not part: break
                seen += part
                if part.rstrip().endswith(b":") and answers: os.write(terminal, answers.pop(0).encode() + b"\\n")
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen.decode()
        for line in json.load(open(sys.argv[1])):
            code, seen = talk(line["words"], list(line["answers"]))
            print(json.dumps({"code": code, "seen": seen}), flush=True)
        """

    private func talk(_ desk: Workbench, _ lines: [(words: [String], answers: [String])]) async throws -> [(code: JSON, seen: String)] {
        let rows = lines.map { line -> JSON in
            let words = [Built.patchbay] + line.words + ["--home", desk.home]
            return ["words": .array(words.map { .string($0) }), "answers": .array(line.answers.map { .string($0) })]
        }
        let plan = try desk.scratch.write("plan", JSON.array(rows).line)
        let file = try OpenFile(writing: desk.scratch("talk"))
        let child = try ChildProcess(
            "/usr/bin/env", ["python3", "-c", Self.script, plan], environment: Built.environment(home: desk.scratch.path),
            descriptors: [1: file.descriptor, 2: file.descriptor])
        _ = await child.end(within: .seconds(120))
        let told = try String(contentsOfFile: desk.scratch("talk"), encoding: .utf8)
        try FileManager.default.removeItem(atPath: plan)
        let answers = JSON.lines(told)
        try #require(answers.count == lines.count, "\(told)")
        return answers.map { ($0["code"], $0["seen"].text ?? "") }
    }

    @Test("typed twice for a slot, then once, and never shown") func slot() async throws {
        let desk = try Workbench()
        try await desk.must("init")
        let (phrase, other) = ("a horse of another colour", "somebody else's guess")
        let key = desk.home + "/keys/root.key"
        let add = ["key", "slot", "add", "mine", "--passphrase"]
        let made = try await talk(
            desk,
            [
                (add, [phrase, other]), (add, ["short", "short"]), (add, [phrase, phrase]), (["key", "slot", "test", "mine"], [other]),
                (["key", "slot", "test", "mine"], [phrase]), (["key", "rewrap"], []),
            ])
        #expect(made.map(\.code) == [3, 3, 0, 3, 0, 0], "\(made)")
        #expect(made[0].seen.contains("not the same") && made[3].seen.contains("[key_wrong]"), "\(made)")
        let lost = try String(contentsOfFile: key, encoding: .utf8)
        try FileManager.default.removeItem(atPath: key)
        let back = try await talk(
            desk,
            [
                (["key", "recover", "mine"], [other]), (["key", "recover", "mine"], [phrase]), (["key", "slot", "test", "mine"], [phrase]),
                (["key", "rotate"], []),
            ])
        #expect(back.map(\.code) == [3, 0, 0, 0], "\(back)")
        #expect(try String(contentsOfFile: key, encoding: .utf8) == lost)
        let shown = (made + back).map(\.seen).joined()
        #expect(!shown.contains(phrase) && !shown.contains(other), "\(shown)")
        // Without a terminal nobody is asked.
        let blind = try await desk.run("key", "slot", "test", "mine")
        #expect(blind.code == "key_missing" && blind.message.contains("terminal"), blind.told)
    }

    @Test("or is the root itself, and is changed for another") func root() async throws {
        let desk = try Workbench()
        try await desk.must("init")
        let (first, second) = ("the first of two phrases", "the second of two phrases")
        let (prompt, change) = (["--key", "prompt"], ["key", "rewrap", "--to", "prompt"])
        let told = try await talk(
            desk,
            [
                (change, [first, second]), (change, [first, first]), (["key", "rotate"] + prompt, [first]),
                (change + prompt, [first, second, second]), (["key", "rotate"] + prompt, [first]), (["key", "rotate"] + prompt, [second]),
                (["key", "rewrap"] + prompt, []), (["key", "rewrap", "--to", "file:" + desk.scratch("end.key")] + prompt, [second]),
                (["key", "rotate", "--key", "file:" + desk.scratch("end.key")], []),
            ])
        #expect(told.map(\.code) == [3, 0, 0, 0, 3, 0, 3, 0, 0], "\(told)")
        let trail = try await desk.must("events", "--key", "file:" + desk.scratch("end.key"))
        #expect(trail.result["verified"] == true, trail.told)
    }
}
