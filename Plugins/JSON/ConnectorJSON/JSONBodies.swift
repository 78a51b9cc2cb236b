import PatchbayConnectorKit

extension Response {
    /// The body as JSON. Throws a protocol error that quotes the body's beginning when it is no JSON or has another
    /// shape.
    public func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try understood { try JSONDocument($0).decoded(type) }
    }

    /// The body as JSON; nil when it is no JSON or has another shape.
    public func jsonIfAny<Value: Decodable>(_ type: Value.Type) -> Value? {
        try? JSONDocument(body).decoded(type)
    }
}
