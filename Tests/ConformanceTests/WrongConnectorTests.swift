import Foundation
import PatchbayConformance
import PatchbayConnectors
import PatchbayModel
import PatchbayRecording
import TestSupport
import Testing

/// The template's connector with one thing wrong, held to every rule. One after the other: each keeps a core busy for a
/// second.
@Suite("A connector with one thing wrong", .serialized, .timeLimit(.minutes(12)))
struct WrongConnectorTests {
    /// What is wrong with a connector, and the rule by which it is found.
    static let wrongs = [
        ("TAKES_SMALL", "R2.2"), ("REFUSES_LARGER", "R2.1"), ("OWN_SIZE", "R2.3"), ("OWN_STRIDE", "R2.3"),
        ("FLAG", "R3.2"),
        ("NOT_JSON", "R4.1"), ("NOT_UTF8", "R4.2"), ("NULL_STEP", "R5.1"), ("LEAK", "R5.3"), ("SHARED", "R6.1"),
        ("CRASH", "R7.1"),
        ("INTERNAL", "R7.2"), ("COUNTS", "R8.1"), ("ADDRESS", "R8.2"), ("ORIGIN", "R9.1"), ("HEADER", "R9.2"),
        ("METHOD", "R9.3"),
        ("BODY_TO_GET", "R9.3"), ("TWICE_ONCE", "R10.1"), ("TAKES_ANY", "R11.1"), ("TAKES_ANY", "R11.2"),
        ("EFFECT", "R11.3"),
        ("HANG", "R12.1"), ("HUGE", "R12.2"), ("ENDLESS", "R12.2"), ("SIGNS_IN", "A1"), ("TAKES_404", "A2"),
        ("TAKES_409", "A3"),
        ("NO_WAIT", "A4"), ("SURE_OF_500", "A5"), ("BELIEVES", "A6"), ("CRASH", "A7"), ("CONNECTS", "F3"),
        ("MAGIC", "R1.1"),
        ("CHANGES", "R3.1"), ("READS", "R10.2"), ("SURE", "R13.1"),
    ]

    @Test("is found by the rule that it breaks", arguments: wrongs)
    func wrong(_ name: String, _ rule: String) async throws {
        try await expect(rule, in: findings("-DWRONG=\(name)", step: name == "HANG" ? .seconds(1) : .seconds(20)))
    }

    @Test(
        "is found by each header and path that is not a connector's to set",
        arguments: [
            ("Cookie", "/", "R9.2"), ("host", "/", "R9.2"), ("Proxy-Authorization", "/", "R9.2"),
            ("X-A\\r\\nB", "/", "R9.2"),
            ("X-Plain", "/a/../b", "R9.1"), ("X-Plain", "/a?b=c", "R9.1"),
        ])
    func forbidden(_ header: String, _ path: String, _ rule: String) async throws {
        let wrong = rule == "R9.2" ? "HEADER" : "ORIGIN"
        try await expect(
            rule, in: findings("-DWRONG=\(wrong)", "-DFORBIDDEN=\"\(header)\"", "-DFORBIDDEN_PATH=\"\(path)\""))
    }

    @Test(
        "is found in the file before it runs",
        arguments: [
            ("-DEXPORTS_MORE", "F1"), ("-Wl,--no-as-needed,-lsodium", "F2"), ("-Wl,-rpath,/opt", "F2"),
            ("-DCONNECTS_AT_LOAD", "F3"),
        ])
    func file(_ flag: String, _ rule: String) async throws {
        try await expect(rule, in: findings("-DWRONG=NOTHING", flag))
    }

    @Test("is not found where nothing is wrong")
    func nothing() async throws {
        let findings = try await findings("-DWRONG=NOTHING")
        #expect(findings.allSatisfy { $0.verdict == .ok }, "\(findings.filter { $0.verdict != .ok })")
        #expect(findings.count == ConformanceRule.allCases.count)
    }

    private func expect(_ rule: String, in findings: [ConformanceFinding]) {
        let found = findings.first { $0.rule.rawValue == rule }
        #expect(found?.verdict == .failed && found?.detail.isEmpty == false, "\(findings.filter { $0.verdict != .ok })")
    }

    private func findings(_ flags: String..., step: Duration = .seconds(20)) async throws -> [ConformanceFinding] {
        let scratch = try ScratchFolder()
        let path = scratch("wrong.so")
        let words =
            ["cc", "-shared", "-fPIC", "-fvisibility=hidden", "-w", "-I", Built.root + "/SDK/CPatchbay/include"]
            + [
                "-I", Built.root + "/SDK/Templates/c", "-o", path,
                Built.root + "/Tests/ConformanceTests/Fixtures/wrong.c",
            ] + flags
        let child = try ChildProcess(
            "/usr/bin/env", words, environment: Built.environment(home: scratch.path), descriptors: [:])
        try #require(await child.end(within: .seconds(60)).status == 0, "\(words) failed")
        let folder = Built.root + "/SDK/Templates/c/recordings"
        let recordings = try RecordingFolder.files(in: folder).map { ($0, try RecordingFolder.read($0, in: folder)) }
        return try await ConformanceKit(
            path: path, worker: Built.folder + "/patchbay-worker", recordings: recordings, seed: 1, rounds: 40,
            deadlines: WorkerDeadlines(step: step, load: .seconds(20))
        ).run()
    }
}
