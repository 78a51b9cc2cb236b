import Foundation
import Testing

/// Connectors from anywhere, used by the real command beside others.
@Suite("Strangers' connectors", .serialized, .timeLimit(.minutes(12)))
struct StrangerTests {
    /// For the plugins folder; lives as long as the test.
    private let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    /// What the misbehaving ones do, and where.
    static let acts: [(String, Strangers.Place)] = [
        ("socket", .load), ("crash", .load), ("exit", .entry), ("trap", .describe), ("crash", .open), ("exec", .open),
        ("crash", .begin),
        ("socket", .begin), ("fork", .begin), ("exit", .begin), ("allocate", .begin), ("overflow", .begin),
        ("huge-frame", .begin),
        ("answer-another", .begin), ("block", .begin), ("trap", .resume), ("signal-host", .resume), ("trace", .resume),
        ("remove-file", .resume), ("close-socket", .resume),
    ]

    private static let tasks = Bench.tasks(3)

    /// A bench with so many strangers, each with an integration, all of them sound. `systems` are there, too.
    private func bench(_ count: Int, systems: [String] = []) async throws -> (Bench, Strangers) {
        let folder = try Plugins.folder(scratch, systems.map(\.capitalized))
        let strangers = try await Strangers(in: folder, scratch)
        for number in 0..<count { try strangers.put(number) }
        let bench = try await Bench(systems, plugins: folder)
        try await bench.adopt((0..<count).map { Strangers.row($0, bench) })
        return (bench, strangers)
    }

    @Test(
        """
        fifty at once, twenty of which attack: the others deliver everything, each attacker is named, no process is \
        left behind
        """
    )
    func fifty() async throws {
        let (bench, strangers) = try await bench(50)
        for (number, act) in Self.acts.enumerated() { try strangers.put(number, act: act.0, at: act.1) }
        let all = (0..<50).map { Strangers.type($0) }
        try await bench.take(Self.tasks, for: all.joined(separator: ","))
        let running = try bench.desk.start(["sync"])
        let run = try await running.finish(within: .seconds(120))
        #expect(run.status == 1, run.told)
        let integrations = run.result["integrations"].items
        #expect(integrations.count == 50, run.told)
        for (number, type) in all.enumerated() {
            let entry = integrations.first { $0["integration"].text == type } ?? .null
            if number >= Self.acts.count {
                #expect(entry["delivered"] == 3 && entry["error"].isNull, "\(entry.line)")
            } else {
                #expect(entry["delivered"] == 0, "\(Self.acts[number]): \(entry.line)")
                let rows = run.result["tasks"].items.filter { $0["integration"].text == type }
                let codes = Set((rows.map { $0["error"]["code"] } + [entry["error"]["code"]]).compactMap(\.text))
                #expect(
                    !codes.isEmpty && codes.isSubset(of: Self.codes), "\(Self.acts[number]): \(codes) \(entry.line)")
            }
        }
        #expect(try await bench.emulator.count("asana") >= 90)
        #expect(running.workersLeft.isEmpty)
    }

    private static let codes: Set<String> = [
        "connector_crashed", "connector_forbidden_call", "connector_protocol", "connector_timeout",
        "connector_quarantined",
        "connector_not_found",
    ]

    @Test("have workers that hold less than 4 MiB of their own beside their library")
    func memory() async throws {
        let (bench, _) = try await bench(3, systems: Bench.systems)
        for system in Bench.systems {
            try await bench.emulator.fault([
                "system": .string(system), "operation": "create", "kind": "delay", "delayMilliseconds": 3_000,
            ])
        }
        let all = Bench.systems + (0..<3).map { Strangers.type($0) }
        try await bench.take(Self.tasks, for: all.joined(separator: ","))
        let running = try bench.desk.start(["sync"])
        // All have been asked for their requests, and wait for answers that are late.
        try await Wait.until("all six are there") { running.workers.count == all.count ? true : nil }
        let most = try await Wait.until("they wait") { () -> Int? in
            try await bench.emulator.requests() >= Bench.systems.count
                ? running.workers.compactMap(Self.privateBytes).max() : nil
        }
        print("the largest of \(all.count) idle workers has \(most / 1_024) KiB of its own")
        #expect(most < 4 * 1_048_576)
        #expect(try await running.finish().status == 0)
    }

    /// What of a process's memory is in no file: resident less shared pages.
    private static func privateBytes(_ process: pid_t) -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8) else { return nil }
        let pages = text.split(separator: " ").compactMap { Int($0) }
        return pages.count > 2 ? (pages[1] - pages[2]) * Int(sysconf(Int32(_SC_PAGESIZE))) : nil
    }

    @Test(
        """
        that crash again and again hold up no one, end in quarantine, and are taken back by the command that the list \
        names
        """
    )
    func quarantine() async throws {
        let (bench, strangers) = try await bench(1, systems: Bench.systems)
        let path = strangers.folder + "/stranger00.so"
        try strangers.put(0, act: "trap", at: .begin)
        try await bench.take(Self.tasks, for: (Bench.systems + ["stranger00"]).joined(separator: ","))
        let first = try await bench.desk.run("sync")
        #expect(first.status == 1 && first.summary["delivered"].int == 9, first.told)
        for system in Bench.systems { try await bench.expectOnce(Self.tasks, in: system) }
        // Each worker that dies without a call finished counts, until there are three.
        try await Wait.until("it is in quarantine", within: .seconds(60)) {
            _ = try await bench.desk.run("sync", "--integration", "stranger00")
            return try await entry(bench)["refusal"]["reason"] == "quarantined" ? true : nil
        }
        let told = try await bench.desk.run(
            ["connector", "list", "--home", bench.desk.home, "--plugins", strangers.folder], raw: true)
        #expect(told.status == 0 && told.out.contains("quarantined"), told.told)
        #expect(told.err.contains("SIGILL") && told.err.contains("patchbay connector trust \(path)"), told.told)
        let refused = try await bench.desk.run("sync", "--integration", "stranger00")
        #expect(
            refused.status == 2 && refused.code == "connector_not_found" && refused.message.contains("quarantine"),
            refused.told)
        try await bench.take(Bench.tasks(2, meeting: "n"), for: "linear,stranger00")
        #expect(try await bench.desk.run("sync").summary["delivered"] == 2, "the others go on")

        // The command that it names; the digest is tried again, and dies again.
        try await bench.desk.must("connector", "trust", path)
        #expect(try await entry(bench)["state"] == "usable")
        #expect(try await entry(bench)["trust"] == "approved")
        // Its maker mends it: another digest, and nothing is held against that.
        try strangers.put(0)
        _ = try await bench.desk.run("retry", "--all")
        let mended = try await bench.desk.run("sync", "--integration", "stranger00")
        #expect(mended.status == 0 && mended.summary["delivered"] == 5, mended.told)
    }

    private func entry(_ bench: Bench) async throws -> JSON {
        try await bench.desk.must("connector", "list").result["connectors"].items.first {
            $0["file"] == "stranger00.so"
        } ?? .null
    }
}
