import Foundation

/// How Jira turns a request away, and what can be changed at run time.
extension JiraSystem {
    func refuse(_ refusal: Refusal, _ request: EmulatedRequest) -> EmulatedResponse {
        let challenge = [("WWW-Authenticate", "OAuth realm=\"\(request.origin)\"")]
        switch refusal {
        case .noToken, .wrongToken, .expiredToken:
            let message = "Client must be authenticated to access this resource."
            return .json(401, JiraError(401, [message]).body, headers: challenge)
        case .forbidden: return .json(403, JiraError(403, ["You do not have the permission to do this."]).body)
        case .echo(let credential):
            let message = "Client must be authenticated; the header was \(credential)"
            return .json(
                401, JiraError(401, [message]).body, headers: challenge + [("X-Received-Authorization", credential)])
        case .limited(let report):
            let headers = [
                ("Retry-After", String(report.retryAfterSeconds)), ("RateLimit-Reason", "jira-burst-based"),
                ("X-RateLimit-Reset", Timestamp.text(report.resets)),
            ]
            return .json(429, JiraError(429, ["Rate limit exceeded."]).body, headers: headers)
        case .status(let status, let message): return .json(status, JiraError(status, [message]).body)
        }
    }

    /// What is left, and near the end a warning.
    func limitHeaders(_ report: LimitReport, operation: Operation) -> [(name: String, value: String)] {
        guard let limit = report.limit else { return [] }
        return [
            ("X-RateLimit-Limit", String(limit)), ("X-RateLimit-Remaining", String(report.remaining)),
            ("X-RateLimit-NearLimit", report.remaining * 5 < limit ? "true" : "false"),
        ]
    }

    func change(_ settings: JSON) throws {
        try state.withLock { state in
            var changed = state.settings
            for member in settings.members ?? [] {
                try Self.change(&changed, member.name, member.value)
            }
            state.settings = changed
        }
    }

    private static func change(_ settings: inout JiraSettings, _ name: String, _ value: JSON) throws {
        switch name {
        case "searchLagMilliseconds":
            guard let lag = value.wholeNumber, lag >= 0 else {
                throw ControlError("searchLagMilliseconds is a whole number, 0 or more")
            }
            settings.searchLagMilliseconds = lag
        case "refuseNewlineInText", "burnNumbers":
            guard let flag = value.truth else { throw ControlError("\(name) is true or false") }
            if name == "burnNumbers" { settings.burnNumbers = flag } else { settings.refuseNewlineInText = flag }
        case "offScreen", "required":
            guard let members = value.members else {
                throw ControlError("\(name) is an object: project key to a list of fields")
            }
            var map: [String: Set<String>] = [:]
            for member in members { map[member.name] = Set(member.value.texts ?? []) }
            if name == "required" { settings.required = map } else { settings.offScreen = map }
        case "withoutBrowse":
            guard let keys = value.texts else { throw ControlError("withoutBrowse is a list of project keys") }
            settings.withoutBrowse = Set(keys)
        case "baseURL":
            settings.baseURL = value.text
        default: throw ControlError("Jira has no setting \"\(name)\"")
        }
    }

    func snapshot() throws -> JSON { try JSON(encoding: state.withLock { $0 }) }

    func restore(_ snapshot: JSON) throws {
        let restored = try snapshot.decoded(as: JiraState.self)
        state.withLock { $0 = restored }
    }
}
