import Foundation
import TestSupport
import Testing

/// Connectors with one care taken out of their look-ups, held to the rules. Those in Swift take long to build:
/// PATCHBAY_MUTANTS=long has them, too.
@Suite("A connector that believes too much", .serialized, .timeLimit(.minutes(60)))
struct MutantTests {
    @Test("in C is found by the rule of look-ups, and the sound one is not")
    func c() async throws {
        try await expectFound(.c, recordings: Built.root + "/SDK/Templates/c/recordings", Workbench())
    }

    @Test("in Swift is found by the rule of look-ups, and the sound one is not", .enabled(if: Mutants.isLong))
    func swift() async throws {
        try await expectFound(.swift, recordings: Built.root + "/SDK/Templates/swift/recordings", Workbench())
    }

    @Test(
        "that ships is found by the rule of look-ups, and the sound one is not", .enabled(if: Mutants.isLong),
        arguments: Bench.systems)
    func shipped(_ system: String) async throws {
        let subject = try #require(Mutants.Subject(rawValue: system))
        guard !subject.patches.isEmpty else { return }
        let bench = try await Bench([system])
        let folder = bench.desk.scratch("recordings")
        try await bench.recordCalls(system, into: folder)
        try await expectFound(subject, recordings: folder, bench.desk)
    }

    @Test("is made by a patch that applies to the sources as they are", arguments: Mutants.Subject.allCases)
    func applies(_ subject: Mutants.Subject) async throws {
        let mutants = try Mutants(subject)
        #expect(subject.patches.count >= 3)
        for patch in subject.patches { try await mutants.check(patch) }
    }

    private func expectFound(_ subject: Mutants.Subject, recordings: String, _ desk: Workbench) async throws {
        let mutants = try Mutants(subject)
        let sound = try await Mutants.lookUps(try await mutants.built(), recordings: recordings, desk)
        #expect(sound.finding["verdict"] == "ok", "\(sound.finding.line)")
        #expect(subject.patches.count >= 3)
        for patch in subject.patches {
            let library = try await mutants.built(patch)
            let spoiled = try await Mutants.lookUps(library, recordings: recordings, desk)
            #expect(spoiled.finding["verdict"] == "failed", "\(patch): \(spoiled.finding.line)\n\(spoiled.run.err)")
        }
    }
}
