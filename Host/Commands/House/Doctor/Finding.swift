import PatchbayModel

/// What one check of the doctor found.
struct Finding: Encodable, Sendable {
    enum Verdict: String, Encodable, Sendable {
        case ok
        /// Works, and could be safer.
        case advice
        case broken
    }

    let check: String
    let verdict: Verdict
    /// Nil when all is well.
    let code: String?
    let message: String

    private init(_ check: String, _ verdict: Verdict, _ code: ErrorCode?, _ message: String) {
        self.check = check
        self.verdict = verdict
        self.code = code?.rawValue
        self.message = message
    }

    static func ok(_ check: String, _ message: String) -> Finding { Finding(check, .ok, nil, message) }
    static func advice(_ check: String, _ code: ErrorCode, _ message: String) -> Finding {
        Finding(check, .advice, code, message)
    }
    static func broken(_ check: String, _ code: ErrorCode, _ message: String) -> Finding {
        Finding(check, .broken, code, message)
    }

    static func broken(_ check: String, _ error: any Error, named name: String? = nil) -> Finding {
        let object = ErrorObject(error)
        return broken(check, ErrorCode(rawValue: object.code), (name.map { "\($0): " } ?? "") + object.message)
    }
}
