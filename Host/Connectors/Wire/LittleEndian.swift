/// Numbers of the wire. The only place that widens what was read: it always fits.
enum LittleEndian {
    /// The four bytes from `place` on, which must be there.
    static func number(_ bytes: [UInt8], at place: Int) -> UInt32 {
        UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2]) << 16
            | UInt32(bytes[place + 3]) << 24
    }

    static func number(low: UInt32, high: UInt32) -> UInt64 { UInt64(low) | UInt64(high) << 32 }
}
