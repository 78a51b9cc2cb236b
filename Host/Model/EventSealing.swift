/// Chains the lines of the audit trail: whoever holds the key can see that one was changed or removed.
package protocol EventSealing: Sendable {
    /// 32 bytes over `text` and the link before it; needs no key.
    func link(_ text: [UInt8], after previous: [UInt8]) -> [UInt8]
    /// 32 bytes over a link that only the key's holder can make; nil without the key.
    func seal(_ link: [UInt8]) -> [UInt8]?
}
