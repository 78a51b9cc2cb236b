import CCurl
import PatchbayModel

/// What a server might echo of a token, to be written over in its answer: any twelve bytes of it in a row, or the whole
/// of a shorter one, each byte in any spelling, or in base64.
///
/// `@unchecked Sendable`: built on one thread, then only read.
@safe final class SecretMask: @unchecked Sendable {
    private let mask: OpaquePointer

    /// Nil without memory.
    init?(_ secrets: [UnsafeRawBufferPointer]) {
        guard let mask = unsafe patchbay_mask_new() else { return nil }
        unsafe self.mask = unsafe mask
        let isWhole = unsafe secrets.allSatisfy { secret in
            let bytes = unsafe secret.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return unsafe patchbay_mask_add(mask, bytes, secret.count) == 0
        }
        if !isWhole { return nil }
    }

    deinit { unsafe patchbay_mask_free(mask) }

    /// Writes `*` over every form of the secrets.
    func apply(to bytes: inout [UInt8]) {
        if bytes.isEmpty { return }
        let count = bytes.count
        _ = unsafe patchbay_mask_apply(mask, &bytes, count)
    }
}

extension Credential {
    /// Writes `*` over what `bytes` hold of the token, as it is done in answers. What does not open leaves them as they
    /// are.
    package func writeOver(_ bytes: inout [UInt8]) {
        if bytes.isEmpty { return }
        let mask = unsafe try? withHeader { _, secrets in unsafe SecretMask(secrets) }
        mask?.apply(to: &bytes)
    }
}
