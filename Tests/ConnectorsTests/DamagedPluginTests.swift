import Foundation
import PatchbayConnectors
import PatchbayModel
import Testing

/// A thousand files that are not what they should be: none stops the host, and each is named by its reason.
@Suite("A thousand damaged plugins")
struct DamagedPluginTests {
    /// Files of each class.
    private static let each = 75
    /// Where in the file a class does its damage: a range of bytes, as shares of the whole.
    private enum Region { case head, tables, code }

    @Test("are each refused by name, or found sound, and the host goes on", .timeLimit(.minutes(12)))
    func thousand() async throws {
        let shop = try Workshop()
        let sound = try await Array(Data(contentsOf: shop.compile("echo.c", to: "sound.so", macros: [])))
        try FileManager.default.removeItem(at: shop.plugins.appendingPathComponent("sound.so"))
        var random = SeededRandom(state: 4)
        var histogram: [String: Int] = [:]
        var total = 0
        for (name, makes) in try await Self.classes(shop, sound) {
            var files: [(String, [UInt8])] = []
            for number in 0..<Self.each { files.append(("\(name)-\(number).so", try makes(number, &random))) }
            let reports = try await Self.reports(on: files, in: shop)
            total += reports.count
            for report in reports { histogram[report.refusal ?? "usable", default: 0] += 1 }
            if !Self.mayBeSound.contains(name) {
                #expect(
                    reports.allSatisfy { $0.refusal != nil },
                    "\(name): \(reports.first { $0.refusal == nil }?.name ?? "")")
            }
        }
        for (name, count) in try await Self.others(shop) {
            histogram[name, default: 0] += count
            total += count
        }
        print(
            "\(total) damaged plugins: "
                + histogram.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        #expect(total >= 1_000)
        #expect(histogram.keys.filter { $0 != "usable" }.count >= 12)
    }

    /// A flipped bit may strike what nobody reads.
    private static let mayBeSound: Set = ["flip-head", "flip-tables", "flip-code", "same-id"]

    private typealias Maker = (Int, inout SeededRandom) throws -> [UInt8]

    private static func classes(_ shop: Workshop, _ sound: [UInt8]) async throws -> [(String, Maker)] {
        func flipped(_ range: Range<Int>, _ random: inout SeededRandom) -> [UInt8] {
            var bytes = sound
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: range, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            return bytes
        }
        /// The same file, but for what follows its end: another digest.
        func variant(_ bytes: [UInt8]) -> Maker { { number, _ in bytes + Array("variant \(number)".utf8) } }
        func built(_ macros: [String] = [], more: [String] = []) async throws -> [UInt8] {
            let file = try await shop.compile("echo.c", to: "made.so", macros: macros, more: more)
            defer { try? FileManager.default.removeItem(at: file) }
            return try Array(Data(contentsOf: file))
        }
        func patched(at offset: Int, _ bytes: [UInt8]) -> [UInt8] {
            Array(sound[..<offset]) + bytes + Array(sound[(offset + bytes.count)...])
        }
        let code = try #require(try await Self.section(".text", of: sound))
        let tables =
            try #require(try await Self.section(".gnu.hash", of: sound))
            .lowerBound..<(try #require(try await Self.section(".gnu.version_r", of: sound)).upperBound)
        return [
            ("flip-head", { _, random in flipped(0..<512, &random) }),
            ("flip-tables", { _, random in flipped(tables, &random) }),
            ("flip-code", { _, random in flipped(code, &random) }),
            (
                "cut",
                { number, random in
                    Array(sound.prefix(number == 0 ? 1 : Int.random(in: 2..<code.upperBound, using: &random)))
                }
            ),
            ("class", variant(patched(at: 4, [1]))), ("machine", variant(patched(at: 18, [183, 0]))),
            ("no-symbol", variant(try await built(["NO_SYMBOL"]))),
            ("newer-abi", variant(try await built(["MINOR=9"]))),
            ("foreign", variant(try await built(more: ["-Wl,--no-as-needed", "-lz"]))),
            ("newer-libc", variant(try replaced("GLIBC_2.2.5", with: "GLIBC_9.9.9", in: sound))),
            ("run-path", variant(try await built(more: ["-Wl,-rpath,/opt/somewhere"]))),
            ("stack", variant(try await built(more: ["-Wl,-z,execstack"]))), ("same-id", variant(sound)),
            ("text", { number, _ in Array("#!/bin/sh\necho \(number)\n".utf8) }), ("empty", { _, _ in [] }),
        ]
    }

    private static func replaced(_ text: String, with other: String, in bytes: [UInt8]) throws -> [UInt8] {
        var data = Data(bytes)
        let range = try #require(data.range(of: Data(text.utf8)))
        data.replaceSubrange(range, with: Data(other.utf8))
        return Array(data)
    }

    /// Where a section lies, by what readelf says.
    private static func section(_ name: String, of bytes: [UInt8]) async throws -> Range<Int>? {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("sections-\(UUID().uuidString).so")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let line = try await Workshop.output(of: ["readelf", "-SW", file.path]).split(separator: "\n").first {
            $0.contains(" \(name) ")
        }
        let words = line?.split(separator: " ").map(String.init) ?? []
        guard let place = words.firstIndex(of: name), let offset = Int(words[place + 3], radix: 16),
            let size = Int(words[place + 4], radix: 16)
        else { return nil }
        return offset..<(offset + size)
    }

    private static func reports(on files: [(String, [UInt8])], in shop: Workshop) async throws -> [PluginReport] {
        let folder = shop.folder.appendingPathComponent("class-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        for (name, bytes) in files { try Data(bytes).write(to: folder.appendingPathComponent(name)) }
        let catalog = ConnectorCatalog(
            directories: [PluginDirectory(path: folder.path, isRequired: true)], worker: Workshop.worker,
            deadlines: WorkerDeadlines(step: .seconds(3), load: .seconds(3)))
        defer { try? FileManager.default.removeItem(at: folder) }
        let reports = try await catalog.list()
        await catalog.shutdown()
        #expect(reports.count == files.count)
        return reports
    }

    /// Pipes, links and folders, which have no bytes to damage.
    private static func others(_ shop: Workshop) async throws -> [String: Int] {
        for number in 0..<50 {
            let made = unsafe mkfifo(shop.plugins.appendingPathComponent("pipe-\(number).so").path, 0o600)
            try #require(made == 0)
            try FileManager.default.createSymbolicLink(
                atPath: shop.plugins.appendingPathComponent("link-\(number).so").path,
                withDestinationPath: "/etc/passwd")
        }
        let catalog = shop.catalog()
        let reports = try await catalog.list()
        await catalog.shutdown()
        #expect(reports.count == 100 && reports.allSatisfy { $0.refusal != nil })
        return reports.reduce(into: [:]) { $0[$1.refusal ?? "usable", default: 0] += 1 }
    }
}
