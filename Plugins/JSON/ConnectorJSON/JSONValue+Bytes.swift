import PatchbayConnectorKit

extension JSONValue {
    /// The value as JSON, names sorted: the same bytes as `JSONText.encode` gives, for a half to a third of the
    /// processor time. Throws for a number that is not finite, for a name that holds a NUL, and when there is no
    /// memory.
    public func jsonBytes() throws(JSONWritingError) -> [UInt8] {
        try JSONNode.of(self).bytes()
    }
}
