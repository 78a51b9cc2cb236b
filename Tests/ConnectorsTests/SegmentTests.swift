import Foundation
import PatchbayConnectors
import Testing

/// Files whose tables say one thing to who reads them and another to the loader, which goes by what is in memory.
@Suite("A plugin's segments")
struct SegmentTests {
    /// A sound plugin, and where its tables lie.
    private struct Plugin {
        var bytes: [UInt8]
        /// Where the heads of its loaded segments and of its dynamic section lie.
        var loaded: [Int] = []
        var dynamic = 0

        init(_ file: URL) throws {
            bytes = try Array(Data(contentsOf: file))
            let table = Int(number(at: 32))
            for index in 0..<Int(number(at: 56) & 0xFFFF) {
                let place = table + index * 56
                switch number(at: place) & 0xFFFF_FFFF {
                case 1: loaded.append(place)
                case 2: dynamic = place
                default: break
                }
            }
            try #require(loaded.count >= 2 && dynamic > 0)
        }

        func number(at place: Int) -> UInt64 {
            (0..<8).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64($1 * 8) }
        }

        mutating func set(_ number: UInt64, at place: Int) {
            for index in 0..<8 { bytes[place + index] = UInt8(truncatingIfNeeded: number >> UInt64(index * 8)) }
        }

        /// The place of the first entry of the dynamic section with a tag.
        func entry(_ tag: UInt64) throws -> Int {
            var place = Int(number(at: dynamic + 8))
            let end = place + Int(number(at: dynamic + 32))
            while place < end, number(at: place) != tag { place += 16 }
            try #require(place < end)
            return place
        }
    }

    private static let address = 16, fileBytes = 32, memoryBytes = 40

    private static let changes: [(String, @Sendable (inout Plugin) throws -> Void, String)] = [
        ("one over the other", { $0.set(0, at: $0.loaded[1] + address) }, "over one another"),
        (
            "not in their order",
            { plugin in
                let first = plugin.number(at: plugin.loaded[0] + address)
                plugin.set(first + 0x100000, at: plugin.loaded[0] + address)
            }, "over one another"
        ),
        ("larger in the file", { $0.set(16, at: $0.loaded[0] + memoryBytes) }, "over one another"),
        (
            "beyond the end of memory", { $0.set(UInt64.max - 64, at: ($0.loaded.last ?? 0) + address) },
            "over one another"
        ),
        (
            "another dynamic section in memory",
            { $0.set($0.number(at: $0.dynamic + address) + 16, at: $0.dynamic + address) }, "is not the one in the file"
        ),
        (
            "a dynamic section that goes on behind its end",
            { plugin in
                let bytes = UInt64(try plugin.entry(0)) - plugin.number(at: plugin.dynamic + 8)
                plugin.set(bytes, at: plugin.dynamic + fileBytes)
                plugin.set(bytes, at: plugin.dynamic + memoryBytes)
            }, "has no end"
        ),
        (
            "a second table of names, by which the loader goes",
            { plugin in
                let (names, end) = (try plugin.entry(5), try plugin.entry(0))
                plugin.set(5, at: end)
                plugin.set(plugin.number(at: names + 8) + 1, at: end + 8)
            }, "It needs "
        ),
    ]

    @Test("are refused where they mislead, and used where nothing was changed") func misleading() async throws {
        let shop = try Workshop()
        let file = try await shop.echo("a-sound.so")
        for (number, change) in Self.changes.enumerated() {
            var plugin = try Plugin(file)
            try change.1(&plugin)
            try Data(plugin.bytes).write(to: shop.plugins.appendingPathComponent("b-\(number).so"))
        }
        let catalog = shop.catalog()
        let reports = try await catalog.list()
        await catalog.shutdown()
        #expect(reports.count == Self.changes.count + 1 && reports[0].refusal == nil, "\(reports[0].sentence)")
        for (report, change) in zip(reports.dropFirst(), Self.changes) {
            #expect(report.sentence.contains(change.2), "\(change.0): \(report.refusal ?? "used"), \(report.sentence)")
        }
    }
}
