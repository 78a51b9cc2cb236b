import Foundation
import Testing

/// What a file in a plugins directory can cost the host that looks at it.
@Suite("The cost of a stranger's file", .serialized, .timeLimit(.minutes(12)))
struct PluginCostTests {
    private let scratch: ScratchFolder
    private let folder: String
    private let memory: PeakMemory
    private let desk: Workbench

    init() async throws {
        scratch = try ScratchFolder()
        folder = try scratch.folder("plugins")
        memory = PeakMemory(in: scratch)
        desk = try Workbench(plugins: folder, through: memory.through)
        try await desk.must("init")
    }

    private func list() async throws -> Run { try await desk.must("connector", "list") }

    private func put(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }

    @Test(
        "is no more memory than it has bytes, whatever its tables refer to, and little more time for twice as many",
        arguments: CraftedELF.Table.allCases)
    func tables(_ table: CraftedELF.Table) async throws {
        try put("text.so", Array("no library\n".utf8))
        let plain = (try await list().end.processorTime, memory.kibibytes)
        var times: [Duration] = []
        for (name, kibibytes) in [("text", 100), ("text", 2_048), ("text", 4_096)] {
            try put("\(name).so", CraftedELF.bytes(table, count: kibibytes * 1_024))
            let run = try await list()
            let refusal = run.result["connectors"][0]["refusal"]
            #expect(refusal["reason"].text != nil && refusal["reason"] != "truncated", run.told)
            #expect((refusal["message"].text ?? "").utf8.count < 1_024, run.told)
            #expect(
                memory.kibibytes < plain.1 + 12 * 1_024 + 3 * kibibytes,
                "\(kibibytes) KiB: \(memory.kibibytes), and \(plain)")
            times.append(run.end.processorTime - plain.0)
        }
        #expect(times[2] < times[1] * 2.5 + .milliseconds(100), "\(times)")
        #expect(times[0] < .seconds(1), "\(times)")
    }

    @Test("is paid once where it is refused: untouched, it is not read again, and touched it is")
    func refusedOnce() async throws {
        // Large and empty: what reading them costs is hashing.
        for number in 0..<6 {
            let path = "\(folder)/large-\(number).so"
            try put("large-\(number).so", CraftedELF.bytes(.exports, count: 16_384 + number))
            #expect(unsafe truncate(path, 60 << 20) == 0)
        }
        let first = try await list()
        let reasons = first.result["connectors"].items.map { $0["refusal"] }
        #expect(reasons.count == 6 && reasons.allSatisfy { $0["reason"] == "symbol_missing" }, first.told)
        let again = try await list()
        #expect(again.result["connectors"].items.map { $0["refusal"] } == reasons, again.told)
        #expect(
            again.result["connectors"].items.map { $0["digest"] }
                == first.result["connectors"].items.map { $0["digest"] })
        #expect(again.end.processorTime * 3 < first.end.processorTime, "\(first.end), and then \(again.end)")
        try put("large-0.so", Array("#!/bin/sh\n".utf8))
        #expect(try await list().result["connectors"][0]["refusal"]["reason"] == "not_elf")
        // Another policy is asked before what is remembered.
        try await desk.must("connector", "trust", "--policy", "pin")
        let pinned = try await list()
        #expect(pinned.result["connectors"].items.allSatisfy { $0["refusal"]["reason"] == "not_approved" }, pinned.told)
        #expect(pinned.end.processorTime * 3 < first.end.processorTime, "\(first.end), and then \(pinned.end)")
    }

    @Test(
        "is not that of a whole directory: of 501 files 500 are looked at, the limit is named, and hidden ones are none"
    )
    func many() async throws {
        for number in 0..<500 { try put("plugin-\(String(format: "%03d", number)).so", Array("\(number)\n".utf8)) }
        try put(".hidden.so", Array("hidden\n".utf8))
        #expect(try await list().result["connectors"].items.count == 500)
        try Built.copy("Linear", into: folder)
        let run = try await list()
        let files = run.result["connectors"].items
        let linear = files.first { $0["file"] == "linear.so" }
        #expect(linear?["state"] == "usable", run.told)
        #expect(!files.contains { $0["file"] == "plugin-499.so" || $0["file"] == ".hidden.so" }, run.told)
        let rest = files.first { $0["refusal"]["reason"] == "too_many" }
        #expect(rest?["refusal"]["message"].text?.contains("500") == true && rest?["path"].text == folder, run.told)
        let doctor = try await desk.run("doctor")
        #expect(
            doctor.result["checks"].items.contains { $0["message"].text?.contains("too_many") == true }, doctor.told)
    }
}
