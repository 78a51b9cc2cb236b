import Foundation
import TestSupport
import Testing

@Suite("A token that is turned away", .timeLimit(.minutes(12)))
struct RejectedTokenTests {
    @Test("is told of by failures, status and metrics after every sync, until it is set anew") func isSeen()
        async throws
    {
        let bench = try await Bench(["jira"])
        try await bench.emulator.ask(
            "POST", "/tokens",
            ["system": "jira", "token": "jira-demo-token", "state": "revoked", "user": "demo@example.com"])
        try await bench.take(Bench.tasks(120), for: "jira")
        let words = ["status", "--home", bench.desk.home, "--plugins", bench.desk.plugins]
        for _ in 0..<4 {
            let sync = try await bench.desk.run("sync")
            #expect(sync.status == 1, sync.told)
            let failures = try await bench.desk.must("failures")
            #expect(failures.out.contains("token_rejected"), failures.told)
            let status = try await bench.desk.must("status")
            #expect((status.result["integrations"].items[0]["states"]["waiting"].int ?? 0) > 0, status.told)
            #expect((status.result["integrations"].items[0]["failures"]["token_rejected"].int ?? 0) > 0, status.told)
            let text = try await bench.desk.run(words, raw: true)
            #expect(text.out.contains("token refused"), text.told)
            #expect(
                text.err.contains("deliveries wait for it; set a new token with `patchbay token set jira`"), text.told)
            let explained = try await bench.desk.must("explain", "m-1")
            #expect(
                explained.out.contains("set a new token with `patchbay token set jira`; the next sync"), explained.told)
            let metrics = try await bench.desk.must("metrics")
            #expect(metrics.result["text"].text?.contains("code=\"token_rejected\"") == true, metrics.told)
        }
        try await bench.emulator.ask(
            "POST", "/tokens",
            ["system": "jira", "token": "jira-demo-token", "state": "valid", "user": "demo@example.com"])
        try await bench.desk.must("token", "set", "jira", input: "jira-demo-token")
        let mended = try await bench.desk.run(words, raw: true)
        #expect(!mended.out.contains("token refused") && !mended.err.contains("set a new token"), mended.told)
        let sync = try await bench.desk.must("sync")
        #expect(sync.summary["delivered"].int == 120, sync.told)
        #expect(try await !bench.desk.must("failures").out.contains("token_rejected"))
    }
}
