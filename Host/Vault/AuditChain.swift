import CSodium
import PatchbayModel

/// The chain of the audit trail: BLAKE2b from line to line, and over each link a keyed one under the audit key.
package struct AuditChain: EventSealing {
    private let vault: Vault?

    /// Without a vault lines are linked and not sealed; the next one that is sealed covers them.
    package init(vault: Vault?) { self.vault = vault }

    package func link(_ text: [UInt8], after previous: [UInt8]) -> [UInt8] {
        let whole = previous + text
        var digest = [UInt8](repeating: 0, count: Int(PATCHBAY_DIGEST_BYTES))
        let code = unsafe patchbay_digest(whole, whole.count, &digest)
        precondition(code == 0, "a line can always be hashed")
        return digest
    }

    package func seal(_ link: [UInt8]) -> [UInt8]? {
        guard let vault else { return nil }
        var mark = [UInt8](repeating: 0, count: 32)
        let code = unsafe vault.lasting.audit.withBytes { key in
            unsafe patchbay_fingerprint(key.bytes, link, link.count, &mark, mark.count)
        }
        precondition(code == 0, "a link can always be sealed")
        return mark
    }
}
