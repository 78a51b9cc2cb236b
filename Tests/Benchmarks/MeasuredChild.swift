import Foundation
import Synchronization

/// What one run of a program took.
struct MeasuredChild: Sendable {
    struct Failed: Error, CustomStringConvertible { let description: String }

    let seconds: Double
    /// Seconds of processor time of the program itself, and of those it started.
    let ownProcessor: Double
    let workerProcessor: Double
    /// MiB at the peak: the program's, and the greatest among those it started.
    let ownMemory: Double
    let workerMemory: Double
    /// Seconds of processor time of all of them together: exact, where its two parts come in steps.
    var processor: Double { ownProcessor + workerProcessor }
    /// What it printed, where that was asked for.
    let output: Data

    /// Looks at the running program this often. A peak never falls, so what is missed is what happens between the last
    /// look and the end.
    private static let lookMicroseconds: UInt32 = 10_000

    /// Runs a program to its end, with `input` on its standard input. What it prints is dropped, or kept where it is a
    /// line or two. Throws `Failed` when it ends with another status than 0. The calling thread watches meanwhile.
    static func run(
        _ path: String, _ arguments: [String], input: String = "", environment: [String: String] = [:],
        keepsOutput: Bool = false
    ) throws -> MeasuredChild {
        let process = Process()
        let given = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = given
        let printed = keepsOutput ? Pipe() : nil
        process.standardOutput = printed ?? FileHandle.nullDevice
        let ended = EndTime()
        process.terminationHandler = { _ in ended.value.withLock { $0 = .now } }
        let before = childrenTime()
        let start = ContinuousClock.now
        try process.run()
        try given.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try given.fileHandleForWriting.close()
        let seen = watch(process.processIdentifier) { ended.value.withLock { $0 == nil } }
        let seconds = ((ended.value.withLock { $0 } ?? .now) - start) / .seconds(1)
        guard process.terminationStatus == 0 else {
            throw Failed(
                description: "\(path) \(arguments.joined(separator: " ")) ended with \(process.terminationStatus)")
        }
        let workers = seen.workerTime.values.reduce(0, +)
        return MeasuredChild(
            seconds: seconds, ownProcessor: max(0, childrenTime() - before - workers), workerProcessor: workers,
            ownMemory: seen.ownMemory, workerMemory: seen.workerMemory,
            output: try printed?.fileHandleForReading.readToEnd() ?? Data())
    }

    /// When the program ended: set by a thread of Foundation's.
    private final class EndTime: Sendable { let value = Mutex<ContinuousClock.Instant?>(nil) }

    private struct Seen {
        var ownMemory = 0.0
        var workerMemory = 0.0
        var workerTime: [Int32: Double] = [:]
    }

    private static func watch(_ process: Int32, while isRunning: () -> Bool) -> Seen {
        var seen = Seen()
        while isRunning() {
            seen.ownMemory = max(seen.ownMemory, ProcessTable.peakMemory(of: process) ?? 0)
            for worker in ProcessTable.children(of: process) {
                seen.workerMemory = max(seen.workerMemory, ProcessTable.peakMemory(of: worker) ?? 0)
                if let time = ProcessTable.processorTime(of: worker) { seen.workerTime[worker] = time }
            }
            usleep(lookMicroseconds)
        }
        return seen
    }

    /// Seconds of processor time of all children that have ended, and of theirs.
    private static func childrenTime() -> Double {
        var usage = rusage()
        unsafe getrusage(RUSAGE_CHILDREN.rawValue, &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}
