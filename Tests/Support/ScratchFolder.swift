import Foundation
import Synchronization

/// A folder of a test's own, gone with the test.
package final class ScratchFolder: Sendable {
    package let path: String
    private let isKept = Atomic<Bool>(false)

    package init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("patchbay-test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// Leaves it when the test is over, for whoever looks into a failure.
    package func keep() { isKept.store(true, ordering: .relaxed) }

    deinit { if !isKept.load(ordering: .relaxed) { try? FileManager.default.removeItem(atPath: path) } }

    /// The path of an entry in it.
    package func callAsFunction(_ name: String) -> String { path + "/" + name }

    /// Writes a file and gives its path.
    @discardableResult
    package func write(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: self(name)))
        return self(name)
    }

    /// Makes a folder in it and gives its path.
    package func folder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(
            atPath: self(name), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return self(name)
    }
}
