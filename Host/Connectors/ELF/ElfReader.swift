import CPatchbaySystem
import Foundation
import PatchbayModel

/// Reads little-endian numbers and text from a sealed plugin, which may hold anything: every place is checked before it
/// is read.
struct ElfReader {
    let file: OwnedDescriptor
    /// Bytes of the whole file.
    let size: UInt64

    /// The bytes at an offset. Throws when the file ends before them, or when it asks for more than any honest plugin
    /// has.
    func bytes(at offset: UInt64, count: UInt64, what: String) throws(LoadRefusal) -> [UInt8] {
        let (end, overflows) = offset.addingReportingOverflow(count)
        guard !overflows, end <= size else {
            throw LoadRefusal(.truncated, "Its \(what) lies beyond its end: it is damaged, or was not copied whole.")
        }
        guard count <= UInt64(Limits.elfTableBytesMax) else {
            throw LoadRefusal(.malformed, "Its \(what) is \(count) bytes long.")
        }
        do {
            return try PluginFiles.read(file, at: offset, count: Int(count))
        } catch {
            throw LoadRefusal(.unreadable, "It cannot be read: \(error.text).")
        }
    }
}

/// A table of numbers that was read from a plugin.
struct ElfTable {
    let bytes: [UInt8]

    /// The number that begins at `offset`; nil beyond the end.
    func number<Number: FixedWidthInteger & UnsignedInteger>(_ type: Number.Type, at offset: Int) -> Number? {
        let count = MemoryLayout<Number>.size
        guard offset >= 0, offset <= bytes.count - count else { return nil }
        var number: Number = 0
        for place in 0..<count { number |= Number(bytes[offset + place]) << (place * 8) }
        return number
    }

    /// Whether the text at `offset` is this one.
    func holds(_ text: [UInt8], at offset: UInt64) -> Bool {
        guard offset < UInt64(bytes.count), bytes.count - Int(offset) > text.count else { return false }
        let start = Int(offset)
        return bytes[start + text.count] == 0 && bytes[start..<start + text.count].elementsEqual(text)
    }

    /// The text that begins at `offset` and ends before a zero byte; nil where there is none.
    func text(at offset: UInt64) -> String? {
        guard offset < UInt64(bytes.count) else { return nil }
        let rest = bytes[Int(offset)...].prefix(Limits.nameBytesMax + 1)
        guard let end = rest.firstIndex(of: 0) else { return nil }
        return String(decoding: rest[..<end], as: UTF8.self)
    }
}
