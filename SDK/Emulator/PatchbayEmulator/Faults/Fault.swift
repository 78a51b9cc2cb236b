/// Something that is to go wrong, and when. Set through the control port; the names are the JSON names.
struct Fault: Sendable, Codable {
    /// What happens.
    enum Kind: String, Sendable, Codable {
        /// The connection is cut: before the request is looked at, or after the task was made and before the answer.
        case dropBefore = "drop-before"
        case dropAfter = "drop-after"
        /// Another answer: `status`, `body`, `retryAfter`, `headers`. With `processed`, after the work was done.
        case status
        /// `delayMilliseconds` before or (with `when` after) behind the work.
        case delay
        /// The head promises the whole body; half of it comes, then the connection is cut.
        case truncate
        /// Status 200 and bytes that are no JSON.
        case garbage
        /// `mebibytes` of body, as a gzip bomb with `gzip`.
        case huge
        /// 302 (or `status`) to `location`.
        case redirect
        /// 401 that repeats the credential as received, in body and headers.
        case echo
        /// 413 to a request whose body has more than `bytes`, before it is looked at, as from a proxy; always, unless
        /// `times` says otherwise.
        case tooLarge = "too-large"
        /// Sends `signal` to process `pid`, at the moment `when`.
        case kill
    }

    /// The moment of a delay or a kill.
    enum Moment: String, Sendable, Codable {
        case before, during, after
    }

    /// The form of a made-up body; with `text` and `json` its bytes are those of the fault's `text`.
    enum Body: String, Sendable, Codable {
        case vendor, html, empty, text, json
    }

    var kind: Kind
    /// A name for the log; a number if none is given.
    var id: String?

    // Which requests.
    var system: SystemName?
    /// An operation's name or its kind: `create`, `search`, `issueBatchCreate`, `POST /tasks`.
    var operation: String?
    var method: String?
    /// The beginning of the path.
    var path: String?
    /// A text the body must hold.
    var bodyContains: String?
    /// Only requests that carry this token, so that each of several accounts has weather of its own. Never shown.
    var token: String?
    /// How many matching requests pass first: 4 makes it the fifth.
    var skip: Int?
    /// How many times it happens: 1 unless set; 0 means always.
    var times: Int?
    /// The chance, from 0 to 1, drawn from the seeded generator.
    var probability: Double?

    // How.
    var when: Moment?
    var status: Int?
    var body: Body?
    var text: String?
    var processed: Bool?
    /// The seconds of a `Retry-After` header; 0 is sent as 0.
    var retryAfter: Int?
    /// Whether that header has the time, by the system's clock, instead of the seconds.
    var retryAfterDate: Bool?
    var headers: [String: String]?
    var delayMilliseconds: Int?
    var mebibytes: Int?
    var bytes: Int?
    var gzip: Bool?
    var location: String?
    var pid: Int?
    var signal: Int?

    /// What is wrong with it, `nil` where nothing is.
    var defect: String? {
        switch kind {
        case .status where !(200...599).contains(status ?? 0): "a status fault needs \"status\" from 200 to 599"
        case .redirect where location == nil: "a redirect needs \"location\""
        case .redirect where !(300...399).contains(status ?? 302): "the status of a redirect is from 300 to 399"
        case .delay where delayMilliseconds == nil: "a delay needs \"delayMilliseconds\""
        case .tooLarge where (bytes ?? -1) < 0: "a too-large needs \"bytes\", the most that passes"
        case .kill where (pid ?? 0) < 2: "a kill needs \"pid\", a process above 1"
        case .kill where !(1...64).contains(signal ?? 9): "\"signal\" is from 1 to 64"
        default:
            if let delayMilliseconds, !(0...EmulatorLimits.delayMillisecondsMax).contains(delayMilliseconds) {
                "\"delayMilliseconds\" is from 0 to \(EmulatorLimits.delayMillisecondsMax)"
            } else if let mebibytes, !(0...EmulatorLimits.hugeBodyMebibytesMax).contains(mebibytes) {
                "\"mebibytes\" is from 0 to \(EmulatorLimits.hugeBodyMebibytesMax)"
            } else if let probability, !(0...1).contains(probability) {
                "\"probability\" is from 0 to 1"
            } else if (skip ?? 0) < 0 || (times ?? 0) < 0 {
                "\"skip\" and \"times\" are not negative"
            } else {
                nil
            }
        }
    }
}
