import CPatchbaySystem
import Foundation
import PatchbayConnectors
import PatchbayModel
import PatchbayStore
import PatchbayVault

/// The process and the folders.
enum HouseChecks {
    static func process() -> [Finding] {
        [
            patchbay_process_is_hardened() == 1
                ? .ok("process", "not dumpable, core limit 0")
                : .broken(
                    "process", .internalError, "the process could be dumped; a debugger or a container setting undoes what the start did"),
            SecretMemory.isLocked
                ? .ok("memory", "secrets are in locked pages")
                : .advice(
                    "memory", .memoryUnlocked,
                    "secrets are not in locked pages and could reach swap; raise the limit of locked memory (ulimit -l) or switch swap off"),
        ]
    }

    static func sandbox() -> Finding {
        ConnectorCatalog.sandboxIsWhole
            ? .ok("sandbox", "this kernel gives workers the whole sandbox (Landlock, seccomp)")
            : .advice(
                "sandbox", .connectorRefused,
                "this kernel cannot give workers the whole sandbox, so only approved plugins are used (`patchbay connector trust FILE`); Linux 5.13 "
                    + "with Landlock can")
    }

    static func home(_ home: Home) -> [Finding] {
        let facts = try? FileManager.default.attributesOfItem(atPath: home.directory)
        guard let facts else { return [.broken("home", .homeUnusable, "\(home.directory) is missing; run `patchbay init`")] }
        guard facts[.type] as? FileAttributeType == .typeDirectory else {
            return [.broken("home", .homeUnusable, "\(home.directory) is not a folder; choose another with --home")]
        }
        let mode = (facts[.posixPermissions] as? NSNumber)?.intValue ?? 0
        guard mode & 0o022 == 0 else {
            return [.broken("home", .homeUnusable, "\(home.directory) can be written by others; run `chmod go-w \(home.directory)`")]
        }
        return [.ok("home", home.directory)]
    }
}

/// The root key.
enum KeyChecks {
    static func run(_ rooms: Rooms, store: (any Store)?) async -> [Finding] {
        let source = rooms.home.keySource
        guard store != nil else { return [.advice("key", .keyMissing, "not checked, because the store cannot be opened")] }
        do { _ = try await rooms.vault() } catch { return [.broken("key", error)] }
        var findings = [Finding.ok("key", "\(source) opens the store's keys")]
        let folder = URL(fileURLWithPath: rooms.home.databasePath).deletingLastPathComponent().path
        if source.hasPrefix("file:" + folder + "/") {
            findings.append(
                .advice(
                    "key_place", .keyUnsafe,
                    "the key file lies beside the database: whoever copies the folder has both; keep it elsewhere with --key file:PATH"))
        }
        return findings
    }
}
