import CPatchbaySystem
import Foundation
import PatchbayConnectors
import PatchbayModel
import PatchbayVault

/// What this process and its kernel do for the secrets. Asked last: by then secrets have been in memory.
enum MachineChecks {
    static func run() -> [Finding] {
        let swaps = (try? String(contentsOfFile: "/proc/swaps", encoding: .utf8)) ?? ""
        return [process(), core(), memory(), swap(swaps, isLocked: SecretMemory.isLocked), sandbox()]
    }

    private static func process() -> Finding {
        patchbay_process_is_dumpable() == 0
            ? .ok("process", "not dumpable: no debugger of the same user, no core")
            : .broken(
                "process", .internalError,
                "the process could be dumped; a debugger or a container setting undoes what the start did")
    }

    private static func core() -> Finding {
        patchbay_core_is_allowed() == 0
            ? .ok("core", "core limit 0")
            : .broken(
                "core", .internalError,
                "a core could be written; a debugger or a container setting undoes what the start did")
    }

    private static func memory() -> Finding {
        let bytes = patchbay_locked_bytes_max()
        let limit = bytes < 0 ? "no limit" : "a limit of \(bytes / 1_024) KiB"
        return SecretMemory.isLocked
            ? .ok("memory", "secrets are in locked pages (\(limit) of locked memory)")
            : .advice(
                "memory", .memoryUnlocked,
                "secrets are not in locked pages (\(limit) of locked memory): raise it with `ulimit -l` or "
                    + "LimitMEMLOCK="
            )
    }

    /// `swaps` is the kernel's list: a line of headings, and one for each place to swap to.
    static func swap(_ swaps: String, isLocked: Bool) -> Finding {
        let places = swaps.split(separator: "\n").dropFirst().compactMap {
            $0.split(separator: " ").first.map(String.init)
        }
        if places.isEmpty { return .ok("swap", "off") }
        let names = places.joined(separator: ", ")
        return isLocked
            ? .ok("swap", "on (\(names)); locked pages are never written to it")
            : .advice(
                "swap", .memoryUnlocked,
                "swap is on (\(names)) while secrets are not in locked pages, so they could be written to it; lock "
                    + "them, or switch it off"
            )
    }

    private static func sandbox() -> Finding {
        let landlock = Int(patchbay_landlock_version())
        let has =
            "Landlock " + (landlock > 0 ? "version \(landlock)" : "missing")
            + (patchbay_has_call_filters() == 1 ? ", seccomp" : ", seccomp missing")
        return ConnectorCatalog.sandboxIsWhole
            ? .ok("sandbox", "this kernel gives workers the whole sandbox (\(has))")
            : .advice(
                "sandbox", .connectorRefused,
                "this kernel cannot give workers the whole sandbox (\(has)), so only approved plugins are used "
                    + "(`patchbay connector trust FILE`); "
                    + "Linux 5.13 with Landlock can")
    }
}
