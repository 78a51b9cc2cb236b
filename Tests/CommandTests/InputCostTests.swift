import Foundation
import Testing

/// What an input may cost, by the processor time and memory of the command that reads it: twice as much input, about
/// twice the work.
@Suite("The cost of input", .serialized, .timeLimit(.minutes(12)))
struct InputCostTests {
    private let scratch: ScratchFolder
    private let memory: PeakMemory
    private let desk: Workbench

    init() async throws {
        scratch = try ScratchFolder()
        memory = PeakMemory(in: scratch)
        desk = try Workbench(through: memory.through)
        try await desk.must("init")
    }

    private func write(_ name: String, _ text: String) throws -> String { try desk.scratch.write(name, text) }

    /// Expects what twice as much takes to be at most 2.5 times as much, beyond what starting the command takes, and
    /// bounded memory.
    private func grows(
        _ words: [String], _ name: String, small: String, large: String, mebibytes: Int = 32, isNamed: Bool = true
    ) async throws {
        var costs: [(time: Duration, kibibytes: Int)] = []
        for text in ["", small, large] {
            let path = try write(name, text)
            let run = try await desk.run(words + (isNamed ? [path] : []))
            costs.append((run.end.processorTime, memory.kibibytes))
        }
        let (one, two) = (costs[1].time - costs[0].time, costs[2].time - costs[0].time)
        #expect(two < one * 2.5 + .milliseconds(200), "\(name): \(one), then \(two)")
        #expect(costs[2].kibibytes < costs[0].kibibytes + mebibytes * 1_024, "\(name): \(costs)")
    }

    private static let deep = String(repeating: "[", count: 500) + String(repeating: "]", count: 500)

    @Test("JSON nested beyond a named depth is refused before it is parsed, by every reader; what is less deep is read")
    func nesting() async throws {
        let lines = String(repeating: "{\"title\":\"a\",\"labels\":\(Self.deep)}\n", count: 20)
        let cheap: Duration = .seconds(1)
        let tasks = try await desk.run("task", "import", try write("t.jsonl", lines))
        #expect(tasks.err.contains("32 levels") || tasks.out.contains("32 levels"), tasks.told)
        #expect(tasks.end.processorTime < cheap, tasks.told)
        let cell = "title,deliveries\na,\"\(Self.deep)\"\n"
        let table = try await desk.run("task", "import", "--format", "csv", try write("t.csv", cell))
        #expect(table.status != 0 && table.end.processorTime < cheap, table.told)
        let action = try await desk.run("run", try write("a.json", "{\"type\":\(Self.deep)}"))
        #expect(
            action.code == "input_invalid" && action.message.contains("32 levels") && action.end.processorTime < cheap,
            action.told)
        let settings = try await desk.run(
            "integration", "add", "desk", "--type", "linear", "--settings",
            try write("s.json", "{\"teamId\":\(Self.deep)}"))
        #expect(settings.code == "settings_invalid" && settings.message.contains("32 levels"), settings.told)
        let moved = try await desk.run(
            "integration", "import", try write("i.jsonl", "{\"name\":\"x\",\"settings\":\(Self.deep)}\n"))
        #expect(moved.out.contains("32 levels") && moved.end.processorTime < cheap, moved.told)
        let folder = try desk.scratch.folder("har")
        try Data("{\"log\":{\"more\":\(Self.deep)}}".utf8).write(to: URL(fileURLWithPath: folder + "/a.har"))
        let replay = try await desk.run("connector", "replay", desk.plugins + "/linear.so", folder)
        #expect(replay.out.contains("32 levels") && replay.end.processorTime < cheap, replay.told)

