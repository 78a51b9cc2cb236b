import Foundation
import Testing

/// Connectors that want the token, each in another way (Tests/ConnectorsTests/Fixtures/burglar.h), used by the built
/// command in one sync.
@Suite("Connectors after the token", .serialized, .timeLimit(.minutes(12)))
struct BurglarTests {
    /// Answered with an error: the connector finds nothing and does its work. With what it looks for.
    private enum Loot { case none, key, store, log, token }
    private static let futile: [(String, Loot)] = [
        ("read-key", .key), ("read-key", .store), ("read-key", .log), ("read-memory", .none),
        ("read-environment", .none),
        ("read-descriptors", .none), ("any-memory", .none), ("any-environment", .none), ("any-maps", .none),
        ("any-descriptor", .none),
        ("scan-descriptors", .none), ("queue-signal", .none), ("be-dumpable", .none), ("search-itself", .token),
        ("look-at-files", .key), ("set-filter", .none), ("use-rights", .none), ("advise-more", .none),
        ("make-code", .none), ("ask-for-process", .none),
    ]
    /// Ends the worker, and the system call by which it is named.
    private static let forbidden = [
        ("peek", "process_vm_readv"), ("poke", "process_vm_writev"), ("trace", "ptrace"), ("seize", "ptrace"),
        ("take-descriptor", "pidfd_open"), ("take-at-once", "pidfd_getfd"), ("abort-host", "kill"),
        ("abort-thread", "tgkill"), ("kill-itself", "tgkill"), ("stop-itself", "tgkill"),
        ("local-socket", "socket"), ("socket-pair", "socketpair"), ("ring", "io_uring_setup"), ("keyring", "keyctl"),
        ("kernel-program", "bpf"), ("fault-handler", "userfaultfd"), ("watch-host", "perf_event_open"),
    ]

    @Test(
        "get none in a call, whoever runs the host: each fails or is ended and named, and the token is nowhere",
        arguments: HygieneHost.Runner.allCases)
    func inCall(_ runner: HygieneHost.Runner) async throws {
        guard try await Self.isPossible(runner) else { return }
        let count = Self.futile.count + Self.forbidden.count
        let host = try await HygieneHost(count, runner)
        for (number, act) in Self.acts(host).enumerated() {
            try host.strangers.put(number, act: act.name, at: .resume, secret: act.secret)
        }
        let run = try await Self.sync(host, count)
        for number in 0..<count {
            let rows = run.result["tasks"].items.filter { $0["integration"].text == Strangers.type(number) }
            let entry =
                run.result["integrations"].items.first { $0["integration"].text == Strangers.type(number) } ?? .null
            if number < Self.futile.count {
                #expect(
                    entry["delivered"] == 1 && entry["error"].isNull,
                    "\(Self.futile[number]): \(entry.line) \(rows.map(\.line))")
            } else {
                let (act, call) = Self.forbidden[number - Self.futile.count]
                let told = "\(entry.line) \(rows.map(\.line))"
                #expect(
                    told.contains("connector_forbidden_call") && told.contains("asked the system for \(call) ("),
                    "\(act): \(told)")
            }
        }
        #expect(try await host.places().isEmpty)
    }

    @Test(
        """
        get none as they are loaded, whoever runs the host: each fails or is refused by name, and the token is nowhere
        """,
        arguments: HygieneHost.Runner.allCases)
    func atLoad(_ runner: HygieneHost.Runner) async throws {
        guard try await Self.isPossible(runner) else { return }
        let count = Self.futile.count + Self.forbidden.count
        let host = try await HygieneHost(count, runner)
        for (number, act) in Self.acts(host).enumerated() {
            try host.strangers.put(number, act: act.name, at: .load, secret: act.secret)
        }
        let run = try await Self.sync(host, count)
        let listed = try await host.bench.desk.must("connector", "list").result["connectors"].items
        for number in 0..<count {
            let entry =
                run.result["integrations"].items.first { $0["integration"].text == Strangers.type(number) } ?? .null
            let refusal = listed.first { $0["file"].text == Strangers.type(number) + ".so" }?["refusal"] ?? .null
            if number < Self.futile.count {
                #expect(
                    entry["delivered"] == 1 && refusal.isNull, "\(Self.futile[number]): \(entry.line) \(refusal.line)")
            } else {
                let (act, call) = Self.forbidden[number - Self.futile.count]
                #expect(refusal["reason"] == "forbidden_call" && entry["delivered"] == 0, "\(act): \(refusal.line)")
                #expect(refusal.line.contains("asked the system for \(call) ("), "\(act): \(refusal.line)")
            }
        }
        #expect(try await host.places().isEmpty)
    }

    /// What a search of the worker's own memory would find, were it there.
    @Test("would find in their own memory what is there: the title of their task") func finds() async throws {
        let host = try await HygieneHost(1, .itself)
        try host.strangers.put(0, act: "search-itself", at: .resume, secret: Self.turned("Task 1 of m"))
        let run = try await Self.sync(host, 1)
        #expect(run.summary["delivered"] == 0 && run.told.rawValue.contains("STOLEN"), run.told)
    }

    private static func sync(_ host: HygieneHost, _ count: Int) async throws -> Run {
        try await host.bench.take(Bench.tasks(1), for: (0..<count).map { Strangers.type($0) }.joined(separator: ","))
        let running = try host.bench.desk.start(["sync", "--log-level", "trace"])
        let run = try await running.finish(within: .seconds(150))
        #expect(run.end.signal == nil && run.status == 1, run.told)
        #expect(running.workersLeft.isEmpty)
        return run
    }

    private static func acts(_ host: HygieneHost) -> [(name: String, secret: String)] {
        let home = host.bench.desk.home
        return futile.map { act, loot in
            switch loot {
            case .none: (act, "-")
            case .key: (act, home + "/keys/root.key")
            case .store: (act, home + "/patchbay.sqlite")
            case .log: (act, home + "/patchbay.sqlite-wal")
            case .token: (act, turned(HygieneHost.token))
            }
        } + forbidden.map { ($0.0, "-") }
    }

    /// As the fixture keeps what it looks for: each last bit turned.
    private static func turned(_ text: String) -> String { String(decoding: text.utf8.map { $0 ^ 1 }, as: UTF8.self) }

    static func isPossible(_ runner: HygieneHost.Runner) async throws -> Bool {
        if runner == .itself { return true }
        let isPossible = await OrdinaryUser.isPossible()
        if !isPossible { print("left out for an ordinary user: \(OrdinaryUser.condition)") }
        return isPossible
    }
}
