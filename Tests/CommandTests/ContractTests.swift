import Foundation
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What is sent and answered, held against the vendors' own specifications by a program that PATCHBAY_CONTRACT names.
private let contract = ProcessInfo.processInfo.environment["PATCHBAY_CONTRACT"]

/// A proxy that checks all that goes through it.
private final class ContractProxy: Sendable {
    let address: String
    private let child: ChildProcess
    private let report: String

    init(_ system: String, before upstream: String, _ scratch: ScratchFolder) async throws {
        report = scratch("violations-\(system).jsonl")
        let output = scratch("proxy-\(system)")
        let file = try OpenFile(writing: output)
        let program = try #require(contract)
        child = try ChildProcess(
            "/usr/bin/env",
            [
                "python3", program, "serve", "--system", system, "--upstream", upstream, "--listen", "0", "--report",
                report,
            ],
            environment: Built.environment(home: scratch.path), descriptors: [1: file.descriptor, 2: file.descriptor])
        let child = child
        address = try await Wait.until("the checker of \(system) is ready", within: .seconds(60)) {
            let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
            try #require(!child.hasEnded, "\(text)")
            return text.split(separator: "\n").first { $0.hasPrefix("ready ") && text.hasSuffix("\n") }.map {
                String($0.dropFirst(6))
            }
        }
    }

    deinit { child.send(SIGKILL, toGroup: true) }

    /// All violations so far. Sends one on purpose, and waits until it is seen: by then those before it are, too.
    func violations(_ system: String) async throws -> [JSON] {
        var request = URLRequest(
            url: try #require(URL(string: address + (system == "linear" ? "/graphql" : "/no/such/operation"))))
        request.httpMethod = "POST"
        request.httpBody = Data(#"{"query": "{ noSuchField }"}"#.utf8)
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.setValue("nobody", forHTTPHeaderField: "Authorization")
        _ = try await URLSession.shared.data(for: request)
        let path = report
        return try await Wait.until("the violation on purpose is reported") {
            let lines = JSON.lines((try? String(contentsOfFile: path, encoding: .utf8)) ?? "")
            let isOurs = { (line: JSON) in
                line["violation"].text.map { $0.contains("noSuchField") || $0.contains("/no/such/operation") } ?? false
            }
            return lines.contains(where: isOurs) ? lines.filter { !isOurs($0) } : nil
        }
    }
}

@Suite(
    "The vendors' contracts", .timeLimit(.minutes(12)),
    .enabled(if: contract != nil, "PATCHBAY_CONTRACT does not name the checker"))
struct ContractTests {
    @Test(
        "200 varied tasks: nothing breaks the specification, and what arrives is what was meant, field by field",
        arguments: Bench.systems)
    func varied(_ system: String) async throws {
        let bench = try await Bench([])
        let proxy = try await ContractProxy(system, before: bench.emulator.address(system), bench.desk.scratch)
        try await bench.adopt([bench.row(system, address: proxy.address)])
        let tasks = VariedTasks.make(200)
        try await bench.take(tasks, for: system)
        try await bench.desk.must("integration", "check", system)
        try await bench.desk.must("integration", "discover", system)
        let sync = try await bench.desk.must("sync")
        #expect(sync.summary["delivered"] == 200, sync.told)

        let remote = try await bench.emulator.tasks(system)
        #expect(remote.count == 200)
        let byID = Dictionary(uniqueKeysWithValues: remote.map { ($0["id"], $0) })
        let listed = try await bench.desk.must("task", "list", "--limit", "500").result["tasks"].items
        #expect(listed.count == 200)
        for task in listed {
            let source = try #require(tasks.first { $0["id"] == task["id"] })
            let delivery = task["deliveries"][0]
            let there = try #require(byID[delivery["externalId"]], "\(delivery.line)")
            let found = Comparison.differences(source, there, in: system, deliveryID: delivery["deliveryId"].text ?? "")
            #expect(found.isEmpty, "\(source["id"].text ?? ""): \(found)")
        }
        // A second look at what is there goes through the checker as well.
        let violations = try await proxy.violations(system)
        #expect(violations.isEmpty, "\(violations.prefix(5).map(\.line))")
    }

    @Test(
        "look-ups of lost creates, of what is there and of what is not: nothing breaks the specification",
        arguments: Bench.systems)
    func lookUps(_ system: String) async throws {
        let bench = try await Bench([])
        let proxy = try await ContractProxy(system, before: bench.emulator.address(system), bench.desk.scratch)
        try await bench.adopt([bench.row(system, address: proxy.address)])
        try await bench.desk.must("integration", "set", system, "--patience", "0")
        for (kind, meeting) in [("drop-after", "there"), ("drop-before", "lost")] {
            try await bench.take(Bench.tasks(3, meeting: meeting), for: system)
            try await bench.emulator.fault(["system": .string(system), "operation": "create", "kind": .string(kind)])
            let lost = try await bench.desk.run("sync")
            #expect(lost.summary["unknown"] == 3, lost.told)
            let found = try await bench.desk.run("sync")
            if kind == "drop-after" { #expect(found.summary["delivered"] == 3, found.told) }
        }
        if system == "asana" {
            let seen = try await bench.emulator.counters(system)["byOperation"]
            #expect(
                seen["GET /workspaces/{gid}/tasks/search"].int ?? 0 > 0 && seen["GET /projects"].int ?? 0 > 0,
                "\(seen.line)")
        }
        let violations = try await proxy.violations(system)
        #expect(violations.isEmpty, "\(violations.prefix(5).map(\.line))")
    }
}
