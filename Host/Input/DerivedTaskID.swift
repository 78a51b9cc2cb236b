import CSodium
import PatchbayModel

/// Gives tasks without an id one that a second import of the same file gives again: derived from meeting id, title and
/// the task's ordinal among those with equal meeting id and title.
package struct DerivedTaskID {
    private var ordinals: [[UInt8]: Int] = [:]

    package init() {}

    package mutating func next(meetingID: String?, title: String) -> String {
        var text = Array((meetingID ?? "").utf8)
        text.append(0)
        text.append(contentsOf: title.utf8)
        let ordinal = (ordinals[text] ?? 0) + 1
        ordinals[text] = ordinal
        return "t-" + Self.digest(text + [0] + Array(String(ordinal).utf8))
    }

    /// BLAKE2b of 80 bits in hex: short enough to type, and no two titles of one store meet by chance.
    private static func digest(_ text: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: 16)
        unsafe text.withUnsafeBufferPointer { input in
            _ = unsafe crypto_generichash(&digest, digest.count, input.baseAddress, UInt64(input.count), nil, 0)
        }
        return digest.prefix(10).map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
    }
}
