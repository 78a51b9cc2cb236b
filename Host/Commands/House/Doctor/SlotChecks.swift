import PatchbayKeys
import PatchbayModel
import PatchbayStore

/// Ways back to a lost root key.
enum SlotChecks {
    /// `rooms` has opened the vault before, where that can be done.
    static func run(_ rooms: Rooms, store: any Store) async -> [Finding] {
        guard (try? await store.rootKey()) != nil else { return [] }
        let slots: [RecoverySlot]
        do { slots = try await store.recoverySlots() } catch { return [.broken("recovery", error)] }
        guard !slots.isEmpty else {
            return [
                .advice(
                    "recovery", .slotNotFound,
                    "there is no recovery slot: if the key is lost, every token must be set anew; `patchbay key slot "
                        + "add NAME --passphrase`"
                )
            ]
        }
        var findings: [Finding] = []
        if let vault = rooms.vaultIfOpen {
            for slot in slots where !vault.bears(mark: slot.mark, slot.place(storeID: store.storeID)) {
                findings.append(
                    .broken(
                        "recovery", .keyUnsafe,
                        "the recovery slot \(slot.name) bears no mark of the root key: somebody without the key wrote "
                            + "or changed it; "
                            + "`patchbay key slot remove \(slot.name)`, and find out who"))
            }
        }
        let untested = slots.filter { $0.testedAt == nil }.map(\.name)
        if !untested.isEmpty {
            findings.append(
                .advice(
                    "recovery", .slotUntested,
                    "never tested: \(untested.joined(separator: ", ")); `patchbay key slot test NAME` proves that a "
                        + "slot opens the root key"
                ))
        }
        return findings.isEmpty ? [.ok("recovery", slots.map(\.name).joined(separator: ", "))] : findings
    }
}
