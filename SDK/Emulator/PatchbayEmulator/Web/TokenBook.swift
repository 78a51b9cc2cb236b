import Foundation
import Synchronization

/// A token the emulator knows, and what becomes of a request that carries it.
struct TokenRecord: Sendable {
    enum Kind: String, Sendable { case personal, oauth }
    enum State: String, Sendable { case valid, expired, revoked, forbidden, echo }

    /// The whole `Authorization` header it is recognised by. Never shown or logged.
    var header: String
    var kind: Kind
    var state: State
    /// The e-mail address of the user it belongs to.
    var user: String
    var validUntil: Date?

    static let unknown = TokenRecord(header: "", kind: .personal, state: .revoked, user: "", validUntil: nil)

    /// The header under which a system expects a token.
    static func header(_ system: SystemName, kind: Kind, user: String, token: String) -> String {
        switch (system, kind) {
        case (.jira, .personal): "Basic " + Data("\(user):\(token)".utf8).base64EncodedString()
        case (.linear, .personal): token
        default: "Bearer " + token
        }
    }

    /// Whether an `Authorization` header is made of that token, in whichever form.
    static func carries(_ token: String, header: String?) -> Bool {
        guard let header else { return false }
        if header == token || header == "Bearer " + token { return true }
        guard header.hasPrefix("Basic "), let pair = Data(base64Encoded: String(header.dropFirst(6))) else {
            return false
        }
        return pair.suffix(token.utf8.count + 1) == Data((":" + token).utf8)
    }
}

/// The tokens of one system.
final class TokenBook: Sendable {
    private let records: Mutex<[String: TokenRecord]>

    init(_ system: SystemName) {
        records = Mutex(Self.defaults(system))
    }

    /// What a request with that header is: known, or turned away.
    func check(_ header: String?, at now: Date) -> Result<TokenRecord, TokenRefusal> {
        guard let header, !header.isEmpty else { return .failure(TokenRefusal(.noToken)) }
        guard let record = records.withLock({ $0[header] }) else { return .failure(TokenRefusal(.wrongToken)) }
        switch record.state {
        case .expired: return .failure(TokenRefusal(.expiredToken))
        case .revoked: return .failure(TokenRefusal(.wrongToken))
        case .forbidden: return .failure(TokenRefusal(.forbidden))
        case .echo: return .failure(TokenRefusal(.echo(header)))
        case .valid:
            if let end = record.validUntil, end <= now { return .failure(TokenRefusal(.expiredToken)) }
            return .success(record)
        }
    }

    func set(_ record: TokenRecord) {
        records.withLock { $0[record.header] = record }
    }

    func removeAll() {
        records.withLock { $0 = [:] }
    }

    func reset(_ system: SystemName) {
        records.withLock { $0 = Self.defaults(system) }
    }

    /// The tokens that work from the start; docs/emulator.md names them.
    private static func defaults(_ system: SystemName) -> [String: TokenRecord] {
        let user = "demo@example.com"
        let tokens: [(TokenRecord.Kind, String)] =
            switch system {
            case .asana: [(.personal, "asana-demo-token"), (.oauth, "asana-demo-oauth")]
            case .jira: [(.personal, "jira-demo-token"), (.oauth, "jira-demo-oauth")]
            case .linear: [(.personal, "lin_api_demo_token"), (.oauth, "lin_oauth_demo_token")]
            }
        var records: [String: TokenRecord] = [:]
        for (kind, token) in tokens {
            // Asana calls both kinds bearer; the personal one may not use external ids.
            let header = TokenRecord.header(system, kind: kind, user: user, token: token)
            records[header] = TokenRecord(header: header, kind: kind, state: .valid, user: user, validUntil: nil)
        }
        return records
    }
}

/// A refusal as an error, so that a check can be a `Result`.
struct TokenRefusal: Error {
    let refusal: Refusal

    init(_ refusal: Refusal) {
        self.refusal = refusal
    }
}
