import Foundation
import Testing

/// Connectors that try to keep what a worker takes away (Fixtures/decliner.c), and what of a worker shows from outside.
@Suite("Connectors that decline the sandbox", .serialized, .timeLimit(.minutes(12)))
struct DeclinerTests {
    /// How it tries; the numbers are the fixture's.
    enum Way: Int, CaseIterable { case not, filter, patch, staying }

    private static let asked = [
        "stat", "access", "process", "link", "folder", "names", "library", "reread", "map", "code",
    ]

    /// What the connector found, by when and what: an error's number, 0 where it got what it asked for.
    private struct Findings {
        let numbers: [String: Int]

        init(_ text: String) {
            var numbers: [String: Int] = [:]
            for part in text.split(separator: ";") {
                let halves = part.split(separator: ":")
                for item in halves.last?.split(separator: ",") ?? [] {
                    let words = item.split(separator: "=")
                    let when = halves.count == 2 ? "\(halves[0]) " : ""
                    numbers[when + words[0]] = Int(words.last?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "")
                }
            }
            self.numbers = numbers
        }

        func all(_ when: String) -> [Int?] { DeclinerTests.asked.map { numbers["\(when) \($0)"] } }
    }

    /// The decliners, a type and a file for each way, in a host's plugins folder.
    private static func host(_ runner: HygieneHost.Runner) async throws -> HygieneHost {
        let host = try await HygieneHost(1, runner)
        let scratch = try ScratchFolder()
        for way in Way.allCases {
            try await Plugins.compile(
                "Tests/CommandTests/Fixtures/decliner.c", into: host.strangers.folder, as: "\(way).so", scratch,
                flags: [
                    "-w", "-D_GNU_SOURCE", "-DDECLINE=\(way.rawValue)", "-DTYPE=\"\(way)\"",
                    "-Wl,--version-script=\(Built.root)/Plugins/exports.map",
                ])
        }
        return host
    }

    @Test(
        "get nothing that only loading needs, neither as they are loaded nor in a call, whoever runs the host",
        arguments: HygieneHost.Runner.allCases)
    func decline(_ runner: HygieneHost.Runner) async throws {
        guard try await BurglarTests.isPossible(runner) else { return }
        let host = try await Self.host(runner)
        let refused = [Int?](repeating: Int(EPERM), count: Self.asked.count)
        for way in Way.allCases {
            let run = try await host.bench.desk.run(
                ["integration", "discover", "--type", "\(way)", "--set", "project=p"], input: "a-token-to-try-with\n")
            let findings = Findings(run.result["discovered"][0]["id"].text ?? "")
            #expect(findings.all("load") == refused && findings.all("call") == refused, "\(way): \(run.told)")
            if way == .filter {
                #expect(findings.numbers["seccomp"] == Int(EPERM) && findings.numbers["prctl"] == Int(EPERM), run.told)
            }
            if way == .patch { #expect(findings.numbers["patched"] == 1, run.told) }
            #expect(findings.numbers["got"] == 0 && findings.numbers["early"] == Int(EPERM), run.told)
        }
    }

    @Test("would get all of it where a program takes it away when they are loaded") func control() async throws {
        let host = try await Self.host(.itself)
        let scratch = try ScratchFolder()
        try await Plugins.compileProgram(
            "Tests/CommandTests/Fixtures/later.c", to: scratch("later"), scratch,
            flags: ["-D_GNU_SOURCE", "-I", Built.root + "/SDK/CPatchbay/include", "-ldl"])
        let given = [Int?](repeating: 0, count: Self.asked.count)
        for way in Way.allCases {
            let run = try await host.neighbour(scratch("later"), "\(host.strangers.folder)/\(way).so")
            let findings = Findings(run.text)
            #expect(findings.all("load") == given, "\(way): \(run)")
            // Only who declines keeps it.
            let declines = way == .filter || way == .patch
            let kept = Self.asked.map { !declines && ["stat", "process"].contains($0) ? Int(EPERM) : 0 }
            #expect(findings.all("call") == kept, "\(way): \(run)")
            #expect(way != .staying || findings.numbers["got"] ?? 0 > 10_000, "\(run)")
            #expect(findings.numbers["early"] == 0, "\(run)")
        }
    }

    @Test(
        "find a worker that has both filters and no right of root's, as it shows from outside",
        arguments: HygieneHost.Runner.allCases)
    func outside(_ runner: HygieneHost.Runner) async throws {
        guard try await BurglarTests.isPossible(runner) else { return }
        let host = try await HygieneHost(1, runner)
        let running = try await host.heldSync()
        let worker = try Self.status(of: #require(running.workers.first))
        let own = try Self.status(of: running.child.pid)
        #expect(worker["Seccomp"] == "2" && worker["NoNewPrivs"] == "1", "\(worker)")
        let filters = [own, worker].map { Int($0["Seccomp_filters"] ?? "") ?? -1 }
        #expect(filters[1] == filters[0] + 2, "\(filters)")
        if runner == .itself, geteuid() == 0 {
            let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(running.workers[0])/fd")
            #expect(open.sorted() == ["0", "1", "2", "3", "4"])
        }
        let rights = ["CapInh", "CapPrm", "CapEff", "CapAmb"] + (runner == .itself ? ["CapBnd"] : [])
        for right in rights { #expect(UInt64(worker[right] ?? "", radix: 16) == 0, "\(right): \(worker)") }
        // The host has what its user has.
        if runner == .itself, geteuid() == 0 { #expect(UInt64(own["CapEff"] ?? "", radix: 16) != 0, "\(own)") }
        running.child.send(SIGKILL)
        _ = try await running.finish()
    }

    /// The lines of what the system shows of a process.
    private static func status(of process: pid_t) throws -> [String: String] {
        let text = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        return Dictionary(
            text.split(separator: "\n").compactMap { line in
                let words = line.split(separator: ":", maxSplits: 1)
                return words.count == 2 ? ("\(words[0])", words[1].trimmingCharacters(in: .whitespaces)) : nil
            }, uniquingKeysWith: { one, _ in one })
    }
}
