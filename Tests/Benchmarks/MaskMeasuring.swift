import Foundation

/// Measures what looking for a token in an answer costs a byte: in time, and in instructions, at two sizes, which shows
/// whether it stays the same for long answers.
struct MaskMeasuring {
    private struct Spent: Decodable { let seconds: Double }

    let programs: Programs

    private static let sizes = [1 << 20, 10 << 20]

    func table(rounds: Int) throws -> String {
        let program = programs.tool("patchbay-bench-mask")
        var lines: [String] = []
        for size in Self.sizes {
            let times = try (0..<rounds).map { _ in
                let child = try MeasuredChild.run(program, ["\(size)"], keepsOutput: true)
                return try JSONDecoder().decode(Spent.self, from: child.output).seconds * 1e9 / Double(size)
            }
            lines.append(Figure("\(size >> 20) MiB, a byte", unit: "ns", times, digits: 1).line)
        }
        do {
            let counting = InstructionCount(suspend: nil, folder: programs.scratch)
            // What the program takes to make its answer is the same a byte, and is counted too.
            let counts = try Self.sizes.map { try counting.instructions([program, "\($0)"], environment: [:]) }
            for (size, count) in zip(Self.sizes, counts) {
                let line = Figure("\(size >> 20) MiB, a byte", unit: "instructions", [count / Double(size)], digits: 1)
                lines.append(line.line)
            }
        } catch let error as InstructionCount.Failed { lines.append("  \(error.description)") }
        return "looking for a token in an answer\n" + lines.joined(separator: "\n") + "\n"
    }
}
