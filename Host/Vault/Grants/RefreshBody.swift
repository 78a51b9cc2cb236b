import PatchbayModel

/// The body of a refresh, made of a sealed token when the request starts and wiped after it.
struct RefreshBody: SecretBody {
    let vault: Vault
    let sealed: [UInt8]
    let place: TokenPlace
    /// JSON, else a web form.
    let isJSON: Bool

    func withBody<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        let open = try vault.openToken(sealed, place: place)
        let refresh = open.copy(.refresh)
        let secret = open.copy(.clientSecret)
        guard refresh.count > 0 else {
            throw VaultError(
                .tokenNotRefreshable,
                "The token has no refresh token. Set one that has: patchbay token set --kind oauth.")
        }
        // Each byte grows to six at most.
        let client = open.payload.clientID ?? ""
        var text = SecretBytes(capacity: 256 + 6 * (refresh.count + secret.count + client.utf8.count))
        text.append((isJSON ? "{\"grant_type\":\"refresh_token\"" : "grant_type=refresh_token").utf8)
        if !client.isEmpty {
            let plain = Array(client.utf8)
            unsafe plain.withUnsafeBytes { unsafe add("client_id", $0, to: &text) }
        }
        if secret.count > 0 { unsafe secret.withBytes { unsafe add("client_secret", $0, to: &text) } }
        unsafe refresh.withBytes { unsafe add("refresh_token", $0, to: &text) }
        if isJSON { text.append("}".utf8) }
        return try unsafe text.withBytes { try unsafe body($0) }
    }

    private func add(_ name: String, _ value: UnsafeRawBufferPointer, to text: inout SecretBytes) {
        text.append((isJSON ? ",\"\(name)\":\"" : "&\(name)=").utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        for index in 0..<value.count {
            let byte = unsafe value[index]
            let (high, low) = (digits[Int(byte >> 4)], digits[Int(byte & 15)])
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                text.append([byte])
            default: text.append((isJSON ? Array("\\u00".utf8) : [UInt8(ascii: "%")]) + [high, low])
            }
        }
        if isJSON { text.append("\"".utf8) }
    }
}
