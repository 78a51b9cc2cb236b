import Foundation

/// One measured quantity over several runs, as a line of the output.
struct Figure {
    /// Letters of the name's column, behind two spaces; then number and unit. What reads another build's lines relies
    /// on it.
    static let nameWidth = 36

    let line: String

    init(_ name: String, unit: String, _ values: [Double], digits: Int = 0) {
        guard let median = values.median, let least = values.min(), let most = values.max() else {
            line = "  \(name): none"
            return
        }
        func text(_ value: Double) -> String { String(format: "%.\(digits)f", value) }
        let spread = values.count > 1 ? "   (\(text(least)) – \(text(most)))" : ""
        line =
            "  " + name.padding(toLength: Self.nameWidth, withPad: " ", startingAt: 0) + text(median) + " " + unit
            + spread
    }
}

/// What the figures were taken on.
enum MachineLine {
    static func text() -> String {
        let model = lines(of: "/proc/cpuinfo").first { $0.hasPrefix("model name") }
        let name =
            model?.split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces) ?? "unknown processor"
        let kernel = lines(of: "/proc/sys/kernel/osrelease").first.map(String.init) ?? "?"
        let date = Date.now.formatted(.iso8601)
        return "\(name), \(ProcessInfo.processInfo.activeProcessorCount) cores, Linux \(kernel), \(date), \(load())"
    }

    static func load() -> String {
        let load = lines(of: "/proc/loadavg").first?.split(separator: " ").prefix(3).joined(separator: " ")
        return "load \(load ?? "?")"
    }

    private static func lines(of path: String) -> [Substring] { ProcessTable.text(of: path).split(separator: "\n") }
}
