/// An HTTP request for the host to make. The host adds origin, credential, Host and Content-Length.
public struct Request: Sendable, Equatable {
    /// What happens if the answer is lost.
    public enum Effect: UInt32, Sendable {
        /// It only reads; it may be repeated.
        case none = 1
        /// It changes something, but twice is the same as once.
        case repeatable = 2
        /// Twice would do it twice. At most one in a call, and no changing request after it.
        case once = 3
        /// Repeatable within this call, as with a one-time token; once it is over, twice would do it twice.
        case repeatableInCall = 4
    }

    /// GET, POST, PUT, PATCH, DELETE or HEAD.
    public var method: String
    /// Absolute and percent-encoded, without query.
    public var path: String
    /// Names and values as they are; the host encodes them.
    public var query: [(String, String)]
    /// Names and values; never a credential.
    public var headers: [(String, String)]
    /// Nil = none.
    public var body: [UInt8]?
    /// What happens if the answer is lost.
    public var effect: Effect
    /// Concurrent writes it counts for at the vendor; 0 = 1.
    public var writeCost: Int

    /// A request without a body.
    public init(
        _ method: String, _ path: String, query: [(String, String)] = [], headers: [(String, String)] = [],
        effect: Effect = .none,
        writeCost: Int = 0
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = nil
        self.effect = effect
        self.writeCost = writeCost
    }

    /// A request with a body that is JSON already, written by `PatchbayConnectorJSON` or by a library of the
    /// connector's own. Nothing looks at the bytes; the same operation must give the same ones (rule R8).
    public init(
        _ method: String, _ path: String, query: [(String, String)] = [], jsonBytes body: [UInt8], effect: Effect,
        writeCost: Int = 0
    ) {
        self.init(
            method, path, query: query, headers: [("content-type", "application/json")], effect: effect,
            writeCost: writeCost)
        self.body = body
    }

    /// Percent-encodes one piece of a path, slashes and all, so that an id cannot lead elsewhere.
    public static func segment(_ text: String) -> String {
        var encoded = ""
        encoded.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "@"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: ".") where text != "." && text != "..":
                encoded.append(".")
            default:
                encoded.append(byte < 16 ? "%0" : "%")
                encoded.append(String(byte, radix: 16, uppercase: true))
            }
        }
        return encoded
    }

    /// Same method, path, query, headers, body and effect.
    public static func == (left: Request, right: Request) -> Bool {
        left.method == right.method && left.path == right.path && left.body == right.body && left.effect == right.effect
            && left.writeCost == right.writeCost && left.query.elementsEqual(right.query, by: ==)
            && left.headers.elementsEqual(right.headers, by: ==)
    }
}
