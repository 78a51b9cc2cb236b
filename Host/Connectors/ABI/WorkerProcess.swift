import CPatchbaySystem
import Foundation

/// A running worker: started, watched and reaped by one thread.
struct WorkerProcess {
    let id: Int32
    /// Becomes readable when the process ends; nil where the kernel has no such thing.
    let end: OwnedDescriptor?

    /// Starts the program. The calling thread must live as long as the worker. Throws `SystemFault`.
    init(launch: Worker.Launch, frameBytesMax: Int, far: WorkerChannel.Ends, load: Worker.Load) throws(SystemFault) {
        let texts =
            [launch.program, String(getpid()), String(FrameKind.wireVersion), String(frameBytesMax)]
            + [launch.sandboxMayBePartial ? "partial" : "whole", launch.isWatchful ? "watchful" : "plain"]
            + load.libraries
        let copies = unsafe texts.map { unsafe strdup($0) }
        defer { unsafe copies.forEach { unsafe free($0) } }
        var arguments = unsafe copies.map { unsafe UnsafePointer($0) }
        unsafe arguments.append(nil)
        let process = unsafe patchbay_spawn_worker(&arguments, far.socket.number, load.plugin.number, far.words.number)
        guard process > 0 else { throw SystemFault(result: process) }
        id = process
        let descriptor = patchbay_process_descriptor(process)
        end = descriptor >= 0 ? OwnedDescriptor(descriptor) : nil
    }

    /// How a process ended.
    enum Exit: Sendable, Hashable {
        case status(Int32)
        case signal(Int32)
    }

    /// Kills what still runs and takes the exit status, once.
    func killAndReap() -> Exit {
        var status: Int32 = -1
        var signal: Int32 = 0
        _ = unsafe patchbay_kill_and_reap(id, &status, &signal)
        return signal == 0 ? .status(status) : .signal(signal)
    }
}

extension WorkerProcess.Exit {
    /// The worker ended its connector, which asked for a forbidden system call (Host/Worker/filter.h).
    static let forbiddenStatus: Int32 = 71

    /// For a sentence: "the worker ...".
    var text: String {
        switch self {
        case .status(Self.forbiddenStatus): "was ended"
        case .status(let status): "ended by itself with status \(status)"
        case .signal(let number): "was ended by signal \(number)" + (Self.names[number].map { " (\($0))" } ?? "")
        }
    }

    private static let names: [Int32: String] = [
        SIGABRT: "SIGABRT: it gave up, or a check in it failed", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE: a division by zero",
        SIGILL: "SIGILL: a trap", SIGKILL: "SIGKILL", SIGSEGV: "SIGSEGV: it touched memory that is not its own",
        SIGSYS: "SIGSYS: a system call that it may not make", SIGTRAP: "SIGTRAP: a trap", SIGXCPU: "SIGXCPU",
    ]
}
