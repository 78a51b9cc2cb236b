import Foundation
import TestSupport
import Testing

/// The kit's rule that a look-up believes no answer that says nothing, built on look-ups that were recorded with the
/// built command. With PATCHBAY_MUTANTS=long also on connectors with one care less.
@Suite("The Redmine connector's look-ups, held to their rule", .serialized, .timeLimit(.minutes(12)))
struct LookUpRuleTests {
    @Test("keep it, whatever is made of honest answers; with one care less they do not, in the long run")
    func lookUps() async throws {
        let desk = try Workbench()
        let folder = desk.scratch("recordings")
        try await desk.must("init")
        for compares in [true, false] { try await record(desk, into: folder, compares: compares) }
        let shipped = try await Mutants.lookUps(Built.plugins + "/redmine.so", recordings: folder, desk)
        let numbers = (shipped.finding["detail"].text ?? "").split(separator: " ").compactMap { Int($0) }
        #expect(
            shipped.finding["verdict"] == "ok" && numbers.count == 3 && numbers[0] >= 60 * numbers[1],
            "\(shipped.finding.line)")

        guard Mutants.isLong else { return }
        let mutants = try Mutants(.redmine)
        for patch in Mutants.Subject.redmine.patches {
            let library = try await mutants.built(patch)
            let spoiled = try await Mutants.lookUps(library, recordings: folder, desk)
            #expect(spoiled.finding["verdict"] == "failed", "\(patch): \(spoiled.finding.line)\n\(spoiled.run.err)")
        }
    }

    /// A look-up of an issue that was made and of one that was not, in a project with an issue of somebody else's.
    private func record(_ desk: Workbench, into folder: String, compares: Bool) async throws {
        let server = try IssueServer(compares: compares)
        defer { server.stop() }
        let name = compares ? "new" : "old"
        try await desk.must(
            "integration", "add", name, "--type", "redmine", "--set", "host=\(server.url)", "--set", "projectId=demo",
            "--set",
            "trackerId=2")
        try await desk.must("token", "set", name, input: "0123456789abcdef0123456789abcdef01234567")
        try await desk.must("integration", "check", name)
        server.add("Somebody else's")
        for (number, loss) in [IssueServer.Loss.none, .after, .before].enumerated() {
            let line = #"{"id":"\#(name)-\#(number)","title":"Task \#(number)"}"#
            try await desk.must("task", "import", "-", "--integration", name, input: line)
            server.lose(loss)
            try await Wait.until("a look-up of task \(number)") {
                _ = try await desk.run("sync", "--integration", name, "--record", folder)
                let files = try FileManager.default.contentsOfDirectory(atPath: folder)
                return files.count { $0.hasSuffix("-\(name)-find.har") } >= number ? true : nil
            }
        }
    }
}
