import Foundation
import Testing

extension Bench {
    /// Syncs until nothing is left to do; each time may leave something that the next one may take. An integration that
    /// is named is tried at once, also when it was to be left alone for a while.
    @discardableResult
    func syncToTheEnd(_ name: String? = nil, times: Int = 8, sourceLocation: SourceLocation = #_sourceLocation)
        async throws -> Run
    {
        var last: Run?
        for _ in 0..<times {
            let run = try await desk.run(["sync", "--wait"] + (name.map { ["--integration", $0] } ?? []))
            last = run
            if run.status == 0 { return run }
        }
        return try #require(last, sourceLocation: sourceLocation)
    }

    /// Every one of these tasks is in the system exactly once, and delivered here.
    func expectOnce(_ tasks: [JSON], in system: String, sourceLocation: SourceLocation = #_sourceLocation) async throws
    {
        let titles = try await emulator.tasks(system).compactMap { $0["title"].text }
        #expect(titles.sorted() == tasks.compactMap { $0["title"].text }.sorted(), sourceLocation: sourceLocation)
        #expect(try await states(system) == ["delivered": tasks.count], sourceLocation: sourceLocation)
    }
}
