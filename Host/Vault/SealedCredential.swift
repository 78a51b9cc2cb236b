import CSodium
import PatchbayModel

/// A credential that holds the token sealed, and opens it only for the length of one call.
struct SealedCredential: Credential {
    let vault: Vault
    let sealed: [UInt8]
    let place: TokenPlace
    let scheme: CredentialScheme

    func withHeader<Result>(
        _ body: (_ header: UnsafeRawBufferPointer, _ secrets: [UnsafeRawBufferPointer]) throws -> Result
    ) throws -> Result {
        let open = try vault.openToken(sealed, place: place)
        return try unsafe open.withToken { token in
            switch scheme {
            case .bearer: return try unsafe plain("Authorization: Bearer ", token, body)
            case .header(let name): return try unsafe plain("\(name): ", token, body)
            case .basic(let user): return try unsafe basic(user, token, body)
            }
        }
    }

    private func plain<Result>(
        _ start: String, _ token: UnsafeRawBufferPointer,
        _ body: (_ header: UnsafeRawBufferPointer, _ secrets: [UnsafeRawBufferPointer]) throws -> Result
    ) throws -> Result {
        var line = SecretBytes(capacity: start.utf8.count + token.count)
        line.append(start.utf8)
        unsafe line.append(token)
        return try unsafe line.withBytes { line in try unsafe body(line, [token]) }
    }

    private func basic<Result>(
        _ user: String, _ token: UnsafeRawBufferPointer,
        _ body: (_ header: UnsafeRawBufferPointer, _ secrets: [UnsafeRawBufferPointer]) throws -> Result
    ) throws -> Result {
        var pair = SecretBytes(capacity: user.utf8.count + 1 + token.count)
        pair.append("\(user):".utf8)
        unsafe pair.append(token)
        let start = "Authorization: Basic "
        // Four characters for three bytes, and the zero that the C function closes with.
        let textCount = (pair.count + 2) / 3 * 4
        var line = SecretBytes(capacity: start.utf8.count + textCount + 1)
        line.append(start.utf8)
        unsafe pair.withBytes { pair in
            unsafe line.withMutableBytes { memory, count in
                let text = unsafe UnsafeMutablePointer<CChar>(OpaquePointer(memory.mutableBytes + count))
                _ = unsafe sodium_bin2base64(
                    text, textCount + 1, pair.bytes, pair.count, sodium_base64_VARIANT_ORIGINAL)
                count += textCount
            }
        }
        return try unsafe line.withBytes { line in
            let text = unsafe UnsafeRawBufferPointer(rebasing: line[start.utf8.count...])
            return try unsafe body(line, [token, text])
        }
    }
}
