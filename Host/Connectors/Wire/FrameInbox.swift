/// Collects what a worker sends into frames.
struct FrameInbox {
    /// What a reading gave.
    enum Reading {
        case frames([Frame])
        case nothing
        case tooLarge
        case ended
    }

    private static let usualBytes = 262_144
    private let frameBytesMax: Int
    private var bytes = [UInt8](repeating: 0, count: usualBytes)
    private var start = 0
    private var end = 0

    init(frameBytesMax: Int) { self.frameBytesMax = frameBytesMax }

    /// Reads once: what did not fit is still there at the next look.
    mutating func read(from channel: WorkerChannel) -> Reading {
        if end - start >= Frame.headerBytes, Int(clamping: number(at: start)) > frameBytesMax { return .tooLarge }
        makeRoom()
        switch channel.receive(into: &bytes, from: end) {
        case .bytes(let count): end += count
        case .nothing: return .nothing
        case .ended: return .ended
        }
        return takeFrames().map(Reading.frames) ?? .tooLarge
    }

    private func number(at place: Int) -> UInt32 {
        LittleEndian.number(bytes, at: place)
    }

    /// The whole frames that have come; nil when one claims to be too large.
    private mutating func takeFrames() -> [Frame]? {
        var frames: [Frame] = []
        while end - start >= Frame.headerBytes {
            let payload = Int(clamping: number(at: start))
            guard payload <= frameBytesMax else { return nil }
            let whole = Frame.headerBytes + payload
            guard whole <= end - start else { break }
            let id = LittleEndian.number(low: number(at: start + 8), high: number(at: start + 12))
            let kind = UInt16(truncatingIfNeeded: number(at: start + 4))
            frames.append(
                Frame(kind: kind, id: id, payload: Array(bytes[(start + Frame.headerBytes)..<(start + whole)])))
            start += whole
        }
        return frames
    }

    /// Moves what is left to the front and makes the buffer as large as the frame under way needs.
    private mutating func makeRoom() {
        if start == end {
            start = 0
            end = 0
        }
        var wanted = Self.usualBytes
        if end - start >= Frame.headerBytes {
            wanted = max(wanted, Int(clamping: number(at: start)) + Frame.headerBytes)
        }
        guard wanted != bytes.count || end == bytes.count else { return }
        let held = Array(bytes[start..<end])
        if wanted != bytes.count { bytes = [UInt8](repeating: 0, count: wanted) }
        bytes.replaceSubrange(0..<held.count, with: held)
        start = 0
        end = held.count
    }
}
