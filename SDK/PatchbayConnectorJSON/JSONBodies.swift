import PatchbayConnectorKit

extension Request {
    /// A request with a JSON body, its names sorted so that the same value gives the same bytes. Throws if the value
    /// has no JSON form.
    public init(
        _ method: String, _ path: String, query: [(String, String)] = [], json value: some Encodable, effect: Effect,
        writeCost: Int = 0
    ) throws {
        self.init(
            method, path, query: query, jsonBytes: try JSONText.encode(value), effect: effect, writeCost: writeCost)
    }
}

extension Response {
    /// The body as JSON. Throws a protocol error that quotes the body's beginning when it is no JSON or has another
    /// shape.
    public func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try understood { try JSONText.decode(type, from: $0) }
    }

    /// The body as JSON; nil when it is no JSON or has another shape.
    public func jsonIfAny<Value: Decodable>(_ type: Value.Type) -> Value? {
        try? JSONText.decode(type, from: body)
    }
}
