import PatchbayModel

/// What is sealed together with a token. None of it is secret.
package struct TokenPayload: Sendable, Hashable {
    package var issuedAt: Timestamp?
    package var expiresAt: Timestamp?
    package var scopes: [String]
    /// The word of the scheme the token was set for.
    package var scheme: String?
    package var userName: String?

    package init(
        issuedAt: Timestamp? = nil, expiresAt: Timestamp? = nil, scopes: [String] = [], scheme: String? = nil, userName: String? = nil
    ) {
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.scopes = scopes
        self.scheme = scheme
        self.userName = userName
    }
}

/// A token with what was sealed beside it, open: it lives as long as one act.
struct OpenToken: ~Copyable {
    let payload: TokenPayload
    private let memory: SecretBytes
    private let range: Range<Int>

    /// Gives `body` the token; the buffer is valid only inside it.
    borrowing func withToken<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe memory.withBytes { bytes throws(Failure) in try unsafe body(UnsafeRawBufferPointer(rebasing: bytes[range])) }
    }
}

/// The order of tag, length and value in which a payload is written; the token is last.
extension OpenToken {
    private enum Tag: UInt8 {
        case issuedAt = 1
        case expiresAt = 2
        case scope = 3
        case scheme = 4
        case userName = 5
        case token = 0x7F
    }

    /// Bytes of a tag and a length.
    private static let fieldHead = 5

    /// Writes payload and token, with room left for the padding of the seal.
    static func encode(_ payload: TokenPayload, token: UnsafeRawBufferPointer) -> SecretBytes {
        var fields: [(Tag, [UInt8])] = []
        if let time = payload.issuedAt { fields.append((.issuedAt, SealPlace.bytes(of: time.milliseconds))) }
        if let time = payload.expiresAt { fields.append((.expiresAt, SealPlace.bytes(of: time.milliseconds))) }
        for scope in payload.scopes { fields.append((.scope, Array(scope.utf8))) }
        if let scheme = payload.scheme { fields.append((.scheme, Array(scheme.utf8))) }
        if let userName = payload.userName { fields.append((.userName, Array(userName.utf8))) }
        let total = fields.reduce(fieldHead + token.count) { $0 + fieldHead + $1.1.count }
        var memory = SecretBytes(capacity: total + 64)
        for (tag, value) in fields {
            memory.append([tag.rawValue] + SealPlace.bytes(of: UInt32(value.count)) + value)
        }
        memory.append([Tag.token.rawValue] + SealPlace.bytes(of: UInt32(token.count)))
        unsafe memory.append(token)
        return memory
    }

    /// Reads what `encode` wrote. Throws `token_damaged`, which cannot happen to bytes that we sealed.
    init(decoding memory: consuming SecretBytes) throws(VaultError) {
        var payload = TokenPayload()
        var found: Range<Int>?
        unsafe memory.withBytes { bytes in
            var offset = 0
            while found == nil, offset + Self.fieldHead <= bytes.count {
                let length = Int(unsafe Self.integer(bytes[(offset + 1)..<(offset + Self.fieldHead)]))
                let start = offset + Self.fieldHead
                guard length <= bytes.count - start else { return }
                let value = unsafe bytes[start..<(start + length)]
                switch unsafe Tag(rawValue: bytes[offset]) {
                case .issuedAt: payload.issuedAt = unsafe Timestamp(milliseconds: Int64(bitPattern: Self.integer(value)))
                case .expiresAt: payload.expiresAt = unsafe Timestamp(milliseconds: Int64(bitPattern: Self.integer(value)))
                case .scope: payload.scopes.append(unsafe String(decoding: value, as: UTF8.self))
                case .scheme: payload.scheme = unsafe String(decoding: value, as: UTF8.self)
                case .userName: payload.userName = unsafe String(decoding: value, as: UTF8.self)
                case .token: found = start..<(start + length)
                // A later version may add fields; they are passed over.
                case nil: break
                }
                offset = start + length
            }
        }
        guard let range = found, !range.isEmpty, range.upperBound == memory.count else {
            throw VaultError(.tokenDamaged, "The token opened, but what was sealed has no token in it. Set the token again.")
        }
        self.payload = payload
        self.memory = memory
        self.range = range
    }

    private static func integer(_ bytes: Slice<UnsafeRawBufferPointer>) -> UInt64 {
        unsafe bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
