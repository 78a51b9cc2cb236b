import Foundation

/// Runs a build's own bench, for what only code of that build can measure, such as one step through its worker: the
/// host's end of the socket is in the bench. Its lines, as `Figure` writes them, are the interface; nothing else of it
/// is known here.
struct OwnBench {
    /// Handed on; what they make it print is compared.
    let flags: [String]
    /// The cores that it and what it starts may use, as taskset takes them; empty is all.
    let cores: String

    func readings(_ programs: Programs) throws -> Readings {
        var readings = Readings()
        do {
            let pinning = cores.isEmpty ? [] : ["taskset", "-c", cores]
            let bench = [programs.path("patchbay-bench")] + flags + ["--bin", programs.scratch.path]
            let child = try MeasuredChild.run("/usr/bin/env", pinning + bench, keepsOutput: true)
            readings.add(Self.parse(String(decoding: child.output, as: UTF8.self)))
        } catch is MeasuredChild.Failed {
            readings.leaveOut(
                "The figures of a build's own bench are left out: it ended with an error, which is above.")
        }
        return readings
    }

    /// Every figure, named after the title that it stands under, and one with … also after the last without. The load
    /// in a title is no part of the name.
    static func parse(_ output: String) -> Readings {
        var readings = Readings()
        var (title, last) = ("", "")
        for line in output.split(separator: "\n") {
            guard line.hasPrefix("  ") else {
                title = line.split(separator: ";").first.map(String.init) ?? ""
                continue
            }
            var name = line.dropFirst(2).prefix(Figure.nameWidth).trimmingCharacters(in: .whitespaces)
            if name.hasPrefix("…") { name = last + " " + name } else { last = name }
            let words = line.dropFirst(2 + Figure.nameWidth).split(separator: " ")
            guard let number = words.first, let value = Double(number) else { continue }
            let digits = number.split(separator: ".").dropFirst().first?.count ?? 0
            let unit = words.dropFirst().first.map(String.init) ?? ""
            readings.add(
                Quantity(name: "\(title): \(name)", unit: unit.hasPrefix("(") ? "" : unit, digits: digits), value)
        }
        return readings
    }
}
