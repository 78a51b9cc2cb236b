import Foundation
import Testing

@Suite("OAuth tokens that end in the midst of a sync", .timeLimit(.minutes(12)))
struct ExpiryTests {
    /// Tasks that take a sync over some lives of two or three seconds, and requests that may be under way at once.
    private static let load = [
        "asana": (tasks: 150, requests: 2), "jira": (tasks: 1_500, requests: 10), "linear": (tasks: 1_200, requests: 8),
    ]

    private func expiring(_ system: String, tellsExpiry: Bool) async throws -> GrantBench {
        let grants = try await GrantBench()
        try await grants.add(system)
        try await grants.change(system, ["accessSeconds": 2, "tellsExpiry": .boolean(tellsExpiry)])
        // Its end is over, so the first one that is used lives for two seconds.
        try await grants.set(system, GrantBench.grant(system, expiresIn: 0), checks: false)
        let work = system == "asana" ? 400 : 2_000
        try await grants.emulator.ask(
            "POST", "/latency", ["system": .string(system), "workMilliseconds": .integer(work)])
        try await grants.bench.take(Bench.tasks(Self.load[system]?.tasks ?? 1), for: system)
        return grants
    }

    @Test("with a known end they are refreshed ahead of it, and no request is refused", arguments: Bench.systems)
    func known(system: String) async throws {
        let grants = try await expiring(system, tellsExpiry: true)
        let run = try await grants.desk.run("sync", "--wait")
        let (seen, counters) = try await (grants.seen(system), grants.emulator.counters(system))
        #expect(run.status == 0 && run.summary["delivered"].int == Self.load[system]?.tasks, run.told)
        #expect((seen["refreshes"].int ?? 0) >= 3 && seen["reuses"] == 0 && seen["replays"] == 0, "\(seen.line)")
        #expect(counters["unauthorized"] == 0, "\(counters.line)")
        try await grants.bench.expectOnce(Bench.tasks(Self.load[system]?.tasks ?? 1), in: system)
    }

    @Test(
        "with an unknown one only what is under way runs into it, and each value is replaced in its turn",
        arguments: Bench.systems)
    func unknown(system: String) async throws {
        let grants = try await expiring(system, tellsExpiry: false)
        let load = try #require(Self.load[system])
        let run = try await grants.desk.run("sync", "--wait")
        let (seen, counters) = try await (grants.seen(system), grants.emulator.counters(system))
        #expect(run.status == 0 && run.summary["delivered"].int == load.tasks, run.told)
        let refreshes = seen["refreshes"].int ?? 0
        #expect(refreshes >= 3 && seen["reuses"] == 0, "\(seen.line)")
        let refused = counters["unauthorized"].int ?? 0
        #expect(refused >= 2 && refused <= (refreshes - 1) * load.requests, "\(refreshes) refreshes: \(counters.line)")
        try await grants.bench.expectOnce(Bench.tasks(load.tasks), in: system)
    }

    @Test("one that is fresh and turned away all the same is rejected, after one further try")
    func rejected() async throws {
        let grants = try await GrantBench()
        try await grants.add("linear")
        try await grants.set("linear")
        try await grants.bench.take(Bench.tasks(400), for: "linear")
        try await grants.emulator.fault([
            "system": "linear", "operation": "create", "kind": "status", "status": 401, "body": "vendor", "times": 0,
        ])
        let run = try await grants.desk.run("sync", "--wait")
        #expect(run.status == 1 && (run.summary["waiting"].int ?? 0) >= 50, run.told)
        #expect(run.result["integrations"].items[0]["error"]["code"].text?.hasPrefix("token_") == true, run.told)
        #expect(try await grants.seen("linear")["refreshes"] == 1)
    }

    @Test("an authorisation server that is away at the end of a value is waited for")
    func serverAway() async throws {
        let grants = try await expiring("linear", tellsExpiry: true)
        try await grants.emulator.fault([
            "system": "linear", "operation": "token", "kind": "drop-before", "skip": 1, "times": 9,
        ])
        let run = try await grants.desk.run(["sync", "--wait"], within: .seconds(240))
        #expect(run.status == 0 && run.summary["delivered"] == 1_200, run.told)
        try await grants.bench.expectOnce(Bench.tasks(1_200), in: "linear")
    }
}
