import Foundation
import PatchbayModel

/// The secrets of an OAuth token, taken out of the JSON object they came in: an operator's, or an authorisation
/// server's answer.
///
/// This is no JSON parser: it only follows strings and nesting, so that no secret ever becomes a `String`. What it
/// leaves, with the secrets blanked, goes through the real parser, which also refuses what was hidden from this scan by
/// escapes in a name.
package struct GrantFields: ~Copyable, Sendable {
    let access: SecretBytes
    /// Empty when there is none.
    let refresh: SecretBytes
    let clientSecret: SecretBytes
    /// What is not secret.
    package let rest: Rest

    package var hasAccess: Bool { access.count > 0 }
    package var hasRefresh: Bool { refresh.count > 0 }

    /// The members that are not secret.
    package struct Rest: Sendable {
        package var clientID: String?
        package var expiresInSeconds: Double?
        package var expiresAt: String?
        package var scope: String?
        /// The `error` of a refusal.
        package var error: String?
    }

    private enum Secret: Int, CaseIterable {
        case access, refresh, clientSecret

        init?(_ name: Slice<UnsafeRawBufferPointer>) {
            func matches(_ words: String...) -> Bool { words.contains { unsafe name.elementsEqual($0.utf8) } }
            if matches("access_token", "accessToken") {
                self = .access
            } else if matches("refresh_token", "refreshToken") {
                self = .refresh
            } else if matches("client_secret", "clientSecret") {
                self = .clientSecret
            } else {
                return nil
            }
        }
    }

    /// Reads an operator's object. Throws `token_invalid`.
    package static func read(descriptor: Int32, name: String) throws(VaultError) -> GrantFields {
        var text = SecretBytes(capacity: Limits.tokenAnswerBytesMax + 1)
        let failure = fill(&text, from: descriptor, upTo: Limits.tokenAnswerBytesMax + 1)
        guard failure == 0 else {
            throw VaultError(.tokenInvalid, "The token cannot be read from \(name): \(systemText(failure)).")
        }
        guard text.count <= Limits.tokenAnswerBytesMax else {
            throw VaultError(
                .tokenInvalid, "What came from \(name) is longer than \(Limits.tokenAnswerBytesMax) bytes.")
        }
        let fields = try unsafe text.withMutableBytes { memory, count throws(VaultError) in
            try unsafe parse(UnsafeMutableRawBufferPointer(rebasing: memory[..<count]), from: name)
        }
        guard fields.hasAccess else {
            throw VaultError(
                .tokenInvalid,
                "What came from \(name) has no access_token. Give one JSON object with access_token, refresh_token, "
                    + "client_id, "
                    + "client_secret and expires_in.")
        }
        return fields
    }

    /// Reads a file. Throws `token_invalid`.
    package static func read(file path: String) throws(VaultError) -> GrantFields {
        let descriptor = try TokenFile.open(path)
        defer { close(descriptor) }
        return try read(descriptor: descriptor, name: path)
    }

    /// Reads what an authorisation server answered. Throws `token_invalid`.
    package init(answer: any SecretText) throws(VaultError) {
        self = try unsafe answer.withBytes { json throws(VaultError) in
            try unsafe Self.parse(json, from: "the authorisation server")
        }
    }

    private init(
        _ access: consuming SecretBytes, _ refresh: consuming SecretBytes, _ clientSecret: consuming SecretBytes,
        _ rest: Rest
    ) {
        self.access = access
        self.refresh = refresh
        self.clientSecret = clientSecret
        self.rest = rest
    }

    /// Takes the secrets out of `json` and blanks them there. Throws `token_invalid`.
    static func parse(_ json: UnsafeMutableRawBufferPointer, from name: String) throws(VaultError) -> GrantFields {
        var ranges: [Range<Int>?] = [nil, nil, nil]
        guard unsafe Self.find(&ranges, in: UnsafeRawBufferPointer(json)) else {
            throw VaultError(
                .tokenInvalid,
                "What came from \(name) is not a JSON object of an OAuth token: a secret stands there twice.")
        }
        let access = try unsafe Self.secret(ranges[0], in: json, from: name)
        let refresh = try unsafe Self.secret(ranges[1], in: json, from: name)
        let clientSecret = try unsafe Self.secret(ranges[2], in: json, from: name)
        for range in ranges.compactMap({ $0 }) { for index in range { unsafe json[index] = UInt8(ascii: " ") } }
        let blanked = unsafe Data(UnsafeRawBufferPointer(json))
        guard let parsed = try? JSONDecoder().decode(Wire.self, from: blanked) else {
            throw VaultError(.tokenInvalid, "What came from \(name) is not a JSON object of an OAuth token.")
        }
        guard !parsed.hidesSecret else {
            throw VaultError(
                .tokenInvalid, "What came from \(name) writes the name of a secret with escapes. Write it plainly.")
        }
        return GrantFields(access, refresh, clientSecret, parsed.rest)
    }

    // MARK: The scan

    private static func find(_ ranges: inout [Range<Int>?], in json: UnsafeRawBufferPointer) -> Bool {
        var depth = 0
        var index = 0
        while index < json.count {
            switch unsafe json[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "\""):
                let name = unsafe string(in: json, from: index)
                index = name.upperBound
                guard depth == 1, let secret = unsafe Secret(json[name]),
                    let value = unsafe valueStart(json, index + 1),
                    unsafe json[value] == UInt8(ascii: "\"")
                else { break }
                if ranges[secret.rawValue] != nil { return false }
                let range = unsafe string(in: json, from: value)
                ranges[secret.rawValue] = range
                index = range.upperBound
            default: break
            }
            index += 1
        }
        return true
    }

    /// The inside of the string that starts with the quote at `start`.
    private static func string(in json: UnsafeRawBufferPointer, from start: Int) -> Range<Int> {
        var end = start + 1
        while end < json.count, unsafe json[end] != UInt8(ascii: "\"") {
            end += unsafe json[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(start + 1, json.count)..<min(end, json.count)
    }

    /// Where the value begins if a colon follows.
    private static func valueStart(_ json: UnsafeRawBufferPointer, _ start: Int) -> Int? {
        var index = start
        var hasColon = false
        while index < json.count {
            switch unsafe json[index] {
            case 0x20, 0x09, 0x0A, 0x0D: break
            case UInt8(ascii: ":") where !hasColon: hasColon = true
            default: return hasColon ? index : nil
            }
            index += 1
        }
        return nil
    }

    /// A copy without JSON's escapes: of those a token can need only the slash's.
    private static func secret(
        _ range: Range<Int>?, in json: UnsafeMutableRawBufferPointer, from name: String
    ) throws(VaultError) -> SecretBytes {
        guard let range, !range.isEmpty else { return SecretBytes(capacity: 1) }
        guard range.count <= Limits.tokenBytesMax else {
            throw VaultError(
                .tokenInvalid, "What came from \(name) holds a token longer than \(Limits.tokenBytesMax) bytes.")
        }
        var secret = SecretBytes(capacity: range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            if unsafe json[index] == UInt8(ascii: "\\") {
                index += 1
                guard index < range.upperBound, unsafe json[index] == UInt8(ascii: "/") else {
                    throw VaultError(
                        .tokenInvalid, "What came from \(name) holds a token with escapes. Write it plainly.")
                }
            }
            guard unsafe json[index] > 0x20 && json[index] < 0x7F else {
                throw VaultError(
                    .tokenInvalid, "What came from \(name) holds a token with a blank or a character that no token has."
                )
            }
            unsafe secret.append(UnsafeRawBufferPointer(rebasing: json[index..<(index + 1)]))
            index += 1
        }
        return secret
    }
}

/// The object as the parser reads it, secrets blanked.
private struct Wire: Decodable {
    let rest: GrantFields.Rest
    let hidesSecret: Bool

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Name.self)
        func text(_ names: String...) -> String? {
            names.lazy.compactMap { try? members.decodeIfPresent(String.self, forKey: Name(stringValue: $0)) }.first
        }
        var rest = GrantFields.Rest()
        rest.clientID = text("client_id", "clientId")
        rest.expiresAt = text("expires_at", "expiresAt")
        rest.scope = text("scope")
        rest.error = text("error")
        for name in ["expires_in", "expiresIn"] where rest.expiresInSeconds == nil {
            rest.expiresInSeconds = try? members.decodeIfPresent(Double.self, forKey: Name(stringValue: name))
        }
        self.rest = rest
        let secrets = ["access_token", "accessToken", "refresh_token", "refreshToken", "client_secret", "clientSecret"]
        hidesSecret = secrets.contains { text($0)?.contains { $0 != " " } ?? false }
    }
}
