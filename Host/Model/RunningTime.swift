import CPatchbaySystem
import Foundation

/// A moment of this machine's running time, its sleep included. It goes on evenly whatever becomes of the wall clock,
/// and compares with others of the same boot alone.
package struct RunningTime: Sendable, Hashable {
    /// As the kernel names the boot; "" where it does not tell.
    package let boot: String
    /// Since the boot.
    package let milliseconds: Int64

    package init(boot: String, milliseconds: Int64) {
        self.boot = boot
        self.milliseconds = milliseconds
    }

    /// This moment.
    package static var now: RunningTime { RunningTime(boot: thisBoot, milliseconds: patchbay_running_milliseconds()) }

    /// What has passed since `earlier`; nil when that was in another boot, or one of the two is not known.
    package func passed(since earlier: RunningTime) -> Duration? {
        guard !boot.isEmpty, boot == earlier.boot else { return nil }
        return .milliseconds(milliseconds - earlier.milliseconds)
    }

    /// The same boot, later by `duration`.
    package func advanced(by duration: Duration) -> RunningTime {
        RunningTime(boot: boot, milliseconds: milliseconds + duration.wholeMilliseconds)
    }

    private static let thisBoot: String =
        DebugSeam.boot
        ?? (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))
        .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) } ?? ""
}
