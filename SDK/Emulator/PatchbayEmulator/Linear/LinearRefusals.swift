import Foundation

/// How Linear turns a request away, and what can be changed at run time.
extension LinearSystem {
    func refuse(_ refusal: Refusal, _ request: EmulatedRequest) -> EmulatedResponse {
        let settings = state.withLock { $0.settings }
        func authentication(_ message: String, headers: [(name: String, value: String)] = []) -> EmulatedResponse {
            var error = LinearError(
                message: message, type: "authentication error", code: "AUTHENTICATION_ERROR", innerStatus: 401)
            error.presentable = "You need to authenticate to access this operation."
            return .json(
                settings.authenticationStatus, ["errors": [error.json(path: nil)], "data": nil], headers: headers)
        }
        switch refusal {
        case .noToken, .wrongToken, .expiredToken: return authentication("Authentication required, not authenticated")
        case .echo(let credential):
            return authentication(
                "Authentication required; the header was \(credential)",
                headers: [("X-Received-Authorization", credential)])
        case .forbidden:
            let error = LinearError(
                message: "You do not have permission to do this", type: "forbidden", code: "FORBIDDEN", innerStatus: 403
            )
            return .json(403, ["errors": [error.json(path: nil)], "data": nil])
        case .limited:
            let text = "Rate limit exceeded. Try again when it is reset."
            let error = LinearError(
                message: "Rate limit exceeded", type: "ratelimited", code: "RATELIMITED", innerStatus: 429,
                presentable: text)
            return .json(settings.limitStatus, ["errors": [error.json(path: nil)]])
        case .status(let status, let message):
            return .json(status, ["errors": [Self.error(status, message).json(path: nil)]])
        }
    }

    /// The words and code that go with a status.
    private static func error(_ status: Int, _ message: String) -> LinearError {
        let (type, code) =
            switch status {
            case 401: ("authentication error", "AUTHENTICATION_ERROR")
            case 403: ("forbidden", "FORBIDDEN")
            case 429: ("ratelimited", "RATELIMITED")
            case ..<500: ("other", "INPUT_ERROR")
            default: ("internal error", "INTERNAL_SERVER_ERROR")
            }
        return LinearError(message: message, type: type, code: code, innerStatus: status, isUserError: status < 500)
    }

    /// What is left, with each answer; resets are epoch milliseconds.
    func limitHeaders(_ report: LimitReport, operation: Operation) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = [
            ("X-Complexity", String(Int(operation.complexity.rounded(.up))))
        ]
        let reset = String(Int(report.resets.timeIntervalSince1970 * 1000))
        if let limit = report.limit {
            headers += [
                ("X-RateLimit-Requests-Limit", String(limit)),
                ("X-RateLimit-Requests-Remaining", String(report.remaining)),
                ("X-RateLimit-Requests-Reset", reset),
            ]
        }
        if let limit = report.complexityLimit {
            headers += [
                ("X-RateLimit-Complexity-Limit", String(limit)),
                ("X-RateLimit-Complexity-Remaining", String(report.complexityRemaining)),
                ("X-RateLimit-Complexity-Reset", reset),
            ]
        }
        if let limit = report.operationLimit {
            headers += [
                ("X-RateLimit-Endpoint-Requests-Limit", String(limit)),
                ("X-RateLimit-Endpoint-Requests-Remaining", String(report.operationRemaining)),
                (
                    "X-RateLimit-Endpoint-Requests-Reset",
                    String(Int(report.operationResets.timeIntervalSince1970 * 1000))
                ),
                ("X-RateLimit-Endpoint-Name", operation.name),
            ]
        }
        return headers
    }

    func change(_ settings: JSON) throws {
        try state.withLock { state in
            for member in settings.members ?? [] {
                guard let status = member.value.wholeNumber, (200...599).contains(status) else {
                    throw ControlError("\(member.name) is an HTTP status from 200 to 599")
                }
                switch member.name {
                case "authenticationStatus": state.settings.authenticationStatus = status
                case "conflictStatus": state.settings.conflictStatus = status
                case "limitStatus": state.settings.limitStatus = status
                default: throw ControlError("Linear has no setting \"\(member.name)\"")
                }
            }
        }
    }

    func snapshot() throws -> JSON { try JSON(encoding: state.withLock { $0 }) }

    func restore(_ snapshot: JSON) throws {
        let restored = try snapshot.decoded(as: LinearState.self)
        state.withLock { $0 = restored }
    }
}
