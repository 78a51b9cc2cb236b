import Foundation
import Synchronization

/// The descriptors that the caller left open for this process. What is opened later is its own: a number given with
/// `--fd` must never lead to the store's file or to a socket.
enum InheritedDescriptors {
    private static let open = Mutex<Set<Int32>>([])

    /// To be called before anything is opened.
    static func note() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        let found = names.compactMap { Int32($0) }.filter { descriptor in
            // The listing itself had one open, and the runtime's own event descriptors lead to no file.
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
            return target.map { !$0.hasPrefix("anon_inode:") } ?? false
        }
        open.withLock { $0 = Set(found) }
    }

    static func contains(_ descriptor: Int32) -> Bool { open.withLock { $0.contains(descriptor) } }
}
