import Foundation
import PatchbayConnectors
import PatchbayModel
import PatchbayTransport
import Testing

/// Acts of Fixtures/hostile.c. Where the kernel answers with an error, the connector finds nothing and is as good as
/// any; what only an attack asks for ends its worker, by name.
@Suite("A connector that attacks")
struct HostileConnectorTests {
    /// Answered with an error, at load and later.
    static let futile = [
        "read-key", "read-environment", "read-memory", "read-descriptors", "list-home", "replace-socket",
        "raise-limits", "be-dumpable",
        "catch-forbidden", "print", "any-memory", "any-environment", "any-maps", "any-descriptor", "scan-descriptors",
        "queue-signal", "look-at-files", "set-filter", "use-rights", "advise-more", "make-code",
        "ask-for-process",
    ]
    /// What ends the worker, and the system call it is named by.
    static let forbidden = [
        "socket": "socket", "local-socket": "socket", "trace": "ptrace", "peek": "process_vm_readv",
        "signal-host": "kill",
        "exec": "execve",
        "fork": "clone", "thread": "", "close-socket": "close", "write-file": "openat", "remove-file": "unlink",
        "memory-file": "memfd_create", "poke": "process_vm_writev", "seize": "ptrace", "take-descriptor": "pidfd_open",
        "take-at-once": "pidfd_getfd", "abort-host": "kill", "abort-thread": "tgkill", "socket-pair": "socketpair",
        "ring": "io_uring_setup", "keyring": "keyctl", "kernel-program": "bpf", "fault-handler": "userfaultfd",
        "watch-host": "perf_event_open", "kill-itself": "tgkill", "stop-itself": "tgkill",
    ]

    @Test("by looking for secrets as it loads finds none, and works", arguments: futile)
    func futileAtLoad(_ act: String) async throws {
        let shop = try Workshop()
        try await shop.hostile(act, .load)
        let catalog = shop.catalog()
        let report = try #require(try await catalog.list().first)
        #expect(report.refusal == nil, "\(report.sentence)")
        _ = try await catalog.connector(forType: "echo").echoSession().create("a").begin()
        await catalog.shutdown()
    }

    @Test("by looking for secrets in a call finds none, and works", arguments: futile)
    func futileInCall(_ act: String) async throws {
        let shop = try Workshop()
        try await shop.hostile(act, .begin)
        let catalog = shop.catalog()
        let call = try await catalog.connector(forType: "echo").echoSession().create("a")
        _ = try await call.begin()
        #expect(try await call.resume(answer("id")).result?.outcomes.first?.externalID == "id:a")
        await catalog.shutdown()
    }

    /// Acts of Fixtures/keeper.h.
    static let keeping = [
        "look-at-files", "set-filter", "use-rights", "advise-more", "make-code", "ask-for-process", "ask-for-ever",
    ]

    @Test("would get what it asks for where no sandbox is around it", arguments: keeping + ["kill-itself"])
    func withoutSandbox(_ act: String) async throws {
        let shop = try Workshop()
        try await shop.hostile(act, .load)
        let loader = shop.folder.appendingPathComponent("loader").path
        try await shop.run(["cc", "-o", loader, "Tests/ConnectorsTests/Fixtures/loader.c", "-ldl"])
        let plugin = shop.plugins.appendingPathComponent("hostile.so").path
        let text = try await Workshop.output(of: ["sh", "-c", "\(loader) \(getpid()) \(plugin); echo ended with $?"])
        #expect(text.contains(act == "kill-itself" ? "ended with 137" : "STOLEN"), "\(text)")
    }

    @Test("by killing itself counts as one that dies: it ends in quarantine") func killsItself() async throws {
        let shop = try Workshop()
        try await shop.hostile("kill-itself", .begin)
        let catalog = shop.catalog(home: shop.home)
        let connector = try await catalog.connector(forType: "echo")
        for _ in 0..<Limits.workerDeathsMax {
            let call = try await connector.echoSession().create("a")
            #expect(try await connectorError { _ = try await call.begin() }.code == .connectorForbiddenCall)
        }
        #expect(try await connectorError { _ = try await connector.echoSession() }.code == .connectorQuarantined)
        await catalog.shutdown()
    }

    @Test("as it loads is ended and refused, and the system call is named", arguments: forbidden.keys.sorted())
    func forbiddenAtLoad(_ act: String) async throws {
        let shop = try Workshop()
        try await shop.hostile(act, .load)
        let report = try await shop.onlyReport()
        #expect(report.refusal == "forbidden_call")
        #expect(report.sentence.contains(Self.words(for: act)), "\(report.sentence)")
    }

    /// A new thread is asked for with all signals blocked, so that the kernel ends the worker without a word.
    private static func words(for act: String) -> String {
        act == "thread" ? "SIGSYS" : "asked the system for \(forbidden[act] ?? "") ("
    }

