import PatchbayModel

/// Reads what a worker sent, believing nothing: every length is checked against what is left.
struct FrameReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private mutating func take(_ count: Int) throws(WireFault) -> Range<Int> {
        guard count <= bytes.count - position else { throw WireFault("sent a frame that ends too early") }
        defer { position += count }
        return position..<(position + count)
    }

    mutating func number() throws(WireFault) -> UInt32 {
        LittleEndian.number(bytes, at: try take(4).lowerBound)
    }

    /// The same as a count or a place. It fits, and what is reckoned with a few of them does, too.
    mutating func count() throws(WireFault) -> Int { Int(clamping: try number()) }

    /// A whole number as near to what was sent as `range` allows: what is reckoned with it later cannot overflow.
    mutating func integer(in range: ClosedRange<Int64>) throws(WireFault) -> Int64 {
        let low = try number()
        let high = try number()
        let sent = Int64(bitPattern: LittleEndian.number(low: low, high: high))
        return min(max(sent, range.lowerBound), range.upperBound)
    }

    /// Milliseconds of at most `most`; negative for what was not told.
    mutating func time(upTo most: Duration) throws(WireFault) -> Int64 { try integer(in: -1...most.wholeMilliseconds) }

    /// A point in time of which a calendar can tell; nil for what was not told.
    mutating func moment() throws(WireFault) -> Timestamp? {
        let sent = try integer(in: 0...Limits.momentMax)
        return sent == 0 ? nil : Timestamp(milliseconds: sent)
    }

    /// A "yes or no": 1 or 0 and nothing else.
    mutating func flag(_ name: String) throws(WireFault) -> Bool {
        switch try number() {
        case 0: return false
        case 1: return true
        case let other: throw WireFault("gave \(name) as \(other): it is 1 or 0", rule: 3)
        }
    }

    /// Bytes that need not be text; nil when absent.
    mutating func body() throws(WireFault) -> [UInt8]? {
        let length = try number()
        if length == Frame.absent { return nil }
        return Array(bytes[try take(Int(clamping: length))])
    }

    /// Text that a machine reads: it must be UTF-8. Nil when absent.
    mutating func string(_ name: String) throws(WireFault) -> String? {
        let length = try number()
        if length == Frame.absent { return nil }
        guard let text = String(validating: bytes[try take(Int(clamping: length))], as: UTF8.self) else {
            throw WireFault("gave \(name) that is not UTF-8", rule: 4)
        }
        return text
    }

    /// The same where it must be there and not be empty.
    mutating func required(_ name: String) throws(WireFault) -> String {
        guard let text = try string(name), !text.isEmpty else { throw WireFault("gave no \(name)") }
        return text
    }

    /// Words for a person: repaired and cut rather than refused. Nil when absent.
    mutating func words(bytesMax: Int) throws(WireFault) -> String? {
        let length = try number()
        if length == Frame.absent { return nil }
        let place = try take(Int(clamping: length))
        var end = min(place.upperBound, place.lowerBound + bytesMax)
        // A cut must not fall inside a character: continuation bytes start with the bits 10.
        if end < place.upperBound {
            while end > place.lowerBound, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        }
        return String(decoding: bytes[place.lowerBound..<end], as: UTF8.self)
    }

    /// Reads a count, then each element. The count is believed only as far as the frame goes.
    mutating func list<Element>(
        of name: String, _ element: (inout FrameReader) throws(WireFault) -> Element
    ) throws(WireFault) -> [Element] {
        let count = try self.count()
        guard count <= (bytes.count - position) / 4 else { throw WireFault("gave more \(name) than its frame holds") }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try element(&self)) }
        return elements
    }

    /// Throws unless everything was read.
    func finish() throws(WireFault) {
        guard position == bytes.count else { throw WireFault("sent a frame that is too long") }
    }
}
