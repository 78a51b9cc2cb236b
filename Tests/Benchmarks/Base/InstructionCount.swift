import Foundation

/// Counts the instructions of a small command with valgrind's callgrind: hardly any noise, where a processor time of
/// milliseconds is nothing but noise. Of the program itself, not of what it starts: a worker's sandbox lets valgrind do
/// nothing.
struct InstructionCount {
    struct Failed: Error, CustomStringConvertible { let description: String }

    /// The library that keeps valgrind alive (`Tests/Benchmarks/Suspend`).
    let suspend: String

    /// Throws `Failed` with the reason when the command does not end well under callgrind, or there is none.
    func instructions(_ words: [String], _ stage: Stage) throws -> Double {
        let (counts, said) = (
            stage.folder.appendingPathComponent("counts").path, stage.folder.appendingPathComponent("valgrind").path
        )
        let flags = ["valgrind", "--tool=callgrind", "--callgrind-out-file=\(counts)", "--log-file=\(said)"]
        // The seed of the hash tables is drawn at each start otherwise.
        let environment = stage.places.merging(["LD_PRELOAD": suspend, "SWIFT_DETERMINISTIC_HASHING": "1"]) { $1 }
        do {
            _ = try MeasuredChild.run(
                "/usr/bin/env", flags + [stage.programs.path("patchbay"), "--quiet"] + words, environment: environment)
        } catch is MeasuredChild.Failed {
            let command = words.joined(separator: " ")
            throw Failed(
                description:
                    "The instructions of \(command) are left out: callgrind (Debian: valgrind) is not here, or fails.")
        }
        let line = ProcessTable.text(of: counts).split(separator: "\n").last { $0.hasPrefix("totals: ") }
        guard let total = line.flatMap({ Double($0.dropFirst(8)) }) else {
            throw Failed(description: "Instructions are left out: callgrind wrote no total.")
        }
        return total
    }
}
