import Foundation
import Testing

/// A copy's refresh tokens may be spent by the time it is restored.
@Suite("Tokens of a restored store", .timeLimit(.minutes(12)))
struct RestoredTokenTests {
    @Test(
        """
        a refresh token that was spent after the backup: it is said, the tasks wait, and a new grant brings each of \
        them once
        """
    )
    func spent() async throws {
        let grants = try await GrantBench()
        try await grants.add("linear")
        // At the end of its life, so that it is refreshed before it is used.
        try await grants.set("linear", GrantBench.grant("linear", expiresIn: 0), checks: false)
        try await grants.change("linear", ["reuseWindowSeconds": 0])
        try await grants.desk.must("integration", "set", "linear", "--patience", "1")
        // So that the copy knows whose token it is.
        try await grants.desk.must("integration", "check", "linear")
        let tasks = Bench.tasks(6)
        try await grants.bench.take(tasks, for: "linear")
        let file = grants.desk.scratch("copy")
        try await grants.desk.must("backup", file)
        for _ in 0..<2 { try await grants.desk.must("token", "refresh", "linear") }
        try await grants.desk.must("sync", "--limit", "4")

        let words = ["restore", file, "--home", grants.desk.home, "--plugins", grants.desk.plugins]
        let restore = try await grants.desk.run(words, raw: true)
        #expect(restore.status == 0 && restore.err.contains("token_needs_reauth"), restore.told)
        #expect(
            restore.err.contains("6 deliveries may have been sent after") && restore.err.contains("externalId"),
            restore.told)
        let refresh = try await grants.desk.run("token", "refresh", "linear")
        #expect(refresh.status == 2 && refresh.code == "token_needs_reauth", refresh.told)
        _ = try await grants.desk.run("sync")
        #expect(
            try await grants.bench.states("linear") == ["unknown": 6], "nothing is sent or settled without a look-up")
        #expect(try await grants.emulator.count("linear") == 4)

        try await grants.emulator.ask("POST", "/oauth", ["system": "linear", "refresh": "new-refresh"])
        try await grants.set("linear", GrantBench.grant("linear", refresh: "new-refresh", expiresIn: 0), checks: false)
        try await grants.bench.syncToTheEnd("linear")
        try await grants.bench.expectOnce(tasks, in: "linear")
    }
}
