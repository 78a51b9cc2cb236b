import Foundation

/// The token endpoint of each system, at the path where the vendor has it.
enum OAuthEndpoint {
    /// What a request to the token endpoint asks; `nil` for any other request.
    static func prepare(_ request: EmulatedRequest, _ system: SystemName) -> PreparedCall? {
        let path = system == .asana ? "/-/oauth_token" : "/oauth/token"
        guard request.path == path, request.method == "POST" else { return nil }
        return PreparedCall(request: request, operation: Operation(name: "POST \(path)", kind: .token, isWrite: false))
    }

    /// The vendor's answer.
    static func answer(_ call: PreparedCall, _ system: SystemName, _ book: OAuthBook, now: Date) -> EmulatedResponse {
        let fields = fields(of: call.request, system)
        guard fields["grant_type"] == "refresh_token" else { return refusal("unsupported_grant_type", system) }
        guard let refresh = fields["refresh_token"], !refresh.isEmpty else { return refusal("invalid_request", system) }
        let client = fields["client_id"] ?? ""
        switch book.refresh(refresh, client: client, secret: fields["client_secret"] ?? "", now: now) {
        case .refused(let word): return refusal(word, system)
        case .granted(let pair, _, let expiresIn):
            var members: [JSON.Member] = [
                .init("access_token", .string(pair.access)), .init("token_type", "Bearer"),
            ]
            if book.settings.tellsExpiry { members.append(.init("expires_in", .integer(expiresIn))) }
            if let refresh = pair.refresh { members.append(.init("refresh_token", .string(refresh))) }
            if system != .asana { members.append(.init("scope", "read write")) }
            return .json(200, .object(members))
        }
    }

    /// Jira takes JSON, and so far as is known nothing else; the others take forms.
    private static func fields(of request: EmulatedRequest, _ system: SystemName) -> [String: String] {
        if system == .jira {
            let members = (try? JSON(parsing: request.body))?.members ?? []
            return Dictionary(members.compactMap { member in member.value.text.map { (member.name, $0) } }) {
                first, _ in first
            }
        }
        let form = EmulatedRequest(
            method: "POST", target: "/?" + String(decoding: request.body, as: UTF8.self), origin: "")
        return Dictionary(form.query.map { ($0.name, $0.value) }) { first, _ in first }
    }

    private static func refusal(_ word: String, _ system: SystemName) -> EmulatedResponse {
        let status =
            switch word {
            case "invalid_client": 401
            case "invalid_grant" where system == .jira: 403
            default: 400
            }
        let text = word == "invalid_grant" ? "Unknown or invalid refresh token." : "The request was refused: \(word)."
        return .json(status, ["error": .string(word), "error_description": .string(text)])
    }
}
