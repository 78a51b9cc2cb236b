import Foundation
import PatchbayConformance
import PatchbayConnectors
import PatchbayRecording
import TestSupport
import Testing

/// The template's connector, which keeps every rule, with one act of Tests/ConnectorsTests/Fixtures/hostile.c in one of
/// its functions.
@Suite("A connector that attacks, held to the rules", .serialized, .timeLimit(.minutes(12)))
struct HostileConnectorTests {
    /// The functions where it may act; the numbers are hostile.c's.
    enum Place: Int, CaseIterable, Sendable {
        case load, entry, describe, open, close, begin, resume, end
    }

    /// Where the kernel ends it, or where a watchful worker does.
    static let asking = [
        "socket", "local-socket", "trace", "peek", "signal-host", "exec", "fork", "close-socket", "write-file",
        "remove-file",
        "memory-file", "replace-socket", "raise-limits", "be-dumpable", "catch-forbidden",
    ]
    /// The same, but for what the loader does, too, so that only later it is told from it.
    static let lookingLater = [
        "read-key", "read-environment", "read-memory", "read-descriptors", "list-home", "make-code",
    ]
    static let dying = ["exit", "crash", "trap", "overflow"]

    @Test(
        "is found by the rule that nothing is asked of the system, whatever it asks for and wherever", arguments: asking
    )
    func asks(_ act: String) async throws {
        for place in Self.places(for: act, among: Self.asking) { try await expect("F3", act, place) }
    }

    /// At load, in a call, and at one of the others in turn: each place costs a second.
    private static func places(for act: String, among acts: [String]) -> Set<Place> {
        [.load, .begin, Place.allCases[(acts.firstIndex(of: act) ?? 0) % Place.allCases.count]]
    }

    @Test(
        "is found by the same when it looks for files or makes code in a call; as it loads, it finds none",
        arguments: lookingLater)
    func looks(_ act: String) async throws {
        for place in Self.places(for: act, among: Self.lookingLater) where place != .load {
            try await expect("F3", act, place)
        }
    }

    @Test("is found by the rule of crashes where it dies", arguments: dying)
    func dies(_ act: String) async throws {
        for place in Self.places(for: act, among: Self.dying) { try await expect("R7.1", act, place) }
    }

    @Test("is found by the rule of crashes where it takes all the memory it can get") func allocates() async throws {
        try await expect("R7.1", "allocate", .load)
    }

    @Test("is found by the rule of time where it blocks", arguments: [Place.load, .describe, .open, .begin, .resume])
    func blocks(_ place: Place) async throws { try await expect("R12.1", "block", place) }

    @Test(
        "is found where it writes over its worker's answers, or prints",
        arguments: ["answer-another", "huge-frame", "print"])
    func talks(_ act: String) async throws {
        for place in [Place.open, .begin, .resume] {
            let found = try await broken(act, place)
            #expect(!found.isDisjoint(with: act == "print" ? ["F3"] : ["R11.3", "R7.1"]), "\(act), \(place): \(found)")
        }
    }

    @Test("is not found where it does nothing")
    func nothing() async throws { #expect(try await broken("nothing", .begin).isEmpty) }

    private func expect(_ rule: String, _ act: String, _ place: Place) async throws {
        let found = try await broken(act, place)
        #expect(found.contains(rule), "\(act), \(place): \(found)")
    }

    /// The numbers of the rules that it breaks.
    private func broken(_ act: String, _ place: Place) async throws -> Set<String> {
        let scratch = try ScratchFolder()
        var bytes = Data(try await Self.compiled.value)
        for (mark, text) in [
            ("ACT-GOES-HERE", act), ("PLACE-GOES-HERE", "\(place.rawValue)"), ("SECRET-GOES-HERE", "/etc/hostname"),
        ] {
            let found = try #require(bytes.range(of: Data(mark.utf8)))
            bytes.replaceSubrange(
                found.lowerBound..<(found.lowerBound + text.utf8.count + 1), with: Data(text.utf8) + [0])
        }
        try bytes.write(to: URL(fileURLWithPath: scratch("hostile.so")))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch("hostile.so"))
        let findings = try await ConformanceKit(
            path: scratch("hostile.so"), worker: Built.folder + "/patchbay-worker", recordings: Self.recordings(),
            seed: 1, rounds: 5,
            deadlines: WorkerDeadlines(step: .seconds(act == "block" ? 1 : 20), load: .seconds(act == "block" ? 1 : 20))
        ).run()
        return Set(findings.filter { $0.verdict == .failed }.map(\.rule.rawValue))
    }

    private static func recordings() throws -> [(name: String, recording: Recording)] {
        let folder = Built.root + "/SDK/Templates/c/recordings"
        return try RecordingFolder.files(in: folder).map { ($0, try RecordingFolder.read($0, in: folder)) }
    }

    /// Compiled once for all of them.
    private static let compiled = Task {
        let scratch = try ScratchFolder()
        let words =
            ["cc", "-shared", "-fPIC", "-fvisibility=hidden", "-w", "-D_GNU_SOURCE", "-DBASE=\"tasklist.c\""]
            + [
                "-I", Built.root + "/SDK/CPatchbay/include", "-I", Built.root + "/SDK/Templates/c", "-o",
                scratch("base.so"),
            ]
            + [
                "-Wl,--version-script=\(Built.root)/Plugins/exports.map",
                Built.root + "/Tests/ConnectorsTests/Fixtures/hostile.c",
            ]
        let child = try ChildProcess(
            "/usr/bin/env", words, environment: Built.environment(home: scratch.path), descriptors: [:])
        try #require(await child.end(within: .seconds(60)).status == 0, "\(words) failed")
        return try Array(Data(contentsOf: URL(fileURLWithPath: scratch("base.so"))))
    }
}
