import CSodium
import Foundation
import PatchbayModel

/// Takes a token from outside straight into locked memory, and refuses what cannot be a token.
package enum TokenInput {
    /// Reads a descriptor, which stays the caller's, to its end. `name` is for messages: "standard input", "descriptor
    /// 3".
    ///
    /// Throws `token_invalid`.
    package static func read(descriptor: Int32, name: String) throws(VaultError) -> SecretBytes {
        // Two bytes more for a line end, one to see that there is more.
        var token = SecretBytes(capacity: Limits.tokenBytesMax + 3)
        let failure = fill(&token, from: descriptor, upTo: Limits.tokenBytesMax + 3)
        guard failure == 0 else {
            throw VaultError(.tokenInvalid, "The token cannot be read from \(name): \(systemText(failure)).")
        }
        try check(&token, from: name)
        return token
    }

    /// Reads a file. Throws `token_invalid`.
    package static func read(file path: String) throws(VaultError) -> SecretBytes {
        let descriptor = try TokenFile.open(path)
        defer { close(descriptor) }
        return try read(descriptor: descriptor, name: path)
    }

    /// Takes a token from memory, which stays the caller's to wipe. Throws `token_invalid`.
    package static func copy(_ bytes: UnsafeRawBufferPointer, name: String) throws(VaultError) -> SecretBytes {
        guard bytes.count <= Limits.tokenBytesMax + 2 else { throw tooLong(name) }
        var token = unsafe SecretBytes(copying: bytes)
        try check(&token, from: name)
        return token
    }

    /// Asks on the terminal, without echo; the terminal is put back also when a signal comes. Blocks: call it from the
    /// command's own thread. Throws `token_invalid`, or `cancelled` after a signal that did not end the process.
    package static func prompt(_ question: String) throws(VaultError) -> SecretBytes {
        var token = SecretBytes(capacity: Limits.tokenBytesMax + 1)
        let code = unsafe token.withMutableBytes { memory, count in
            let code = unsafe patchbay_read_secret_line(question, memory.mutableBytes, Limits.tokenBytesMax + 1)
            if code > 0 { count = Int(code) }
            return code
        }
        switch code {
        case Int64(PATCHBAY_PROMPT_NO_TERMINAL):
            throw VaultError(
                .tokenInvalid,
                "There is no terminal to ask for the token. Give it on standard input, or with --file or --fd.")
        case Int64(PATCHBAY_PROMPT_INTERRUPTED):
            throw VaultError(
                .cancelled,
                "Interrupted while asking for the token. Nothing was changed.")
        case Int64(PATCHBAY_PROMPT_TOO_LONG): throw tooLong("the terminal")
        case ..<0:
            throw VaultError(
                .tokenInvalid, "The terminal cannot be read. Give the token on standard input, or with --file or --fd.")
        default: break
        }
        try check(&token, from: "the terminal")
        return token
    }

    // MARK: What a token is

    private static func check(_ token: inout SecretBytes, from name: String) throws(VaultError) {
        let problem = unsafe token.withMutableBytes { memory, count -> String? in
            if unsafe count > 0 && memory[count - 1] == 10 {
                count -= 1
                if unsafe count > 0 && memory[count - 1] == 13 { count -= 1 }
            }
            return unsafe fault(in: UnsafeRawBufferPointer(rebasing: memory[..<count]))
        }
        if token.count > Limits.tokenBytesMax { throw tooLong(name) }
        if let problem { throw VaultError(.tokenInvalid, "What came from \(name) is not a token: \(problem)") }
    }

    private static func fault(in bytes: UnsafeRawBufferPointer) -> String? {
        guard unsafe bytes.contains(where: { !isBlank($0) && $0 != 10 && $0 != 13 }) else {
            return "it is empty. Give the token itself, on one line."
        }
        if unsafe bytes.contains(10) || bytes.contains(13) { return "it has more than one line. Give the token alone." }
        if unsafe isBlank(bytes[0]) || isBlank(bytes[bytes.count - 1]) {
            return "it starts or ends with a blank, which is often copied along. Give it without."
        }
        if unsafe bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            return "it holds a control character. Copy it again."
        }
        if unsafe bytes.contains(where: { $0 > 0x7F }) {
            return "it holds a character outside ASCII, often an invisible one that was copied along. Copy it again."
        }
        for word in ["bearer ", "basic ", "authorization:"] where unsafe startsIgnoringCase(bytes, with: word) {
            return
                "it starts with a word of the HTTP header (\(word.trimmingCharacters(in: .whitespaces))). Give only "
                + "what comes after it."
        }
        return nil
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 9 }

    private static func startsIgnoringCase(_ bytes: UnsafeRawBufferPointer, with word: String) -> Bool {
        unsafe bytes.count >= word.utf8.count
            && zip(bytes, word.utf8).allSatisfy { $0 | ($0 >= 65 && $0 <= 90 ? 0x20 : 0) == $1 }
    }

    private static func tooLong(_ name: String) -> VaultError {
        VaultError(
            .tokenInvalid, "What came from \(name) is longer than \(Limits.tokenBytesMax) bytes. Give the token alone.")
    }
}
