import Foundation
import Testing

/// What was recorded is replayed against the same connector, and against one that asks for something else.
@Suite("A recording", .timeLimit(.minutes(12)))
struct RecordingTests {
    @Test("of checks, creates and look-ups replays the same with each connector, and is the owner's alone")
    func same() async throws {
        let bench = try await Bench()
        let folder = bench.desk.scratch("recordings")
        for name in Bench.systems { try await bench.desk.must("integration", "check", name, "--record", folder) }
        let tasks: [JSON] = [
            [
                "id": "r-1", "meetingId": "r", "title": "Write \"it\" / ~down\u{1F4DD}",
                "description": "**bold**\n\n- one\n- two",
                "dueDate": "2026-03-04", "assignee": "alice@example.com", "priority": "high", "labels": ["red"],
            ],
            ["id": "r-2", "meetingId": "r", "title": "Second", "assignee": "nobody@example.com"],
        ]
        try await bench.take(tasks, for: "asana,jira,linear")
        for name in Bench.systems {
            try await bench.emulator.fault(["system": .string(name), "operation": "create", "kind": "drop-after"])
        }
        let first = try await bench.desk.run("sync", "--record", folder)
        #expect(first.status == 1, first.told)
        #expect((first.summary["recorded"].int ?? 0) > 0, first.told)
        // Lost creates are looked up, some of them only after a while.
        for _ in 0..<5 where try await bench.desk.run("sync", "--wait", "--record", folder).status != 0 {}

        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(files.allSatisfy { $0.hasSuffix(".har") })
        for word in ["check", "create", "find"] {
            for name in Bench.systems {
                #expect(files.contains { $0.hasSuffix("-\(name)-\(word).har") }, "\(name) \(word): \(files)")
            }
        }
        #expect(try mode(folder) == 0o700)
        for file in files { #expect(try mode(folder + "/" + file) == 0o600) }

        for name in Bench.systems {
            let replay = try await bench.desk.run("connector", "replay", "\(Built.plugins)/\(name).so", folder)
            #expect(replay.status == 0, replay.told)
            #expect(
                replay.summary["different"] == 0
                    && replay.summary["same"].int == files.count { $0.contains("-\(name)-") }, replay.told)
        }
    }

    @Test("that was made with another task is told apart, request by request and by the place in the body")
    func different() async throws {
        let bench = try await Bench(["linear"])
        let folder = bench.desk.scratch("recordings")
        try await bench.take([["id": "d-1", "meetingId": "d", "title": "As it was"]], for: "linear")
        try await bench.desk.must("sync", "--record", folder)
        let file = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.contains("-create") })
        let path = folder + "/" + file
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains("As it was"))
        // Only in the operation's input: the recorded request keeps its words.
        let other = text.replacing("\"title\" : \"As it was\"", with: "\"title\" : \"As it is\"")
        try other.write(toFile: path, atomically: true, encoding: .utf8)
        let replay = try await bench.desk.run("connector", "replay", "\(Built.plugins)/linear.so", folder)
        #expect(replay.status == 1, replay.told)
        let told = replay.result["recordings"].items.flatMap { $0["differences"].texts }
        let words = ["body /variables/", "\"As it was\"", "\"As it is\""]
        #expect(told.contains { line in words.allSatisfy(line.contains) }, replay.told)

        let foreign = try await bench.desk.run("connector", "replay", "\(Built.plugins)/asana.so", folder)
        #expect(
            foreign.status == 2 && foreign.summary["skipped"].int == foreign.summary["recordings"].int, foreign.told)
        try "{\"log\": {}}".write(toFile: folder + "/z.har", atomically: true, encoding: .utf8)
        let broken = try await bench.desk.run("connector", "replay", "\(Built.plugins)/linear.so", folder)
        #expect(
            broken.status == 2 && broken.code == "recording_invalid" && broken.message.contains("z.har"), broken.told)
        let none = try await bench.desk.run("connector", "replay", "\(Built.plugins)/linear.so", bench.desk.home)
        #expect(none.status == 2 && none.code == "recording_invalid", none.told)
    }

    @Test("is refused where others can write, and a folder that cannot be made stops nothing that was sent")
    func refused() async throws {
        let bench = try await Bench(["linear"])
        let open = try bench.desk.scratch.folder("open")
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: open)
        for folder in [open, "/dev/null/x"] {
            let run = try await bench.desk.run("sync", "--record", folder)
            #expect(run.code == "recording_unwritable" && run.status == 2, run.told)
        }
        #expect(try await bench.emulator.requests() == 0)
    }

    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber).intValue
    }
}
