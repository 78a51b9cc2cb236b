import Foundation

/// What one side of a comparison took for so many tasks. The peers print it as JSON.
struct Side: Sendable, Decodable {
    var tasks: Int
    let seconds: Double
    /// Seconds of processor time of all its processes.
    let cpu: Double

    var tasksPerSecond: Double { Double(tasks) / seconds }
    var tasksPerProcessorSecond: Double { Double(tasks) / cpu }
    var microsecondsEach: Double { cpu * 1e6 / Double(max(1, tasks)) }
}
