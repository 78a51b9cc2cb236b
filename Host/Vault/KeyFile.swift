import CSodium
import Foundation
import PatchbayModel

/// The file that holds the root secret: one line with a format word, a key id, the secret in hex and a check sum.
///
/// The check sum names a cut or mistyped key before any cryptography is tried. The secret is read, checked and written
/// in locked memory only.
package enum KeyFile {
    /// What the 32 bytes of a line are, told by its first word.
    struct Kind {
        let word: String
        let name: String

        static let root = Kind(word: "patchbay-key-1", name: "key file")
        /// The private half of an offline pair.
        static let recovery = Kind(word: "patchbay-recovery-1", name: "private recovery key")
        /// Its public half, which is no secret.
        static let recoveryPublic = Kind(word: "patchbay-recovery-public-1", name: "public recovery key")

        /// The word of any version.
        var family: String { String(word.dropLast()) }
    }

    /// Characters of the parts after the format word.
    static let idCharacters = 16
    static let secretCharacters = 64
    static let sumCharacters = 16
    /// Bytes of a root key's line with its line end.
    static var lineBytes: Int { Kind.root.word.utf8.count + idCharacters + secretCharacters + sumCharacters + 4 }

    /// Makes a new root key and writes it, synced with its directory. Missing directories are made for the owner alone.
    ///
    /// Throws `key_exists` when there is anything at the path: a key file is never overwritten. `key_unsafe` when
    /// others can write to its directory, `home_unusable` when the file cannot be written.
    package static func create(path: String) throws(VaultError) -> RootKey {
        let key = RootKey.random()
        try write(key, to: path)
        return key
    }

    /// Reads the root key. Throws `key_missing` when there is no file, `key_unsafe` when someone else could have read
    /// or changed it, `key_invalid` when it is not a whole key file; each says what to do.
    package static func read(path: String, mayBeGroupReadable: Bool = false) throws(VaultError) -> RootKey {
        let path = absolute(path)
        return try parse(readLine(path: path, mayBeGroupReadable: mayBeGroupReadable), what: "The key file \(path)")
    }

    /// A file's text, after the checks of who else could have read or changed it.
    static func readLine(path: String, mayBeGroupReadable: Bool = false, isSecret: Bool = true) throws(VaultError)
        -> SecretBytes
    {
        try KeyFileChecks.checkParents(of: path)
        // Not blocking, so that a pipe in the place of the file cannot hold us up.
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw KeyFileChecks.openFailure(path: path, number: errno) }
        defer { close(descriptor) }
        try KeyFileChecks.checkFile(descriptor, path: path, mayBeGroupReadable: mayBeGroupReadable, isSecret: isSecret)
        var text = SecretBytes(capacity: Limits.keyFileBytesMax + 1)
        let failure = fill(&text, from: descriptor, upTo: Limits.keyFileBytesMax + 1)
        guard failure == 0 else {
            throw VaultError(.keyMissing, "The key file \(path) cannot be read: \(systemText(failure)).")
        }
        return text
    }

    // MARK: The line

    /// The whole line with its line end.
    static func line(for key: borrowing RootKey, kind: Kind = .root) -> SecretBytes {
        var text = SecretBytes(capacity: 256)
        text.append("\(kind.word) \(key.id) ".utf8)
        unsafe key.withSecret { secret in unsafe appendHex(of: secret, to: &text) }
        let sum = checkSum(of: text)
        text.append(" \(sum)\n".utf8)
        return text
    }

    /// Reads the line of a key file from anywhere. `what` begins the sentences of the errors: "The key file /etc/key".
    static func parse(_ text: borrowing SecretBytes, what: String, kind: Kind = .root) throws(VaultError) -> RootKey {
        let again = "Put the right file back (a copy from your safe place)."
        let head = kind.word.utf8.count + 1
        let secretStart = head + idCharacters + 1
        let sumStart = secretStart + secretCharacters + 1
        let whole = sumStart + sumCharacters
        return try unsafe text.withBytes { bytes throws(VaultError) -> RootKey in
            let family = kind.family.utf8.count
            guard
                unsafe bytes.starts(with: kind.family.utf8) && bytes.count > family && (48...57).contains(bytes[family])
            else {
                throw VaultError(.keyInvalid, "\(what) is not a patchbay \(kind.name). \(again)")
            }
            guard unsafe bytes.starts(with: "\(kind.word) ".utf8) else {
                throw VaultError(.keyInvalid, "\(what) was written by a newer patchbay. Upgrade patchbay.")
            }
            let lineEnd = unsafe bytes.count == whole || (bytes.count == whole + 1 && bytes[whole] == 10)
            guard unsafe lineEnd && bytes[secretStart - 1] == 32 && bytes[sumStart - 1] == 32 else {
                throw VaultError(
                    .keyInvalid,
                    "\(what) is cut short or has something added (\(bytes.count) bytes, should be \(whole + 1)). "
                        + "\(again)")
            }
            let id = unsafe String(decoding: bytes[head..<(secretStart - 1)], as: UTF8.self)
            let covered = unsafe SecretBytes(copying: UnsafeRawBufferPointer(rebasing: bytes[..<(sumStart - 1)]))
            guard unsafe checkSum(of: covered).utf8.elementsEqual(bytes[sumStart..<whole]) else {
                throw VaultError(.keyInvalid, "\(what) is damaged: its check sum does not fit. \(again)")
            }
            var secret = SecretBytes(capacity: Int(PATCHBAY_KEY_BYTES))
            let decoded = unsafe secret.withMutableBytes { memory, count in
                let start = unsafe UnsafePointer<CChar>(OpaquePointer(bytes.bytes + secretStart))
                count = Int(PATCHBAY_KEY_BYTES)
                return unsafe sodium_hex2bin(memory.mutableBytes, count, start, secretCharacters, nil, nil, nil) == 0
            }
            guard decoded, id.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || ($0 >= 97 && $0 <= 102) }) else {
                throw VaultError(.keyInvalid, "\(what) is damaged: a part of it is not hex. \(again)")
            }
            return RootKey(id: id, secret: secret)
        }
    }

    /// The first 8 bytes of the digest of all before it, in hex.
    private static func checkSum(of text: borrowing SecretBytes) -> String {
        var digest = [UInt8](repeating: 0, count: Int(PATCHBAY_DIGEST_BYTES))
        unsafe text.withBytes { bytes in
            _ = unsafe patchbay_digest(bytes.bytes, bytes.count, &digest)
        }
        return hexText(digest.prefix(sumCharacters / 2))
    }

    private static func appendHex(of secret: UnsafeRawBufferPointer, to text: inout SecretBytes) {
        unsafe text.withMutableBytes { memory, count in
            let start = unsafe UnsafeMutablePointer<CChar>(OpaquePointer(memory.mutableBytes + count))
            // The C function also writes a closing zero, which is not counted.
            unsafe sodium_bin2hex(start, memory.count - count, secret.bytes, secret.count)
            count += secret.count * 2
        }
    }
}

/// The system's words for an errno.
func systemText(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }

/// Reads a descriptor to its end, or until `maximum` bytes, straight into locked memory; 0 or the errno.
func fill(_ secret: inout SecretBytes, from descriptor: Int32, upTo maximum: Int) -> Int32 {
    unsafe secret.withMutableBytes { memory, count in
        let maximum = min(maximum, memory.count)
        while count < maximum {
            let got = unsafe read(descriptor, memory.baseAddress! + count, maximum - count)
            if got < 0 && errno == EINTR { continue }
            if got < 0 { return errno }
            if got == 0 { break }
            count += got
        }
        return 0
    }
}
