import Foundation
import Testing

@Suite("A system without a further thread", .timeLimit(.minutes(5)))
struct ThreadTests {
    @Test("ends a sync with the reason, and nothing waits for ever", arguments: [(1, false), (2, false), (9, true)])
    func refused(number: Int, isServed: Bool) async throws {
        let bench = try await Bench(["asana"])
        try await bench.take(Bench.tasks(1), for: "asana")
        let folder = try bench.desk.scratch.folder("preloaded")
        try await Plugins.compile(
            "Tests/CommandTests/Fixtures/threadless.c", into: folder, as: "threadless.so", bench.desk.scratch,
            flags: ["-fvisibility=default"])
        let run = try await bench.desk.run(
            ["sync"], environment: ["LD_PRELOAD": folder + "/threadless.so", "FAILING_THREAD": "\(number)"])
        #expect(run.end.signal == nil, run.told)
        #expect((run.status == 0) == isServed, run.told)
        #expect(run.told.rawValue.contains("allows no further") == !isServed, run.told)
    }
}
