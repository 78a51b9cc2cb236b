import Foundation
import PatchbayModel

/// The end of what a worker printed: all that is left of it when it has crashed.
struct LastWords {
    private(set) var isOpen = true
    private var kept: [UInt8] = []

    /// Reads what is there, a bounded number of times, and keeps the end of it.
    mutating func read(from channel: WorkerChannel) {
        var buffer = [UInt8](repeating: 0, count: Limits.lastWordsBytesMax)
        for _ in 0..<64 where isOpen {
            switch channel.receiveWords(into: &buffer) {
            case .bytes(let count): kept = Array((kept + buffer.prefix(count)).suffix(Limits.lastWordsBytesMax))
            case .nothing: return
            case .ended: isOpen = false
            }
        }
    }

    /// Empty, or a sentence with a space before it. Control characters are shown as spaces.
    var sentence: String {
        let text = String(decoding: kept, as: UTF8.self).unicodeScalars
            .map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? " " : String($0) }.joined()
            .trimmingCharacters(in: .whitespaces)
        return text.isEmpty ? "" : " Its last words: \(text)."
    }
}
