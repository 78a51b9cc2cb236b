import Foundation
import Testing

/// As many deliveries as PATCHBAY_UPGRADE says; `make torture` has a million.
@Suite("Migrate: a large store", .timeLimit(.minutes(60)))
struct LargeMigrateTests {
    private static let wanted = ProcessInfo.processInfo.environment["PATCHBAY_UPGRADE"].flatMap { Int($0) } ?? 4_000
    /// Of the whole process, whatever the store has: mebibytes.
    private static let memoryMax = 160

    @Test("killed before the commit it is the old one; then it is carried, with all that it holds, in bounded memory")
    func carried() async throws {
        let store = try OldStore()
        let each = try #require(try await store.rows("SELECT count(*) FROM delivery").first?[0].int)
        try await store.multiply(Self.wanted / each)
        let before = try await store.contents()
        let dead = try await store.desk.run(
            ["migrate"], environment: ["PATCHBAY_DEBUG_DIE_AT": "M3"], within: .seconds(900))
        #expect(dead.end.signal == SIGKILL, dead.told)
        #expect(try await store.schema() == 5)
        #expect(try await store.contents() == before)
        // Not the backup of the one that died, so that all of it is measured.
        try FileManager.default.removeItem(atPath: store.backup)
        let running = try store.desk.start(["migrate"])
        var peak = 0
        try await Wait.until("migrate has ended", within: .seconds(900)) {
            peak = max(peak, Self.memory(of: running.child.pid))
            return running.child.hasEnded ? true : nil
        }
        let run = try await running.finish()
        #expect(run.status == 0, run.told)
        #expect(try await store.contents() == before)
        #expect(peak > 0 && peak <= Self.memoryMax, "\(peak) MiB")
        let size = (try FileManager.default.attributesOfItem(atPath: store.path)[.size] as? NSNumber)?.intValue ?? 0
        print(
            "migrated \(run.summary["tasks"].line) tasks, \(run.summary["deliveries"].line) deliveries, "
                + "\(before["attempt"][0].line) attempts "
                + "(\(size / 1_048_576) MiB) in \(run.summary["seconds"].line) s, with \(peak) MiB of memory")
    }

    /// The most that a process has held so far, in mebibytes; 0 when it is gone.
    private static func memory(of process: pid_t) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) } ?? 0)
            / 1_024
    }
}
