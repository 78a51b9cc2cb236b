import CSodium
import PatchbayModel

/// A passphrase typed by a person, and what is made of it.
package enum Passphrase {
    /// Asks once, on the terminal alone. Throws `key_missing` without a terminal, `cancelled`.
    package static func ask(_ question: String) throws(VaultError) -> SecretBytes {
        var text = SecretBytes(capacity: Limits.passphraseBytesMax)
        let code = unsafe text.withMutableBytes { memory, count in
            let code = unsafe patchbay_read_secret_line(question, memory.mutableBytes, Limits.passphraseBytesMax)
            if code > 0 { count = Int(code) }
            return code
        }
        switch code {
        case Int64(PATCHBAY_PROMPT_INTERRUPTED):
            throw VaultError(.cancelled, "Interrupted at the passphrase. Nothing was changed.")
        case Int64(PATCHBAY_PROMPT_TOO_LONG):
            throw VaultError(
                .keyInvalid, "A passphrase has at most \(Limits.passphraseBytesMax) bytes. Give a shorter one.")
        case ..<0:
            throw VaultError(.keyMissing, "There is no terminal to ask for the passphrase. Start patchbay on one.")
        default: return text
        }
    }

    /// Asks for a new one, twice. Throws `key_invalid` when it is too short or the two differ.
    package static func askTwice(_ question: String) throws(VaultError) -> SecretBytes {
        let text = try ask(question)
        guard text.count >= Limits.passphraseBytesMin else {
            throw VaultError(
                .keyInvalid, "A passphrase has at least \(Limits.passphraseBytesMin) bytes. Take several words.")
        }
        let again = try ask("The same again: ")
        guard text.isSame(as: again) else {
            throw VaultError(.keyInvalid, "The two are not the same. Nothing was changed.")
        }
        return text
    }

    /// 32 bytes made of it, slowly and with much memory, so that guessing is dear. Throws `key_missing` where memory is
    /// short.
    static func stretch(_ text: borrowing SecretBytes, salt: [UInt8]) throws(VaultError) -> SecretBytes {
        precondition(salt.count == Int(PATCHBAY_SALT_BYTES), "a salt has 16 bytes")
        guard text.count > 0 else { throw VaultError(.keyInvalid, "The passphrase is empty.") }
        var key = SecretBytes(capacity: Int(PATCHBAY_KEY_BYTES))
        let code = unsafe text.withBytes { text in
            unsafe key.withMutableBytes { memory, count in
                count = Int(PATCHBAY_KEY_BYTES)
                return unsafe patchbay_stretch(text.bytes, text.count, salt, memory.mutableBytes)
            }
        }
        guard code == 0 else {
            throw VaultError(.keyMissing, "There is not enough memory for the passphrase: 256 MiB are needed.")
        }
        return key
    }
}

extension RootKey {
    /// The root key that a passphrase stands for, in one store. The store's id is the salt: it is random, and a copy
    /// keeps it.
    init(passphrase: borrowing SecretBytes, storeID: String) throws(VaultError) {
        let label = Array("patchbay prompt \(storeID)".utf8)
        var digest = [UInt8](repeating: 0, count: Int(PATCHBAY_DIGEST_BYTES))
        _ = unsafe patchbay_digest(label, label.count, &digest)
        let secret = try Passphrase.stretch(passphrase, salt: Array(digest.prefix(Int(PATCHBAY_SALT_BYTES))))
        let unnamed = RootKey(id: "", secret: secret)
        // The store keeps the check value in the clear, so half of it may name the key.
        self = RootKey(id: hexText(unnamed.checkValue().prefix(8)), secret: unnamed.releaseSecret())
    }
}
