import Foundation

/// Counts the instructions of a small command with valgrind's callgrind: hardly any noise, where a processor time of
/// milliseconds is nothing but noise. Of the program itself, not of what it starts: a worker's sandbox lets valgrind do
/// nothing.
struct InstructionCount {
    struct Failed: Error, CustomStringConvertible { let description: String }

    /// The library that keeps valgrind alive (`Tests/Benchmarks/Suspend`), for what needs it.
    let suspend: String?
    /// Where what callgrind writes may lie.
    let folder: URL

    /// Of the host with these words, on a stage. Throws `Failed` as below.
    func instructions(_ words: [String], _ stage: Stage) throws -> Double {
        try instructions([stage.programs.path("patchbay"), "--quiet"] + words, environment: stage.places)
    }

    /// Of a program, which stands before its words. Throws `Failed` with the reason when it does not end well under
    /// callgrind, or there is none.
    func instructions(_ command: [String], environment: [String: String]) throws -> Double {
        let (counts, said) = (
            folder.appendingPathComponent("counts").path, folder.appendingPathComponent("valgrind").path
        )
        let flags = ["valgrind", "--tool=callgrind", "--callgrind-out-file=\(counts)", "--log-file=\(said)"]
        // The seed of the hash tables is drawn at each start otherwise.
        var environment = environment
        environment["SWIFT_DETERMINISTIC_HASHING"] = "1"
        environment["LD_PRELOAD"] = suspend
        do {
            _ = try MeasuredChild.run("/usr/bin/env", flags + command, environment: environment)
        } catch is MeasuredChild.Failed {
            let name = command.joined(separator: " ")
            throw Failed(
                description:
                    "The instructions of \(name) are left out: callgrind (Debian: valgrind) is not here, or fails.")
        }
        let line = ProcessTable.text(of: counts).split(separator: "\n").last { $0.hasPrefix("totals: ") }
        guard let total = line.flatMap({ Double($0.dropFirst(8)) }) else {
            throw Failed(description: "Instructions are left out: callgrind wrote no total.")
        }
        return total
    }
}
