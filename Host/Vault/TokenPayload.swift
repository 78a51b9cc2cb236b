import PatchbayModel

/// What is sealed together with a token. None of it is secret.
package struct TokenPayload: Sendable, Hashable {
    package var issuedAt: Timestamp?
    package var expiresAt: Timestamp?
    package var scopes: [String]
    /// The word of the scheme the token was set for.
    package var scheme: String?
    package var userName: String?
    /// The id under which an OAuth token is refreshed.
    package var clientID: String?

    package init(
        issuedAt: Timestamp? = nil, expiresAt: Timestamp? = nil, scopes: [String] = [], scheme: String? = nil,
        userName: String? = nil,
        clientID: String? = nil
    ) {
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.scopes = scopes
        self.scheme = scheme
        self.userName = userName
        self.clientID = clientID
    }
}

/// A token with what was sealed beside it, open: it lives as long as one act.
struct OpenToken: ~Copyable {
    let payload: TokenPayload
    private let memory: SecretBytes
    private let range: Range<Int>
    private let refresh: Range<Int>
    private let clientSecret: Range<Int>

    /// The secrets beside the token that an OAuth token has.
    enum Companion { case refresh, clientSecret }

    /// A copy of one of them, empty when there is none.
    borrowing func copy(_ companion: Companion) -> SecretBytes {
        let range = companion == .refresh ? refresh : clientSecret
        return unsafe memory.withBytes { unsafe SecretBytes(copying: UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    /// A copy of the token itself.
    borrowing func copyToken() -> SecretBytes { unsafe withToken { unsafe SecretBytes(copying: $0) } }

    /// Gives `body` the token; the buffer is valid only inside it.
    borrowing func withToken<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe memory.withBytes { bytes throws(Failure) in
            try unsafe body(UnsafeRawBufferPointer(rebasing: bytes[range]))
        }
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
        case clientID = 6
        case clientSecret = 7
        case refresh = 8
        case token = 0x7F
    }

    /// Bytes of a tag and a length.
    private static let fieldHead = 5

    /// Writes payload and token, with room left for the padding of the seal.
    static func encode(
        _ payload: TokenPayload, token: UnsafeRawBufferPointer, refresh: UnsafeRawBufferPointer? = nil,
        clientSecret: UnsafeRawBufferPointer? = nil
    ) -> SecretBytes {
        var fields: [(Tag, [UInt8])] = []
        if let time = payload.issuedAt { fields.append((.issuedAt, SealPlace.bytes(of: time.milliseconds))) }
        if let time = payload.expiresAt { fields.append((.expiresAt, SealPlace.bytes(of: time.milliseconds))) }
        for scope in payload.scopes { fields.append((.scope, Array(scope.utf8))) }
        if let scheme = payload.scheme { fields.append((.scheme, Array(scheme.utf8))) }
        if let userName = payload.userName { fields.append((.userName, Array(userName.utf8))) }
        if let clientID = payload.clientID { fields.append((.clientID, Array(clientID.utf8))) }
        let companionBytes = unsafe (refresh?.count ?? 0) + (clientSecret?.count ?? 0) + 2 * fieldHead
        let total = fields.reduce(fieldHead + token.count + companionBytes) { $0 + fieldHead + $1.1.count }
        var memory = SecretBytes(capacity: total + 64)
        for (tag, value) in fields {
            memory.append([tag.rawValue] + SealPlace.bytes(of: UInt32(value.count)) + value)
        }
        if let clientSecret = unsafe clientSecret { unsafe append(.clientSecret, clientSecret, to: &memory) }
        if let refresh = unsafe refresh { unsafe append(.refresh, refresh, to: &memory) }
        memory.append([Tag.token.rawValue] + SealPlace.bytes(of: UInt32(token.count)))
        unsafe memory.append(token)
        return memory
    }

    private static func append(_ tag: Tag, _ secret: UnsafeRawBufferPointer, to memory: inout SecretBytes) {
        if unsafe secret.isEmpty { return }
        memory.append([tag.rawValue] + SealPlace.bytes(of: UInt32(secret.count)))
        unsafe memory.append(secret)
    }

    /// What was read, without the secrets: where they are.
    private struct Fields {
        var payload = TokenPayload()
        var token = 0..<0
        var refresh = 0..<0
        var clientSecret = 0..<0
    }

    /// Reads what `encode` wrote. Throws `token_damaged`, which cannot happen to bytes that we sealed.
    init(decoding memory: consuming SecretBytes) throws(VaultError) {
        let fields = try unsafe memory.withBytes { bytes throws(VaultError) in try unsafe Self.read(bytes) }
        self.payload = fields.payload
        self.memory = memory
        self.range = fields.token
        self.refresh = fields.refresh
        self.clientSecret = fields.clientSecret
    }

    /// Throws as `init(decoding:)` does, and keeps nothing.
    static func check(_ bytes: UnsafeRawBufferPointer) throws(VaultError) { _ = try unsafe read(bytes) }

    private static func read(_ bytes: UnsafeRawBufferPointer) throws(VaultError) -> Fields {
        var fields = Fields()
        var offset = 0
        while fields.token.isEmpty, offset + Self.fieldHead <= bytes.count {
            let length = Int(unsafe Self.integer(bytes[(offset + 1)..<(offset + Self.fieldHead)]))
            let start = offset + Self.fieldHead
            guard length <= bytes.count - start else { break }
            let value = unsafe bytes[start..<(start + length)]
            switch unsafe Tag(rawValue: bytes[offset]) {
            case .issuedAt:
                fields.payload.issuedAt = unsafe Timestamp(milliseconds: Int64(bitPattern: Self.integer(value)))
            case .expiresAt:
                fields.payload.expiresAt = unsafe Timestamp(milliseconds: Int64(bitPattern: Self.integer(value)))
            case .scope: fields.payload.scopes.append(unsafe String(decoding: value, as: UTF8.self))
            case .scheme: fields.payload.scheme = unsafe String(decoding: value, as: UTF8.self)
            case .userName: fields.payload.userName = unsafe String(decoding: value, as: UTF8.self)
            case .clientID: fields.payload.clientID = unsafe String(decoding: value, as: UTF8.self)
            case .clientSecret: fields.clientSecret = start..<(start + length)
            case .refresh: fields.refresh = start..<(start + length)
            case .token: fields.token = start..<(start + length)
            // A later version may add fields; they are passed over.
            case nil: break
            }
            offset = start + length
        }
        guard !fields.token.isEmpty, fields.token.upperBound == bytes.count else {
            throw VaultError(
                .tokenDamaged, "The token opened, but what was sealed has no token in it. Set the token again.")
        }
        return fields
    }

    private static func integer(_ bytes: Slice<UnsafeRawBufferPointer>) -> UInt64 {
        unsafe bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
