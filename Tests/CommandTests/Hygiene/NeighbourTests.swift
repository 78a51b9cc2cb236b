import Foundation
import Testing

/// What other processes of the same user see of a host while it has a token open, and what is left of one that dies
/// then.
@Suite("A host's neighbours", .serialized, .timeLimit(.minutes(12)))
struct NeighbourTests {
    @Test(
        "read neither memory nor environment of the host or its workers, and cannot trace them",
        .enabled("\(OrdinaryUser.condition)", OrdinaryUser.isPossible))
    func neighbours() async throws {
        let host = try await HygieneHost(1, .ordinary)
        let program = try await host.compile("neighbour.c")
        let ways = ["environ", "maps", "auxv", "fd/0", "fd/3", "mem", "readv", "writev", "getfd", "seize"]
        // A process that hides nothing: only what it has not got is not found.
        let open = Self.answers(try await host.neighbour(program, "child").text)
        #expect(Set(open.keys) == Set(ways))
        #expect(open.filter { $0.key != "fd/3" }.values.allSatisfy { $0 == "open" }, "\(open)")
        let running = try await host.heldSync()
        let workers = running.workers
        #expect(workers.count == 1)
        for process in [running.child.pid] + workers {
            let answers = Self.answers(try await host.neighbour(program, "\(process)").text)
            #expect(Set(answers.keys) == Set(ways))
            #expect(answers.values.allSatisfy { ["EACCES", "EPERM"].contains($0) }, "\(process): \(answers)")
            let words = try String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8)
            #expect(!words.contains(HygieneHost.token))
        }
        // All that while it lived and waited.
        #expect(!running.child.hasEnded && running.workers == workers)
        running.child.send(SIGKILL)
        _ = try await running.finish()
    }

    private static func answers(_ text: String) -> [String: String] {
        Dictionary(
            text.split(separator: "\n").map { line in
                let words = line.split(separator: " ")
                return ("\(words.first ?? "")", "\(words.last ?? "")")
            }, uniquingKeysWith: { one, _ in one })
    }

    /// A shell that allows core files of any size.
    private static let allowing = ["/bin/sh", "-c", "ulimit -c unlimited && exec \"$@\"", "sh"]

    /// Whether this machine writes a core file of what is aborted, into the folder where that was.
    static func writesCores() async -> Bool {
        guard let scratch = try? ScratchFolder() else { return false }
        let words = allowing + ["/usr/bin/env", "-C", scratch.path, "/bin/sh", "-c", "kill -ABRT $$"]
        let child = try? ChildProcess(words[0], Array(words.dropFirst()), environment: [:], descriptors: [:])
        return await child?.end(within: .seconds(60)).dumpedCore == true
    }

    @Test(
        "find no core of a host that is aborted in the midst of a sync, though cores are allowed",
        .enabled("this machine writes no core files", NeighbourTests.writesCores),
        arguments: HygieneHost.Runner.allCases)
    func cores(_ runner: HygieneHost.Runner) async throws {
        if runner == .ordinary, await !OrdinaryUser.isPossible() {
            print("left out for an ordinary user: \(OrdinaryUser.condition)")
            return
        }
        let place = try ScratchFolder()
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: place.path)
        let host = try await HygieneHost(1, runner, outer: Self.allowing, inner: ["/usr/bin/env", "-C", place.path])
        // The same user, folder and limit leave a core of anything else.
        let other = try await host.neighbour("/bin/sh", "-c", "kill -ABRT $$")
        let left = try FileManager.default.contentsOfDirectory(atPath: place.path)
        #expect(other.end.dumpedCore, "\(other)")
        for name in left { try FileManager.default.removeItem(atPath: place.path + "/" + name) }
        let running = try await host.heldSync()
        running.child.send(SIGABRT)
        let run = try await running.finish(within: .seconds(60))
        #expect(run.end.signal == SIGABRT && !run.end.dumpedCore, run.told)
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path).isEmpty)
        #expect(try await host.places().isEmpty)
    }
}
