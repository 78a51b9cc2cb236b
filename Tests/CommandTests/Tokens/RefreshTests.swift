import Foundation
import Testing

@Suite("OAuth tokens are refreshed", .timeLimit(.minutes(12)))
struct RefreshTests {
    @Test("an OAuth token is set with all its parts, checked, and used for a delivery", arguments: Bench.systems)
    func firstUse(system: String) async throws {
        let grants = try await GrantBench()
        try await grants.add(system)
        let set = try await grants.set(system)
        #expect(set.result["kind"].text == "oauth" && set.result["canRefresh"] == true, set.told)
        try await grants.desk.must("integration", "check", system)
        try await grants.bench.take(Bench.tasks(2), for: system)
        try await grants.desk.must("sync", "--integration", system)
        #expect(try await grants.emulator.count(system) == 2)
        #expect(try await grants.seen(system)["refreshes"].int == 0, "a fresh token needs no refresh")
    }

    @Test(
        "an access token near its end is refreshed before the calls, and the new refresh token is the one used next",
        arguments: Bench.systems)
    func nearItsEnd(system: String) async throws {
        let grants = try await GrantBench()
        try await grants.add(system)
        try await grants.set(system, GrantBench.grant(system, expiresIn: 0), checks: false)
        try await grants.bench.take(Bench.tasks(1), for: system)
        try await grants.desk.must("sync", "--integration", system)
        #expect(try await grants.seen(system)["refreshes"].int == 1)
        for _ in 0..<2 { try await grants.desk.must("token", "refresh", system) }
        let seen = try await grants.seen(system)
        #expect(seen["refreshes"].int == 3 && seen["replays"].int == 0 && seen["reuses"].int == 0, "\(seen.line)")
    }

    @Test(
        "an access token that the vendor turns away in a sync is refreshed once, and the tasks arrive",
        arguments: Bench.systems)
    func turnedAway(system: String) async throws {
        let grants = try await GrantBench()
        try await grants.add(system)
        try await grants.set(system, GrantBench.grant(system, access: "long-gone-\(system)"), checks: false)
        try await grants.bench.take(Bench.tasks(3), for: system)
        let run = try await grants.desk.must("sync", "--integration", system)
        #expect(run.summary["delivered"].int == 3, run.told)
        #expect(try await grants.emulator.count(system) == 3)
        #expect(try await grants.seen(system)["refreshes"].int == 1)
    }

    @Test("a lost answer is asked for again, and a fault of the vendor is waited out", arguments: ["jira", "linear"])
    func badWeather(system: String) async throws {
        let grants = try await GrantBench()
        try await grants.add(system)
        try await grants.set(system)
        try await grants.emulator.fault(["kind": "drop-after", "system": .string(system), "operation": "token"])
        try await grants.desk.must("token", "refresh", system)
        #expect(try await grants.seen(system)["replays"].int == 1)
        try await grants.emulator.fault(
            ["kind": "status", "system": .string(system), "operation": "token", "status": 503, "body": "html"])
        try await grants.desk.must("token", "refresh", system)
        #expect(try await grants.seen(system)["reuses"].int == 0)
    }

    @Test("a withdrawn grant is kept, shown, and never deleted; a new one heals it")
    func withdrawn() async throws {
        let grants = try await GrantBench()
        try await grants.add("linear")
        try await grants.set("linear")
        try await grants.change("linear", ["revokeAll": true])
        let run = try await grants.desk.run("token", "refresh", "linear")
        #expect(run.code == "token_needs_reauth" && run.status == 2, run.told)
        let shown = try await grants.token("linear")
        #expect(shown["tokenSet"] == true && shown["needsReauthSince"].text != nil, "\(shown.line)")
        #expect(try await grants.desk.run("token", "status").status == 1)
        try await grants.emulator.ask("POST", "/oauth", ["system": "linear", "refresh": "new-refresh"])
        try await grants.set("linear", GrantBench.grant("linear", refresh: "new-refresh"))
        try await grants.desk.must("token", "refresh", "linear")
        #expect(try await grants.token("linear")["needsReauthSince"].text == nil)
    }

    @Test("a wrong client is no reason to give the grant up")
    func wrongClient() async throws {
        let grants = try await GrantBench()
        try await grants.add("linear")
        try await grants.set("linear", GrantBench.grant("linear").replacing("demo-client-secret", with: "wrong-secret"))
        let run = try await grants.desk.run("token", "refresh", "linear")
        #expect(run.code == "vendor_error" && run.message.contains("client id"), run.told)
        #expect(try await grants.token("linear")["needsReauthSince"].text == nil)
    }

    @Test(
        "an authorisation server that repeats what it was sent is not quoted; a word of the protocol is",
        arguments: [
            ("refresh-canary-0123456789abcdef", false), ("demo-client-secret", false), ("access_denied", true),
        ])
    func echo(word: String, isShown: Bool) async throws {
        let grants = try await GrantBench()
        try await grants.add("linear")
        let grant = GrantBench.grant("linear", refresh: "refresh-canary-0123456789abcdef", expiresIn: 0)
        try await grants.set("linear", grant, checks: false)
        try await grants.bench.take(Bench.tasks(1), for: "linear")
        let answer: JSON = ["error": .string(word), "error_description": .string(word)]
        try await grants.emulator.fault([
            "system": "linear", "operation": "token", "kind": "status", "status": 400, "body": "json",
            "text": .string(answer.line), "times": 0,
        ])
        let run = try await grants.desk.run("token", "refresh", "linear")
        #expect(run.code == "vendor_error" && run.message.contains("answered 400"), run.told)
        let sync = try await grants.desk.run("sync", "--log-level", "trace")
        for told in [run.told.rawValue, sync.told.rawValue] { #expect(told.contains(word) == isShown, "\(told)") }
    }

    @Test("a token set for one authorisation server is not sent to another")
    func otherServer() async throws {
        let grants = try await GrantBench()
        try await grants.add("linear")
        try await grants.set("linear")
        let address = grants.emulator.asana
        try await grants.desk.must("integration", "set", "linear", "--auth-url", address)
        let run = try await grants.desk.run("token", "refresh", "linear")
        #expect(run.code == "token_origin_changed", run.told)
        #expect(try await grants.emulator.counters("asana")["requests"].int == 0)
    }

    @Test(
        "what is no OAuth token is refused with the reason",
        arguments: [
            "plain-token", "{}", #"{"access_token":"a b"}"#, #"{"access_token":"a","access_token":"b"}"#,
            #"{"access\u005ftoken":"a"}"#,
            #"{"access_token":"a","expires_at":"soon"}"#, #"{"access_token":["a"]}"#, "",
        ])
    func noGrant(text: String) async throws {
        let grants = try await GrantBench()
        try await grants.add("linear")
        let run = try await grants.desk.run(["token", "set", "linear", "--kind", "oauth", "--no-check"], input: text)
        #expect(run.code == "token_invalid" && run.status == 2, run.told)
    }
}
