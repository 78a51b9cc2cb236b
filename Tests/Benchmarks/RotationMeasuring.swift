import Foundation
import PatchbayModel
import PatchbayStoreSQLite
import Synchronization

/// Measures `key rotate` over many tokens: how long, how much memory, and how long another writer waits beside it.
struct RotationMeasuring {
    let programs: Programs
    let rows: Int
    /// Rows for the usual way, which takes ten times as long for each.
    let peerRows: Int

    struct Run {
        let seconds: Double
        let processor: Double
        let memory: Double
        /// How long each write beside it took, in milliseconds, from asking to being on disk.
        var waits: [Double] = []
    }

    func table(rounds: Int) async throws -> String {
        let treasury = try await Treasury(programs, rows: rows)
        // What the command takes with hardly anything to rotate.
        let small = try await Treasury(programs, rows: 100)
        let base = try run(small, ["--no-rest"]).memory
        var lines: [String] = []
        for (title, flags) in [("without rest", ["--no-rest"]), ("with rest", [])] {
            var (alone, beside): ([Run], [Run]) = ([], [])
            for _ in 0..<rounds {
                alone.append(try run(treasury, flags))
                beside.append(try await runBesideWriter(treasury, flags))
            }
            lines +=
                figures("\(title)", alone, base: base) + figures("\(title), a writer beside it", beside, base: base)
        }
        lines += try peer(rounds: rounds)
        return "patchbay key rotate, \(rows) tokens; \(MachineLine.load())\n" + lines.joined(separator: "\n") + "\n"
    }

    private func figures(_ title: String, _ runs: [Run], base: Double) -> [String] {
        var lines = [
            Figure(title, unit: "rows/s", runs.map { Double(rows) / $0.seconds }).line,
            Figure("… whole command", unit: "s", runs.map(\.seconds), digits: 1).line,
            Figure("… CPU a row", unit: "µs", runs.map { $0.processor * 1e6 / Double(rows) }, digits: 1).line,
            Figure("… RSS above that of 100 rows", unit: "MiB", runs.map { $0.memory - base }, digits: 1).line,
        ]
        let waits = runs.flatMap(\.waits).sorted()
        if !waits.isEmpty {
            func at(_ share: Double) -> String {
                String(format: "%.1f", waits[min(waits.count - 1, Int(Double(waits.count) * share))])
            }
            lines.append(
                "  … \(waits.count) writes beside it: median \(at(0.5)) ms, p99 \(at(0.99)) ms, longest \(at(1)) ms")
        }
        return lines
    }

    private func run(_ treasury: Treasury, _ flags: [String]) throws -> Run {
        let home = try treasury.copy()
        defer { try? FileManager.default.removeItem(atPath: home) }
        return try rotate(home, flags)
    }

    private func rotate(_ home: String, _ flags: [String]) throws -> Run {
        let child = try MeasuredChild.run(
            programs.path("patchbay"), ["--quiet", "key", "rotate", "--home", home] + flags)
        return Run(seconds: child.seconds, processor: child.ownProcessor, memory: child.ownMemory)
    }

    /// The other writer sets tokens in this process, with the store that every host uses, and rests 5 ms after each.
    private func runBesideWriter(_ treasury: Treasury, _ flags: [String]) async throws -> Run {
        let home = try treasury.copy()
        defer { try? FileManager.default.removeItem(atPath: home) }
        let store = try await SQLiteStore.open(path: home + "/patchbay.sqlite", mode: .existing)
        let vault = try await Treasury.vault(of: store, home: home)
        let isOver = Atomic<Bool>(false)
        async let waits = {
            var waits: [Double] = []
            while !isOver.load(ordering: .relaxed) {
                let time = try await ContinuousClock().measure {
                    try await Treasury.setToken(Int.random(in: 1...treasury.rows), in: store, with: vault)
                }
                waits.append(time / .milliseconds(1))
                try await Task.sleep(for: .milliseconds(5))
            }
            return waits
        }()
        let result = Result { try rotate(home, flags) }
        isOver.store(true, ordering: .relaxed)
        let waited = try await waits
        try await store.close()
        var run = try result.get()
        run.waits = waited
        return run
    }

    /// The usual way: Python's `cryptography`, MultiFernet over rows in SQLite.
    private func peer(rounds: Int) throws -> [String] {
        let named = ProcessInfo.processInfo.environment["PATCHBAY_PYTHON"]
        guard let python = named, (try? MeasuredChild.run(python, ["-c", "import cryptography"])) != nil else {
            return ["  MultiFernet is left out: PATCHBAY_PYTHON names no interpreter that has cryptography"]
        }
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Peers/fernet_peer.py"
        ).path
        var sides: [(rate: Double, processor: Double, memory: Double)] = []
        for _ in 0..<rounds {
            let folder = programs.scratch.appendingPathComponent("fernet-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            _ = try MeasuredChild.run(python, ["-B", script, folder.path, "table", String(peerRows)])
            let child = try MeasuredChild.run(python, ["-B", script, folder.path, "rotate"], keepsOutput: true)
            let answer = try JSONDecoder().decode(PeerAnswer.self, from: child.output)
            let rows = Double(answer.tasks)
            sides.append((rows / answer.seconds, answer.cpu * 1e6 / rows, child.ownMemory))
        }
        return [
            Figure("MultiFernet, \(peerRows) rows", unit: "rows/s", sides.map(\.rate)).line,
            Figure("… CPU a row", unit: "µs", sides.map(\.processor), digits: 1).line,
            Figure("… RSS", unit: "MiB", sides.map(\.memory)).line,
        ]
    }
}
