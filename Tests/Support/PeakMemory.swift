import Foundation

/// Measures the most memory that a command held at once.
///
/// By a small program between it and the test: what the kernel counts for a process begins with the memory of the one
/// that started it, and that of the tests is large.
package struct PeakMemory: Sendable {
    private let file: String

    package init(in scratch: ScratchFolder) { file = scratch("peak-\(UUID().uuidString)") }

    /// What the command is run through.
    package var through: [String] {
        let words = """
            import os, resource, subprocess, sys
            status = subprocess.call(sys.argv[2:])
            open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
            sys.exit(status if status >= 0 else 128 - status)
            """
        return ["/usr/bin/env", "python3", "-c", words, file]
    }

    /// KiB of the last command that has ended.
    package var kibibytes: Int { Int((try? String(contentsOfFile: file, encoding: .utf8)) ?? "") ?? 0 }
}
