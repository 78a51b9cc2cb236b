import Foundation
import Testing

extension Bench {
    /// Records what the conformance kit builds on: a check, creates, and look-ups of a create that was made and of one
    /// that was not, where somebody else's task is, too.
    package func recordCalls(_ system: String, into folder: String) async throws {
        try await desk.must("integration", "check", system, "--record", folder)
        try await take(Bench.tasks(3), for: system)
        try await desk.must("sync", "--record", folder)
        for (number, kind) in ["drop-after", "drop-before"].enumerated() {
            try await take(Bench.tasks(1, meeting: "lost-\(number)"), for: system)
            try await emulator.fault(["system": .string(system), "operation": "create", "kind": .string(kind)])
            _ = try await desk.run("sync", "--record", folder)
            // Within what a look-up looks through.
            try await emulator.addTask(system)
            try await Wait.until("a look-up of what was lost by \(kind)") {
                _ = try await desk.run("sync", "--record", folder)
                let files = try FileManager.default.contentsOfDirectory(atPath: folder)
                return files.count { $0.hasSuffix("-find.har") } > number ? true : nil
            }
        }
    }
}
