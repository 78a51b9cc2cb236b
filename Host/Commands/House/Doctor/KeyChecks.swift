import Foundation
import PatchbayKeys
import PatchbayModel
import PatchbayStore
import PatchbayVault

/// The root key, where it lies, and what a refresh had to leave beside the store.
enum KeyChecks {
    static func run(_ rooms: Rooms, store: (any Store)?) async -> [Finding] {
        let source = rooms.home.keySource
        guard store != nil else {
            return [.advice("key", .keyMissing, "not checked, because the store cannot be opened")]
        }
        do { _ = try await rooms.vault() } catch { return [.broken("key", error)] }
        var findings = [Finding.ok("key", "\(source) opens the store's keys")]
        if let place = keyFolder(source), place.hasPrefix(folder(of: rooms.home.databasePath)) {
            findings.append(
                .advice(
                    "key_place", .keyUnsafe,
                    "the key file lies beside the database: whoever copies the folder has both; keep it elsewhere with "
                        + "--key file:PATH"
                ))
        }
        return findings
    }

    /// Asked after everything that would have brought them in.
    static func rescued(_ rooms: Rooms) -> [Finding] {
        let waiting = RescueFolder(home: rooms.home.directory).waiting
        guard waiting > 0 else { return [.ok("rescue", "no refreshed token waits beside the store")] }
        return [
            .advice(
                "rescue", .tokenDamaged,
                "\(waiting) refreshed tokens wait in \(rooms.home.directory)/rescue, because the store could not take "
                    + "them or this key does not open "
                    + "them; with the right key the next command that uses a token brings them in. If their tokens "
                    + "were set anew, remove the files"
            )
        ]
    }

    /// The folder that a key file lies in, links followed; nil for a source without one.
    private static func keyFolder(_ text: String) -> String? {
        guard let source = try? KeySource(parsing: text) else { return nil }
        switch source {
        case .file(let path): return folder(of: path)
        case .credential(let name):
            return ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"].map { folder(of: $0 + "/" + name) }
        case .descriptor, .command, .prompt: return nil
        }
    }

    private static func folder(of path: String) -> String {
        URL(fileURLWithPath: path).deletingLastPathComponent().resolvingSymlinksInPath().path + "/"
    }
}
