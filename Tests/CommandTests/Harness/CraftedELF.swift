import Foundation

/// A file that looks like a shared library as far as its tables go, and whose tables refer to the same few names again
/// and again.
struct CraftedELF {
    /// Which table is made long.
    enum Table: CaseIterable {
        case dependencies, runPaths, exports, versions
    }

    private var file: [UInt8] = []

    /// The addresses of such a file are places in it.
    static func bytes(_ table: Table, count: Int) -> [UInt8] {
        var made = CraftedELF()
        made.fill(table, count: max(count, 8_192))
        return made.file
    }

    private mutating func add<Number: FixedWidthInteger>(_ numbers: Number...) {
        for number in numbers {
            file += (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
        }
    }

    private mutating func pad(to count: Int) { file += [UInt8](repeating: 0, count: max(0, count - file.count)) }

    private static let strings = 512
    private static let nameAt: UInt64 = 1
    private static let pathAt: UInt64 = 512
    private static let stringBytes: UInt64 = 1_024
    private static let tableAt = 2_048

    private mutating func fill(_ table: Table, count: Int) {
        pad(to: Self.strings + 1)
        file += Array(String(repeating: "n", count: 510).utf8)
        pad(to: Self.strings + Int(Self.pathAt))
        file += Array(String(repeating: "/a-place-to-look-in:", count: 25).utf8)
        pad(to: Self.tableAt)
        var entries: [(UInt64, UInt64)] = [(5, UInt64(Self.strings)), (10, Self.stringBytes)]
        let here = UInt64(Self.tableAt)
        switch table {
        case .dependencies: entries += [(UInt64, UInt64)](repeating: (1, Self.nameAt), count: count / 16 - 140)
        case .runPaths: entries += [(UInt64, UInt64)](repeating: (29, Self.pathAt), count: count / 16 - 140)
        case .exports:
            let symbols = (count - 4_096) / 24
            for _ in 0..<symbols {
                add(UInt32(Self.nameAt), UInt32(0x0001_0012))
                add(UInt64(0), UInt64(0))
            }
            entries += [(6, here), (4, UInt64(file.count))]
            add(UInt32(1), UInt32(symbols))
        case .versions:
            // A hundred libraries, each with the same long chain of versions.
            for index in 0..<100 { add(UInt32(0xFFFF_0001), UInt32(1), UInt32((100 - index) * 16), UInt32(16)) }
            let chain = (count - 8_192) / 16
            for index in 0...chain { add(UInt32(0), UInt32(0), UInt32(1), UInt32(index == chain ? 0 : 16)) }
            entries += [(0x6FFF_FFFE, here), (0x6FFF_FFFF, 100)]
            entries += [(6, UInt64(Self.strings)), (4, UInt64(file.count))]
            add(UInt32(1), UInt32(0))
        }
        let dynamic = UInt64(file.count)
        for (tag, value) in entries { add(tag, value) }
        add(UInt64(0), UInt64(0))
        pad(to: count)
        writeHead(dynamic: dynamic, dynamicBytes: UInt64(entries.count + 1) * 16)
    }

    private mutating func writeHead(dynamic: UInt64, dynamicBytes: UInt64) {
        let body = file
        file = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0] + [UInt8](repeating: 0, count: 8)
        #if arch(arm64)
            add(UInt16(3), UInt16(183))
        #else
            add(UInt16(3), UInt16(62))
        #endif
        add(UInt32(1))
        add(UInt64(0), UInt64(64), UInt64(0))
        add(UInt32(0))
        add(UInt16(64), UInt16(56), UInt16(3), UInt16(64), UInt16(0), UInt16(0))
        let all = UInt64(body.count)
        for (kind, flags, place, bytes) in [
            (UInt32(1), UInt32(4), UInt64(0), all), (2, 4, dynamic, dynamicBytes), (0x6474_E551, 6, 0, 0),
        ] {
            add(kind, flags)
            add(place, place, place, bytes, bytes, UInt64(8))
        }
        file += body[file.count...]
    }
}
