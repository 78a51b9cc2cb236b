import CCurl

/// The forms of a token that a server might echo, to be written over in its answer.
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
