import Foundation
import PatchbayModel

/// `plugins.lock` in the home: read as a whole, replaced as a whole, by one process at a time.
package struct PluginLockFile: Sendable {
    package static let name = "plugins.lock"
    /// The home; nil where there is none, and then nothing is remembered.
    private let home: String?

    package init(home: String?) { self.home = home }

    /// Whether there is a home to keep it in.
    var isKept: Bool { home.map { (try? PluginFiles.openDirectory($0)) != nil } ?? false }

    package var path: String { (home ?? "") + "/" + Self.name }

    /// What it holds; the defaults when there is none yet. Throws `plugins_unreadable`, naming the file, when it cannot
    /// be understood: what the operator decided must not be lost silently.
    package func read() throws(ConnectorError) -> PluginLock {
        guard let home else { return PluginLock() }
        do {
            return try decode(
                PluginFiles.contents(
                    of: Self.name, in: PluginFiles.openDirectory(home), bytesMax: Limits.pluginLockBytesMax))
        } catch let fault as SystemFault where fault.number == ENOENT {
            return PluginLock()
        } catch let fault as SystemFault {
            throw ConnectorError(
                .pluginsUnreadable, "\(path) cannot be read: \(fault.text). It must be yours, and a file of its own.")
        } catch {
            throw ConnectorError(
                .pluginsUnreadable,
                "\(path) is damaged. Put a copy back, or remove it: then approvals, routes and quarantines are to be "
                    + "made anew."
            )
        }
    }

    /// Changes it under a lock, and writes it when the change made a difference. Throws as `read` does, and
    /// `home_unusable`.
    package func update<Value>(_ change: (inout PluginLock) throws -> Value) throws -> Value {
        guard let home else {
            throw ConnectorError(.homeUnusable, "There is no home to keep \(Self.name) in; run `patchbay init`.")
        }
        let directory: OwnedDescriptor
        do {
            directory = try PluginFiles.openDirectory(home)
            try PluginFiles.lock(directory, timeout: Limits.pluginLockPatience)
        } catch {
            throw ConnectorError(
                .homeUnusable,
                "\(home) cannot be used to keep \(Self.name): \(error.text). Run `patchbay init`, or name another home."
            )
        }
        var lock = try read()
        let before = lock
        let value = try change(&lock)
        guard lock != before else { return value }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try PluginFiles.replace(Self.name, in: directory, with: Array(encoder.encode(lock)) + [10])
        } catch let fault as SystemFault {
            throw ConnectorError(.homeUnusable, "\(path) cannot be written: \(fault.text). Nothing was changed.")
        }
        return value
    }

    private func decode(_ bytes: [UInt8]) throws -> PluginLock {
        try JSONDecoder().decode(PluginLock.self, from: Data(bytes))
    }
}