    @Test("in a call is ended with a code of its own, and the system call is named", arguments: forbidden.keys.sorted())
    func forbiddenInCall(_ act: String) async throws {
        let shop = try Workshop()
        try await shop.hostile(act, .begin)
        let catalog = shop.catalog()
        let call = try await catalog.connector(forType: "echo").echoSession().create("a")
        let error = try await connectorError { _ = try await call.begin() }
        #expect(error.code == .connectorForbiddenCall)
        #expect(error.message.contains(Self.words(for: act)), "\(error.message)")
        await catalog.shutdown()
    }

    /// What a worker dies of as it loads, the reason's word, and a word of the sentence.
    static let deadly: [(String, Place, String, String)] = [
        ("block", .load, "timeout_on_load", "in time"), ("print-for-ever", .load, "timeout_on_load", "in time"),
        ("allocate", .load, "crashed_on_load", "SIGSEGV"), ("overflow", .load, "crashed_on_load", "SIGSEGV"),
        ("crash", .load, "crashed_on_load", "SIGSEGV"), ("trap", .load, "crashed_on_load", "SIGILL"),
        ("exit", .load, "crashed_on_load", "status 0"),
        ("answer-another", .load, "crashed_on_load", "worker"), ("huge-frame", .load, "crashed_on_load", "too large"),
        ("ask-for-ever", .load, "timeout_on_load", "in time"),
        ("crash", .entry, "crashed_on_load", "SIGSEGV"), ("crash", .describe, "crashed_on_load", "SIGSEGV"),
        ("block", .describe, "timeout_on_load", "in time"), ("exit", .entry, "crashed_on_load", "status 0"),
    ]

    @Test("itself as it loads is refused with the reason, and leaves no process behind", arguments: deadly)
    func diesAtLoad(_ act: String, _ place: Place, _ reason: String, _ word: String) async throws {
        let shop = try Workshop()
        try await shop.hostile(act, place)
        let report = try await shop.onlyReport(load: reason == "timeout_on_load" ? .seconds(2) : .seconds(20))
        #expect(report.refusal == reason)
        #expect(report.sentence.contains(word), "\(report.sentence)")
    }

    @Test(
        "in any function ends only its own calls: the next session gets a new worker",
        arguments: [Place.open, .begin, .resume, .close, .end],
        ["crash", "trap", "exit", "block", "allocate", "answer-another", "huge-frame"])
    func inFunctions(_ place: Place, _ act: String) async throws {
        let transport = try Transport(TransportConfiguration(version: "test"))
        for listener in [nil, transport.listener] { try await inFunction(place, act, listener) }
        await transport.shutdown()
    }

    private func inFunction(_ place: Place, _ act: String, _ listener: (any Listener)?) async throws {
        let shop = try Workshop()
        try await shop.hostile(act, place)
        try await shop.echo("other.so", "TYPE=\"other\"")
        let catalog = shop.catalog(step: .seconds(2))
        let other = try await catalog.connector(forType: "other").echoSession(listener: listener).create("b")
        _ = try await other.begin()
        let connector = try await catalog.connector(forType: "echo")
        do {
            let call = try await connector.echoSession(listener: listener).create("a")
            _ = try await call.begin()
            _ = try await call.resume(answer("id"))
            // `end` and `close` run when all is done: what they do shows at the next session at the latest.
            #expect([.close, .end].contains(place))
        } catch let error as ConnectorError {
            #expect([.connectorCrashed, .connectorTimeout, .connectorProtocol].contains(error.code), "\(error)")
        }
        #expect(try await other.resume(answer("id")).result?.outcomes.first?.externalID == "id:b")
        await catalog.shutdown()
    }
}

/// Where hostile.c acts; the numbers are its own.
enum Place: Int, Sendable, CaseIterable {
    case load, entry, describe, open, close, begin, resume, end
}

extension Workshop {
    /// The hostile connector, compiled once for this process.
    private static let hostileFile = Task {
        let shop = try Workshop()
        let bytes = try await Array(Data(contentsOf: shop.compile("hostile.c", to: "hostile.so", macros: [])))
        return withExtendedLifetime(shop) { bytes }
    }

    /// Puts the hostile connector into the plugins directory, to do one thing at one place. `tail` behind its end makes
    /// it another file.
    func hostile(_ act: String, _ place: Place, name: String = "hostile.so", tail: String = "") async throws {
        let secret = folder.appendingPathComponent("secret")
        try Data("key".utf8).write(to: secret)
        var bytes = Data(try await Self.hostileFile.value)
        for (mark, text) in [
            ("ACT-GOES-HERE", act), ("PLACE-GOES-HERE", "\(place.rawValue)"), ("SECRET-GOES-HERE", secret.path),
        ] {
            let found = try #require(bytes.range(of: Data(mark.utf8)))
            bytes.replaceSubrange(
                found.lowerBound..<(found.lowerBound + text.utf8.count + 1), with: Data(text.utf8) + [0])
        }
        try (bytes + Data(tail.utf8)).write(to: plugins.appendingPathComponent(name))
    }
}