        let fits =
            "{\"title\":\"a\",\"more\":\(String(repeating: "[", count: 31))\(String(repeating: "]", count: 31))}\n"
        let read = try await desk.must("task", "import", try write("f.jsonl", fits))
        #expect(read.summary["added"] == 1, read.told)
        // Brackets in a text are none.
        let text = try await desk.must(
            "task", "import", try write("x.jsonl", "{\"title\":\"\(Self.deep.prefix(400))\\\"[[\"}\n"))
        #expect(text.summary["added"] == 1, text.told)
    }

    @Test(
        "of blank lines, long rows and rows beside a long one grows no faster than it does, in little memory"
    )
    func tables() async throws {
        let csv = ["task", "import", "--format", "csv"]
        func blank(_ count: Int) -> String { "title\n" + String(repeating: "\n", count: count) }
        try await grows(csv, "blank.csv", small: blank(400_000), large: blank(800_000))
        func uneven(_ count: Int) -> String {
            "title\n"
                + String(
                    repeating: "a\(String(repeating: ",", count: 2_000))\n" + String(repeating: "\n", count: 2_000),
                    count: count)
        }
        try await grows(csv, "uneven.csv", small: uneven(100), large: uneven(200))
        func quoted(_ count: Int) -> String {
            "title,description\n"
                + String(repeating: "a,\"\(String(repeating: "b\n", count: 10_000))\"\n", count: count)
        }
        try await grows(csv, "quoted.csv", small: quoted(50), large: quoted(100))
    }

    @Test("of JSON lines, blank, empty, deep and long, grows no faster than it does, in little memory")
    func lines() async throws {
        let jsonl = ["task", "import"]
        func blank(_ count: Int) -> String { String(repeating: "\n", count: count) }
        try await grows(jsonl, "blank.jsonl", small: blank(1_500_000), large: blank(3_000_000))
        let deep = String(repeating: "[", count: 30) + String(repeating: "]", count: 30)
        func nested(_ count: Int) -> String {
            String(
                repeating: "{\"title\":\"a\",\"more\":[\(deep)\(String(repeating: ",\(deep)", count: 20))]}\n",
                count: count)
        }
        try await grows(jsonl, "deep.jsonl", small: nested(50), large: nested(100))
        func long(_ count: Int) -> String {
            String(repeating: String(repeating: "x", count: 3_000_000) + "\n", count: count)
        }
        try await grows(jsonl, "long.jsonl", small: long(10), large: long(20))
    }

    @Test("of one large JSON text, in an action, in settings and in a recording, grows no faster than it does")
    func texts() async throws {
        func flat(_ count: Int) -> String { "{\"log\":{\"more\":[[]\(String(repeating: ",[]", count: count))]}}" }
        try await grows(["run"], "action.json", small: flat(400_000), large: flat(800_000), mebibytes: 160)
        let settings = ["integration", "add", "desk", "--type", "linear", "--settings"]
        try await grows(settings, "settings.json", small: flat(150_000), large: flat(300_000))
        let folder = try desk.scratch.folder("recordings")
        try await grows(
            ["connector", "replay", desk.plugins + "/linear.so", folder], "recordings/a.har", small: flat(400_000),
            large: flat(800_000),
            mebibytes: 160, isNamed: false)
    }

    @Test("from what has no end ends: a device is refused by name, and standard input that is one is given up")
    func endless() async throws {
        for words in [
            ["task", "import", "/dev/zero"], ["task", "import", "--format", "csv", "/dev/zero"], ["run", "/dev/zero"],
            ["integration", "import", "/dev/zero"],
            ["integration", "add", "desk", "--type", "linear", "--settings", "/dev/zero"],
        ] {
            let run = try await desk.run(words, within: .seconds(60))
            #expect(
                run.code == "input_unreadable" && run.message.contains("/dev/zero") && run.message.contains("device"),
                run.told)
        }
        let folder = try await desk.run("task", "import", desk.scratch.path)
        #expect(folder.code == "input_unreadable" && folder.message.contains("folder"), folder.told)
        for words in [
            ["task", "import", "-"], ["task", "import", "--format", "csv", "-"],
            ["integration", "import", "/dev/stdin"],
        ] {
            let through = memory.through + ["/bin/sh", "-c", "exec \"$@\" < /dev/zero", "sh"]
            let run = try await Workbench(home: desk.home, through: through).run(words, within: .seconds(120))
            #expect(
                run.code == "input_invalid" && run.message.contains("64 MiB") && memory.kibibytes < 160 * 1_024,
                run.told)
        }
        let token = try await desk.run("token", "set", "none", "--file", "/dev/zero")
        #expect(token.status != 0, token.told)
    }

    @Test("a pipe is read: from a shell's substitution, by a name, and under every name of standard input")
    func pipes() async throws {
        let line = "{\"title\":\"Call Bob\",\"id\":\"%s\"}\\n"
        let ways = [
            "printf '\(line)' a | \"$@\" -", "printf '\(line)' b | \"$@\" /dev/stdin", "\"$@\" <(printf '\(line)' c)",
            "\"$@\" <(sleep 1; printf '\(line)' d)",
            "\"$@\" <(printf '{\"title\":'; sleep 1; printf '\"Call Bob\",\"id\":\"e\"}')",
            "mkfifo \"$0\"; (sleep 1; printf '\(line)' f > \"$0\") & \"$@\" \"$0\"", "\"$@\" <(true)",
            "\"$@\" /dev/fd/3 3< <(printf '\(line)' g)",
        ]
        for (index, way) in ways.enumerated() {
            let through = ["/bin/bash", "-c", way, desk.scratch("way-\(index)")]
            let run = try await Workbench(home: desk.home, through: through).run(["task", "import"])
            #expect(run.status == 0, run.told)
        }
        let tasks = try await desk.must("task", "list").result["tasks"].items.compactMap { $0["id"].text }
        #expect(tasks.sorted() == ["a", "b", "c", "d", "e", "f", "g"], "\(tasks)")
        try await desk.must("integration", "add", "desk", "--type", "linear", "--set", "teamId=t")
        let token = ["/bin/bash", "-c", "\"$@\" --file <(sleep 1; echo secret-of-a-pipe)", "sh"]
        let set = try await Workbench(home: desk.home, through: token).run(["token", "set", "desk", "--no-check"])
        #expect(set.status == 0, set.told)
    }
}

@Suite("A pipe without an end", .timeLimit(.minutes(12)))
struct SilentPipeTests {
    @Test("a pipe that nobody writes into is given up with its name")
    func silent() async throws {
        let desk = try Workbench()
        try await desk.must("init")
        let made = unsafe mkfifo(desk.scratch("pipe"), 0o600)
        try #require(made == 0)
        let run = try await desk.run(["task", "import", desk.scratch("pipe")], within: .seconds(120))
        #expect(
            run.code == "input_unreadable" && run.message.contains(desk.scratch("pipe"))
                && run.message.contains("30 s"), run.told)
    }
}
