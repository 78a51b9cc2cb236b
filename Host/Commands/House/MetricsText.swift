import PatchbayStore

/// The Prometheus text form. Labels name integrations, types, states and codes: never a task or a meeting, which would
/// have no end.
struct MetricsText {
    enum Kind: String { case gauge, histogram }
    typealias Sample = (labels: [(String, String)], value: Double)

    private var order: [String] = []
    private var heads: [String: String] = [:]
    private var lines: [String: [String]] = [:]

    /// All samples of a name stand together under one head, as the form demands, in whatever order they are added.
    var text: String { order.flatMap { [heads[$0] ?? ""] + (lines[$0] ?? []) }.joined(separator: "\n") }

    mutating func add(
        _ name: String, _ kind: Kind, _ help: String, _ integrations: [IntegrationRecord],
        _ samples: (IntegrationRecord) -> [Sample]
    ) {
        begin(name, kind, help)
        for integration in integrations {
            for sample in samples(integration) {
                lines[name]?.append(Self.line(name, Self.labels(of: integration) + sample.labels, sample.value))
            }
        }
    }

    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        begin(name, kind, help)
        lines[name]?.append(Self.line(name, [], value))
    }

    mutating func addHistogram(
        _ name: String, _ help: String, _ integrations: [IntegrationRecord],
        _ histogram: (IntegrationRecord) -> DelayHistogram?
    ) {
        begin(name, .histogram, help)
        for integration in integrations {
            guard let histogram = histogram(integration) else { continue }
            let labels = Self.labels(of: integration)
            for (bound, count) in zip(DelayHistogram.boundsSeconds, histogram.within) {
                lines[name]?.append(Self.line(name + "_bucket", labels + [("le", String(bound))], Double(count)))
            }
            lines[name]?.append(Self.line(name + "_bucket", labels + [("le", "+Inf")], Double(histogram.count)))
            lines[name]?.append(Self.line(name + "_sum", labels, histogram.sumSeconds))
            lines[name]?.append(Self.line(name + "_count", labels, Double(histogram.count)))
        }
    }

    private mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        guard heads[name] == nil else { return }
        order.append(name)
        heads[name] = "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)"
        lines[name] = []
    }

    private static func labels(of integration: IntegrationRecord) -> [(String, String)] {
        [("integration", integration.name), ("type", integration.type)]
    }

    private static func line(_ name: String, _ labels: [(String, String)], _ value: Double) -> String {
        let number = value.rounded() == value && abs(value) < 1e15 ? String(Int64(value)) : String(value)
        guard !labels.isEmpty else { return "\(name) \(number)" }
        let pairs = labels.map { key, text in
            let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            return "\(key)=\"\(escaped)\""
        }
        return "\(name){\(pairs.joined(separator: ","))} \(number)"
    }
}
