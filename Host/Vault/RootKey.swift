import CSodium
import PatchbayModel

/// The root secret, from which everything else of the vault is derived. It never encrypts anything itself.
package struct RootKey: ~Copyable, Sendable {
    /// What is derived from it, by the number that goes into the derivation. Numbers are never used again.
    enum Purpose: UInt64 {
        /// Wraps data keys.
        case wrap = 1
        /// Kept in the store, compared at every start.
        case check = 2
        /// Keys the fingerprints of tokens.
        case fingerprint = 3
        /// Chains the event table.
        case audit = 4
        /// Marks the recovery slots that were made with it.
        case slot = 5
    }

    /// The id in the key file, which is not secret.
    package let id: String
    private let secret: SecretBytes

    init(id: String, secret: consuming SecretBytes) {
        precondition(secret.count == Int(PATCHBAY_KEY_BYTES), "a root key has 32 bytes")
        self.id = id
        self.secret = secret
    }

    /// A new random one.
    package static func random() -> RootKey {
        var bytes: [UInt8] = []
        for _ in 0..<8 { bytes.append(UInt8.random(in: 0...255)) }
        return RootKey(id: hexText(bytes), secret: SecretBytes(randomCount: Int(PATCHBAY_KEY_BYTES)))
    }

    /// The secret itself, for a key under another name.
    consuming func releaseSecret() -> SecretBytes { secret }

    /// Whether both are the same key.
    package borrowing func isSame(as other: borrowing RootKey) -> Bool { secret.isSame(as: other.secret) }

    /// Gives `body` the secret; the buffer is valid only inside it.
    borrowing func withSecret<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe secret.withBytes(body)
    }

    /// A key for one purpose.
    borrowing func derive(_ purpose: Purpose) -> SecretBytes {
        var key = SecretBytes(capacity: Int(PATCHBAY_KEY_BYTES))
        unsafe withSecret { root in
            unsafe key.withMutableBytes { memory, count in
                count = Int(PATCHBAY_KEY_BYTES)
                let code = unsafe patchbay_derive(root.bytes, purpose.rawValue, memory.mutableBytes, count)
                precondition(code == 0, "32 bytes can always be derived")
            }
        }
        return key
    }

    /// The 16 bytes by which a store recognises its root. They tell nothing about the secret.
    package borrowing func checkValue() -> [UInt8] {
        var value = [UInt8](repeating: 0, count: 16)
        unsafe withSecret { root in
            let code = unsafe patchbay_derive(root.bytes, Purpose.check.rawValue, &value, value.count)
            precondition(code == 0, "16 bytes can always be derived")
        }
        return value
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes as C takes them. The buffer must not be empty.
    var bytes: UnsafePointer<UInt8> { unsafe baseAddress!.assumingMemoryBound(to: UInt8.self) }
}

extension UnsafeMutableRawBufferPointer {
    /// The bytes as C takes them. The buffer must not be empty.
    var mutableBytes: UnsafeMutablePointer<UInt8> { unsafe baseAddress!.assumingMemoryBound(to: UInt8.self) }
}

/// Lower-case hex of bytes that are not secret.
func hexText(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
