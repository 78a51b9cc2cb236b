import CFuzzer
import Foundation

/// A reader of foreign bytes, and what must hold whatever they are.
struct FuzzTarget: Sendable {
    let name: String
    /// Reads one input. Traps where something does not hold.
    let read: @Sendable ([UInt8]) -> Void

    static let all: [FuzzTarget] = [
        FuzzTarget(name: "frames", read: FrameFuzzing.read),
        FuzzTarget(name: "elf", read: PluginFuzzing.readImage),
        FuzzTarget(name: "minisign", read: PluginFuzzing.readSignature),
        FuzzTarget(name: "json", read: InputFuzzing.readLines),
        FuzzTarget(name: "csv", read: InputFuzzing.readTable),
        FuzzTarget(name: "settings", read: InputFuzzing.readSettings),
        FuzzTarget(name: "grant", read: InputFuzzing.readGrant),
        FuzzTarget(name: "har", read: InputFuzzing.readRecording),
        FuzzTarget(name: "backup", read: BackupFuzzing.read),
        FuzzTarget(name: "url", read: AddressFuzzing.read),
        FuzzTarget(name: "asana", read: ConnectorFuzzing.asana),
        FuzzTarget(name: "jira", read: ConnectorFuzzing.jira),
        FuzzTarget(name: "linear", read: ConnectorFuzzing.linear),
    ]

    /// The one of this run; libFuzzer's callback can hold nothing.
    nonisolated(unsafe) static var chosen = all[0]
}

/// Takes libFuzzer's flags and folders. Which target it is, PATCHBAY_FUZZ_TARGET says, so that libFuzzer, which starts
/// the program anew with its own arguments to minimise an input, gets the same.
@main enum FuzzProgram {
    static func main() {
        let name = ProcessInfo.processInfo.environment["PATCHBAY_FUZZ_TARGET"] ?? ""
        guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
            let names = FuzzTarget.all.map(\.name).joined(separator: ", ")
            FileHandle.standardError.write(Data("PATCHBAY_FUZZ_TARGET must be one of \(names)\n".utf8))
            exit(64)
        }
        unsafe FuzzTarget.chosen = target
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
        let status = unsafe LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
            let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
            let begin = FuzzProgram.processorTime
            unsafe FuzzTarget.chosen.read(input)
            // Not the fuzzer's own alarm, which goes by the wall clock: that runs on while others have the processor.
            precondition(FuzzProgram.processorTime - begin < .seconds(1), "it took more than a second")
            return 0
        }
        exit(status)
    }

    private static var processorTime: Duration {
        var now = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
        return .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
    }
}

/// A file without a name that holds an input.
final class InputFile {
    let number: Int32
    /// A name that opens it.
    var path: String { "/proc/self/fd/\(number)" }

    init(_ bytes: [UInt8]) {
        number = Self.make()
        precondition(unsafe write(number, bytes, bytes.count) == bytes.count)
        lseek(number, 0, SEEK_SET)
    }

    deinit { close(number) }

    /// A file in memory that has no name any more: libc's own call for it does not come through to Swift.
    private static func make() -> Int32 {
        var name = Array("/dev/shm/patchbay-fuzz-XXXXXX".utf8CString)
        let number = unsafe mkstemp(&name)
        precondition(number >= 0)
        unsafe unlink(name)
        return number
    }
}
