import Foundation
import Testing

@Suite("Tokens are rotated with an overlap", .timeLimit(.minutes(12)))
struct RotationTests {
    private func allow(_ bench: Bench, _ token: String, _ state: String = "valid", user: String = "demo@example.com")
        async throws
    {
        try await bench.emulator.ask(
            "POST", "/tokens",
            ["system": "asana", "token": .string(token), "state": .string(state), "user": .string(user)])
    }

    @Test("the value before is kept, seen in the status, and put back by --undo")
    func undo() async throws {
        let bench = try await Bench(["asana"])
        let before = try await bench.desk.must("token", "status").result["tokens"].items[0]["fingerprint"].text
        try await allow(bench, "second-token")
        let rotated = try await bench.desk.must("token", "rotate", "asana", input: "second-token")
        #expect(rotated.result["fingerprint"].text != before)
        let shown = try await bench.desk.must("token", "status").result["tokens"].items[0]
        #expect(
            shown["previousUntil"].text != nil && shown["fingerprint"] == rotated.result["fingerprint"], "\(shown.line)"
        )
        let undone = try await bench.desk.must("token", "rotate", "asana", "--undo")
        #expect(undone.result["fingerprint"].text == before, undone.told)
        #expect(try await bench.desk.run("token", "rotate", "asana", "--undo").code == "token_missing")
        try await bench.desk.must("integration", "check", "asana")
    }

    @Test("a new value that is refused in a sync falls back to the one before, once, and says so")
    func fallsBack() async throws {
        let bench = try await Bench(["asana"])
        try await allow(bench, "second-token")
        try await bench.desk.must("token", "rotate", "asana", input: "second-token")
        try await allow(bench, "second-token", "revoked")
        try await bench.take(Bench.tasks(3), for: "asana")
        let run = try await bench.desk.must("sync")
        #expect(run.summary["delivered"].int == 3, run.told)
        #expect(
            run.result["integrations"].items[0]["notes"].items.contains {
                $0.text?.contains("before the rotation") == true
            }, run.told)
        try await allow(bench, "asana-demo-token", "revoked")
        try await bench.take(Bench.tasks(1, meeting: "n"), for: "asana")
        let refused = try await bench.desk.run("sync")
        #expect(
            refused.status == 1 && refused.result["integrations"].items[0]["error"]["code"] == "token_rejected",
            refused.told)
    }

    @Test("a token of another account is refused, unless that is meant", arguments: ["set", "rotate"])
    func otherAccount(word: String) async throws {
        let bench = try await Bench(["asana"])
        try await bench.desk.must("token", "set", "asana", input: "asana-demo-token")
        try await allow(bench, "alices-token", user: "alice@example.com")
        let refused = try await bench.desk.run(["token", word, "asana"], input: "alices-token")
        #expect(refused.code == "token_account_changed" && refused.status == 2, refused.told)
        let meant = try await bench.desk.run(["token", word, "asana", "--another-account"], input: "alices-token")
        #expect(meant.status == 0, meant.told)
    }

    @Test("an end that is near is told by status, metrics and a sync")
    func nearEnd() async throws {
        let grants = try await GrantBench()
        try await grants.add("asana")
        let object: JSON = ["access_token": "asana-demo-oauth", "expires_in": 3_600]
        try await grants.set("asana", object.line)
        let status = try await grants.desk.must("status")
        #expect(status.result["integrations"].items[0]["tokenEndsAt"].text != nil, status.told)
        let metrics = try await grants.desk.run(["metrics", "--home", grants.desk.home], raw: true)
        #expect(
            metrics.out.contains("patchbay_token_seconds_left{integration=\"asana\",type=\"asana\"} 35"), metrics.told)
        try await grants.bench.take(Bench.tasks(1), for: "asana")
        let sync = try await grants.desk.must("sync")
        #expect(
            sync.result["integrations"].items.first?["notes"].items.first?.text?.contains("ends at") == true, sync.told)
        #expect(try await grants.desk.run("token", "status", "--within", "30d").status == 1)
        #expect(try await grants.desk.run("token", "status", "--within", "5m").status == 0)
    }
}
