import Foundation
import TestSupport
import Testing

/// A person at a terminal: runs commands on one of their own, one after the other, and types answers where they ask.
enum Terminal {
    /// Runs the commands of a file, one a line, each with the answers that are typed in it; gives exit codes and what
    /// was shown.
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

    static func talk(_ desk: Workbench, _ lines: [(words: [String], answers: [String])]) async throws -> [(
        code: JSON, seen: String
    )] {
        let rows = lines.map { line -> JSON in
            let words = [Built.patchbay] + line.words + ["--home", desk.home]
            return ["words": .array(words.map { .string($0) }), "answers": .array(line.answers.map { .string($0) })]
        }
        let plan = try desk.scratch.write("plan", JSON.array(rows).line)
        let file = try OpenFile(writing: desk.scratch("talk"))
        let child = try ChildProcess(
            "/usr/bin/env", ["python3", "-c", script, plan], environment: Built.environment(home: desk.scratch.path),
            descriptors: [1: file.descriptor, 2: file.descriptor])
        _ = await child.end(within: .seconds(120))
        let told = try String(contentsOfFile: desk.scratch("talk"), encoding: .utf8)
        try FileManager.default.removeItem(atPath: plan)
        let answers = JSON.lines(told)
        try #require(answers.count == lines.count, "\(told)")
        return answers.map { ($0["code"], $0["seen"].text ?? "") }
    }
}
