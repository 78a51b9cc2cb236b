import PatchbayConnectorKit

/// Tells from an answer why a request failed: by the errors in it, whatever the status; by the status only where there
/// are none.
enum LinearFailure {
    static func read(_ response: Response, _ errors: [LinearErrors.Entry]) -> any Error {
        guard let first = errors.first else { return withoutErrors(response) }
        let words = errors.map(\.words).joined(separator: "; ")
        let code = (first.extensions?.code ?? "").uppercased()
        switch (code, (first.extensions?.type ?? "").lowercased()) {
        case ("RATELIMITED", _), (_, "ratelimited"):
            return stamped(throttled(response, words), response)
        case ("AUTHENTICATION_ERROR", _), (_, "authentication error"):
            return stamped(.authFailed(PlainText.says(words, "expired") ? .expired : .rejected, words), response)
        case ("FORBIDDEN", _), ("FEATURE_NOT_ACCESSIBLE", _), (_, "forbidden"), (_, "feature not accessible"):
            return stamped(.authFailed(.forbidden, words), response)
        case ("INPUT_ERROR", _), (_, "invalid input"), (_, "user error"), (_, "usage limit exceeded"),
            ("GRAPHQL_VALIDATION_FAILED", _):
            return refusal(code, words, response)
        case (_, "internal error"), (_, "lock timeout"), (_, "network error"), (_, "bootstrap error"),
            ("INTERNAL_SERVER_ERROR", _):
            return stamped(.vendorFault(words, by: response), response)
        default:
            return other(first, code, words, response)
        }
    }

    /// The vendor's own id of an exchange.
    static func requestId(_ response: Response) -> String? {
        response.header("x-request-id") ?? response.header("cf-ray")
    }

    /// Errors of a kind that is not known: what else they say about themselves decides.
    private static func other(_ first: LinearErrors.Entry, _ code: String, _ words: String, _ response: Response)
        -> any Error
    {
        switch first.extensions?.statusCode ?? response.status {
        case 401: return stamped(.authFailed(.rejected, words), response)
        case 403: return stamped(.authFailed(.forbidden, words), response)
        case 429: return stamped(throttled(response, words), response)
        case 400..<500: return refusal(code, words, response)
        default:
            if first.extensions?.userError == true { return refusal(code, words, response) }
            return stamped(.vendorFault(words, by: response), response)
        }
    }

    private static func withoutErrors(_ response: Response) -> any Error {
        let words = "Linear answered HTTP \(response.status): \(response.excerpt)"
        switch response.status {
        case 401: return stamped(.authFailed(PlainText.says(words, "expired") ? .expired : .rejected, words), response)
        case 429: return stamped(throttled(response, words), response)
        case 413: return LinearRefusal(code: LinearRefusal.tooLarge, message: words, requestId: requestId(response))
        case 500...599: return stamped(.vendorFault(words, by: response), response)
        default: return stamped(.protocolError(words), response)
        }
    }

    private static func refusal(_ code: String, _ words: String, _ response: Response) -> LinearRefusal {
        LinearRefusal(code: code.isEmpty ? LinearRefusal.uncoded : code, message: words, requestId: requestId(response))
    }

    /// Until the limit that is used up is full again; where no limit says that it is, until the latest of them is.
    private static func throttled(_ response: Response, _ words: String) -> CallFailure {
        let facts = LinearBudget.facts(response)
        let spent = facts.filter { $0.remaining.map { $0 <= 0 } ?? false }
        let resets = (spent.isEmpty ? facts : spent).compactMap(\.resetsUnixMs).max()
        return .throttled(words, by: response, atUnixMs: resets)
    }

    private static func stamped(_ failure: CallFailure, _ response: Response) -> CallFailure {
        var failure = failure
        failure.vendorRequestId = requestId(response)
        return failure
    }
}
