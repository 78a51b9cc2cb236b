/// Builds one frame: little-endian numbers and strings with their lengths, one after the other.
struct FrameWriter {
    private var bytes: [UInt8]

    /// Begins a frame. `reserve` is a guess at its size.
    init(_ kind: FrameKind, id: UInt64, reserve: Int = 256) {
        bytes = []
        bytes.reserveCapacity(reserve)
        put(UInt32(0))
        put(UInt32(kind.rawValue))
        put(id)
    }

    mutating func put(_ value: UInt32) {
        bytes.append(UInt8(truncatingIfNeeded: value))
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value >> 16))
        bytes.append(UInt8(truncatingIfNeeded: value >> 24))
    }

    mutating func put(_ value: UInt64) {
        put(UInt32(truncatingIfNeeded: value))
        put(UInt32(truncatingIfNeeded: value >> 32))
    }

    mutating func put(_ value: Int64) { put(UInt64(bitPattern: value)) }

    /// Nil is absent, which is not the same as empty.
    mutating func put(_ text: String?) {
        guard let text else { return put(Frame.absent) }
        put(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func put(_ body: [UInt8]) {
        put(UInt32(body.count))
        bytes.append(contentsOf: body)
    }

    /// The whole frame; nil when it is larger than the worker takes.
    consuming func finish(bytesMax: Int) -> [UInt8]? {
        let payload = bytes.count - Frame.headerBytes
        guard payload <= bytesMax else { return nil }
        for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: payload >> (8 * index)) }
        return bytes
    }
}
