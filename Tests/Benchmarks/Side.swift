import Foundation

/// What one side of a comparison took for so many tasks.
struct Side: Sendable {
    var tasks: Int
    let seconds: Double
    /// The same without what it takes to start with nothing to do.
    let workingSeconds: Double
    /// Seconds of processor time of all its processes, from their start to their end.
    let cpu: Double
    /// That without the start.
    let workingCPU: Double

    var tasksPerSecond: Double { Double(tasks) / seconds }
    var tasksPerSecondAfterStart: Double { Double(tasks) / workingSeconds }
    var tasksPerProcessorSecond: Double { Double(tasks) / cpu }
    var tasksPerWorkingSecond: Double { Double(tasks) / workingCPU }
    var microsecondsEach: Double { cpu * 1e6 / Double(max(1, tasks)) }
    var workingMicrosecondsEach: Double { workingCPU * 1e6 / Double(max(1, tasks)) }
}

/// What a peer prints of its work alone, as JSON.
struct PeerAnswer: Decodable {
    let tasks: Int
    let seconds: Double
    let cpu: Double
}
