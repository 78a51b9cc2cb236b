/// The answer to a request. A transfer that failed never gets here.
public struct Response: Sendable, Equatable {
    /// HTTP status.
    public var status: Int
    /// Names in lower case.
    public var headers: [(String, String)]
    /// Decoded bytes, perhaps not UTF-8.
    public var body: [UInt8]

    /// An answer; the host makes it, and tests do.
    public init(status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers.map { ($0.0.lowercased(), $0.1) }
        self.body = body
    }

    /// An answer with a text for a body; for tests.
    public init(status: Int, headers: [(String, String)] = [], text: String) {
        self.init(status: status, headers: headers, body: [UInt8](text.utf8))
    }

    /// Whether the status is one of success.
    public var succeeded: Bool { (200..<300).contains(status) }

    /// Whether the request was too large for the system, or for a proxy before it: then nothing was done, and a batch
    /// is to be thrown as `CallFailure.split`, until the task that is too large stands alone.
    public var isTooLarge: Bool { status == 413 }

    /// What to say of a request that `isTooLarge`: its size, and what was answered.
    public func tooLargeWords(_ request: Request) -> String {
        "The request has \(request.body?.count ?? 0) bytes, which is too large (HTTP \(status)): \(excerpt)"
    }

    /// The first header of this name, in lower case; nil if there is none.
    public func header(_ name: String) -> String? {
        headers.first { $0.0 == name }?.1
    }

    /// What `read` makes of the body. Throws a protocol error that quotes the body's beginning when `read` throws; of a
    /// `DecodingError` it says where in the body it was.
    public func understood<Value>(_ read: ([UInt8]) throws -> Value) throws -> Value {
        do {
            return try read(body)
        } catch {
            throw misunderstood(Self.words(of: error))
        }
    }

    /// A protocol error that says why this answer could not be understood, and quotes the body's beginning.
    public func misunderstood(_ words: String) -> CallFailure {
        .protocolError("The answer (HTTP \(status)) could not be understood: \(words). It began: \(excerpt)")
    }

    /// The beginning of the body as one line of text, for a message.
    public var excerpt: String {
        var text = String(decoding: body.prefix(KitLimits.excerptBytesMax), as: UTF8.self)
        text = String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
        return text.isEmpty ? "(empty)" : text
    }

    /// How many milliseconds `Retry-After` asks to wait: as it tells in seconds, or from the `Date` of this answer to
    /// the time that it names, 0 if that is past. The longest, where a proxy adds one of its own. Nil if it is neither,
    /// and where no `Date` says from when on: then `retryAtUnixMs` has the time.
    public var retryAfterMs: Int64? {
        let date = header("date").flatMap(UnixTime.milliseconds(httpDate:))
        return retries.compactMap { text in
            if let seconds = Double(text), seconds.isFinite, seconds >= 0 {
                return Int64((min(seconds, KitLimits.waitSecondsMax) * 1000).rounded(.up))
            }
            guard let date, let time = UnixTime.milliseconds(httpDate: text) else { return nil }
            return max(0, time - date)
        }.max()
    }

    /// When `Retry-After` asks to come again, in milliseconds since 1970 by the system's clock, where no `Date` of this
    /// answer tells how far off that is; else nil. The latest of several.
    public var retryAtUnixMs: Int64? {
        guard header("date").flatMap(UnixTime.milliseconds(httpDate:)) == nil else { return nil }
        return retries.compactMap(UnixTime.milliseconds(httpDate:)).max()
    }

    private var retries: [String] { headers.filter { $0.0 == "retry-after" }.map(\.1) }

    /// Same status, headers and body.
    public static func == (left: Response, right: Response) -> Bool {
        left.status == right.status && left.body == right.body && left.headers.elementsEqual(right.headers, by: ==)
    }

    /// What a decoding error says, without the values it met.
    private static func words(of error: any Error) -> String {
        guard let error = error as? DecodingError else { return "it is not JSON" }
        switch error {
        case .keyNotFound(let name, let context): return "\(place(context.codingPath + [name])) is missing"
        case .typeMismatch(_, let context): return "\(place(context.codingPath)) has another type"
        case .valueNotFound(_, let context): return "\(place(context.codingPath)) is null"
        case .dataCorrupted(let context):
            return context.codingPath.isEmpty ? "it is not JSON" : "\(place(context.codingPath)) is damaged"
        @unknown default: return "it has another shape"
        }
    }

    private static func place(_ path: [any CodingKey]) -> String {
        path.isEmpty ? "the whole" : path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}
