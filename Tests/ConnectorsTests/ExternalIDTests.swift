import PatchbayModel
import Testing

@testable import PatchbayConnectors

/// What a connector says of a task's place is believed only where it can be one.
@Suite("External ids that a connector reports")
struct ExternalIDTests {
    /// The outcomes of a completed create or look-up, one a task, as a worker sends them.
    private func outcomes(_ ids: [String?], operation: OperationNumber) throws -> [TaskOutcome] {
        var frame = FrameWriter(.step, id: 1)
        frame.put(UInt32(1))
        frame.put(UInt32(0))
        frame.put(Int64(-1))
        frame.put(Int64(0))
        for _ in 0..<4 { frame.put(nil as String?) }
        frame.put(UInt32(ids.count))
        for (index, id) in ids.enumerated() {
            frame.put(UInt32(operation == .create ? 1 : 4))
            frame.put(UInt32(index))
            frame.put(UInt32(0))
            frame.put(id)
            for _ in 0..<6 { frame.put(nil as String?) }
            // Warnings, used_window, marker_missing, candidates, remote.
            for _ in 0..<5 { frame.put(UInt32(0)) }
        }
        // Discovered ids, account.
        for _ in 0..<2 { frame.put(UInt32(0)) }
        let bytes = try #require(frame.finish(bytesMax: Limits.frameBytesMax))
        var reader = FrameReader(Array(bytes.dropFirst(Frame.headerBytes)))
        return try ResultDecoding.result(&reader, operation: operation, tasks: ids.count).outcomes
    }

    @Test(
        "none, a blank one, one with control bytes and one that is too long leave the task unknown",
        arguments: [OperationNumber.create, .find])
    func unusable(_ operation: OperationNumber) throws {
        let long = String(repeating: "x", count: Limits.nameBytesMax + 1)
        let found = try outcomes(
            [nil, "", "  ", "\u{00A0}", "1\n2", "a\u{0}b", "\u{85}", long, "ok-1"], operation: operation)
        #expect(found.dropLast().allSatisfy { $0.kind == .unknown && $0.externalID == nil })
        #expect(found.last?.externalID == "ok-1" && found.last?.kind == (operation == .create ? .created : .found))
    }

    @Test("one id for two tasks is believed of neither", arguments: [OperationNumber.create, .find])
    func twice(_ operation: OperationNumber) throws {
        let found = try outcomes(["7", "8", "7"], operation: operation)
        #expect(found.map { $0.kind == .unknown } == [true, false, true])
        #expect(found[0].message?.contains("another task") == true)
    }

    @Test("what a fetch reports of one task that two of ours point to is left to who asked") func fetched() throws {
        #expect(try outcomes(["7", "7"], operation: .fetch).map(\.externalID) == ["7", "7"])
    }
}
