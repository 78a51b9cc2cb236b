import Foundation
import PatchbayConnectors
import PatchbayModel

/// Measures one step through a worker, without store and network: a question framed, sent, answered by the connector,
/// and read.
struct StepMeasuring {
    let programs: Programs

    /// `check` of each shipped connector up to its first request: the smallest step it has.
    func table(rounds: Int) async throws -> String {
        let directory = PluginDirectory(path: programs.plugins.path, isRequired: true)
        let catalog = ConnectorCatalog(directories: [directory], worker: programs.path("patchbay-worker"))
        var lines: [String] = []
        for system in EmulatedSystem.allCases {
            let session = try await catalog.connector(forType: system.rawValue).open(
                ConnectorOpening(
                    settings: system.settings(address: "https://example.atlassian.net").mapValues { .text($0) }))
            _ = try await time(session, steps: 200)
            var times: [Double] = []
            for _ in 0..<rounds { times.append(try await time(session, steps: 5_000)) }
            lines.append(Figure("\(system.rawValue), first step of check", unit: "µs", times, digits: 1).line)
        }
        await catalog.shutdown()
        return "one step through the worker (5000 times)\n" + lines.joined(separator: "\n") + "\n"
    }

    private func time(_ session: ConnectorSession, steps: Int) async throws -> Double {
        let time = try await ContinuousClock().measure {
            for _ in 0..<steps { _ = try await session.call(ConnectorOperation(.check, now: .now)).begin() }
        }
        return time / .microseconds(1) / Double(steps)
    }
}
