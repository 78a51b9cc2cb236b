import Foundation
import Testing

/// The store that 1.0 made, its integrations at an emulator that holds what the vendors held, and as much later as it
/// is now.
struct ResumedStore: Sendable {
    let store: OldStore
    /// The program that goes on with it.
    let desk: Workbench
    let emulator: EmulatorProcess
    /// The delivery ids that each system holds tasks of, from the start.
    private let held: [String: [String]]

    private static let tokens = [
        "asana": "asana-demo-token", "jira": "jira-demo-token", "linear": "lin_api_demo_token",
        "asana-ops": "asana-ops-token",
        "resting": "asana-resting-token", "failing": "asana-failing-token",
    ]
    /// In milliseconds.
    private static let day = 86_400_000

    /// `isOld` lets 1.0 go on with it; else it is migrated.
    init(isOld: Bool = false) async throws {
        store = try OldStore()
        let vendors = store.desk.scratch("vendors.json")
        try FileManager.default.copyItem(atPath: OldStore.folder + "/vendors.json", toPath: vendors)
        emulator = try await EmulatorProcess(store.desk.scratch, state: vendors)
        let more = Self.tokens.filter { $0.value.hasPrefix("asana-") && $0.key != "asana" }.values
        try await emulator.ask(
            "POST", "/tokens",
            .array(
                more.map { ["system": "asana", "token": .string($0), "kind": "personal", "user": "demo@example.com"] }))
        try await store.change(
            """
            UPDATE integration SET base_url = '\(emulator.asana)' WHERE type = 'asana';
            UPDATE integration SET base_url = '\(emulator.linear)' WHERE type = 'linear';
            UPDATE integration SET settings = json_set(settings, '$.host', '\(emulator.jira)') WHERE type = 'jira';
            """)
        if !isOld { try await store.desk.must("migrate") }
        desk = isOld ? try OldProgram.desk(store) : store.desk
        held = try await Self.ids(emulator)
        try await setTokens(desk)
        try await goOn()
    }

    /// A token is bound to its address: each is set anew, without asking the vendor.
    func setTokens(_ desk: Workbench) async throws {
        for (name, token) in Self.tokens { try await desk.must("token", "set", name, "--no-check", input: token) }
    }

    /// Moves times as far as the clock has gone on, so that the leases live, and what rests goes on resting; each
    /// look-up is due. When attempts began stays as it was, like the times of the tasks that they made.
    private func goOn() async throws {
        let now = Int(Date().timeIntervalSince1970 * 1_000)
        let made = try #require(try await store.rows("SELECT max(first_attempt_at_ms) FROM delivery").first?[0].int)
        let gone = now - made
        try await store.change(
            """
            UPDATE delivery SET lease_until_ms = \(now + 280_000) WHERE state = 'sending';
            UPDATE delivery SET due_at_ms = due_at_ms + \(gone) WHERE state = 'waiting';
            UPDATE delivery SET unknown_since_ms = unknown_since_ms + \(gone), lookup_at_ms = \(now) WHERE state = \
            'unknown';
            UPDATE integration SET paused_until_ms = \(now + Self.day) WHERE name = 'resting';
            UPDATE integration SET breaker_failures = 1, breaker_until_ms = \(now + Self.day) WHERE name = 'failing';
            """)
    }

    /// Ends every lease, as if five minutes had gone by.
    func endLeases() async throws {
        try await store.change("UPDATE delivery SET lease_until_ms = lease_until_ms - 290000 WHERE state = 'sending';")
    }

    /// Makes every look-up due, and the time longer that an attempt's outcome has been unknown: milliseconds.
    func makeLookUpsDue(after longer: Int = 0) async throws {
        let now = Int(Date().timeIntervalSince1970 * 1_000)
        try await store.change(
            """
            UPDATE delivery SET lookup_at_ms = \(now), unknown_since_ms = unknown_since_ms - \(longer) WHERE state = \
            'unknown';
            """)
    }

    private static func ids(_ emulator: EmulatorProcess) async throws -> [String: [String]] {
        var found: [String: [String]] = [:]
        for system in Bench.systems {
            found[system] = try await emulator.tasks(system).compactMap { $0["deliveryId"].text?.lowercased() }
        }
        return found
    }

    /// The deliveries whose tasks were made since, as TASK INTEGRATION. Each of a system must be of an integration of
    /// that type, and be there once.
    func made() async throws -> [String] {
        let rows = try await store.rows(
            """
            SELECT d.delivery_id, i.type, t.id || ' ' || i.name FROM delivery d
            JOIN task t ON t.row = d.task_row JOIN integration i ON i.id = d.integration_id
            """)
        var made: [String] = []
        for (system, ids) in try await Self.ids(emulator) {
            #expect(Set(ids).count == ids.count, "\(system) holds something twice")
            for id in ids where held[system]?.contains(id) == false {
                let delivery = rows.first { $0[0].text == id && $0[1].text == system }
                made.append(delivery?[2].text ?? "\(id), which is no delivery's")
            }
        }
        return made.sorted()
    }

    /// What the store says of each delivery, but for those under way: TASK INTEGRATION to its state and look-ups.
    func states() async throws -> [String: [JSON]] {
        let rows = try await store.rows(
            """
            SELECT t.id || ' ' || i.name, d.state, d.lookups, d.external_id FROM delivery d
            JOIN task t ON t.row = d.task_row JOIN integration i ON i.id = d.integration_id
            """)
        return Dictionary(
            uniqueKeysWithValues: rows.compactMap { row in row[0].text.map { ($0, Array(row.items.dropFirst())) } })
    }
}

@Suite("What is sent after an upgrade from 1.0", .timeLimit(.minutes(12)))
struct UpgradedSyncTests {
    /// What was pending, and what waited and was due, of integrations that do not rest.
    private static let due =
        (["p-1", "p-2", "p-3"].flatMap { task in ["asana", "jira", "linear"].map { "\(task) \($0)" } }
        + ["q-1", "q-2", "q-3"].flatMap { task in ["asana", "linear"].map { "\(task) \($0)" } }
        + ["w-due-1 linear", "w-due-2 linear", "w-due-3 linear"]).sorted()

    /// What nobody knew to have arrived, and did not.
    private static let absent = ["s-absent asana-ops", "u-absent asana", "u-absent linear"]

    @Test(
        """
        what is due is sent once; what is unknown is looked up; what rests, is refused, cancelled or under way is left \
        alone
        """
    )
    func firstSync() async throws {
        let resumed = try await ResumedStore()
        let before = try await resumed.states()
        let run = try await resumed.desk.run("sync")
        #expect(run.status == 1, run.told)
        #expect(try await resumed.made() == Self.due)
        let after = try await resumed.states()
        for (name, was) in before {
            let now = try #require(after[name])
            switch name {
            case _ where Self.due.contains(name): #expect(now[0] == "delivered", "\(name)")
            case "u-there asana", "u-there jira": #expect(now[0] == "delivered" && !now[2].isNull, "\(name) was there")
            case "u-absent asana", "u-absent linear":
                #expect(
                    now[0] == "unknown" && now[1].int == (was[1].int ?? 0) + 1,
                    "\(name): looked up, and its patience is a day")
            default: #expect(now == was, "\(name)")
            }
        }
    }

    @Test("1.0 does the same with it", .enabled("\(OldProgram.condition)") { OldProgram.isThere })
    func asBefore() async throws {
        let (old, new) = (try await ResumedStore(isOld: true), try await ResumedStore())
        for resumed in [old, new] {
            let run = try await resumed.desk.run("sync")
            #expect(run.status == 1, run.told)
        }
        let (was, is_) = (try await old.states(), try await new.states())
        #expect(was.mapValues { $0.prefix(2) } == is_.mapValues { $0.prefix(2) })
        #expect(try await old.made() == new.made())
    }

    @Test("what was under way or unknown is never sent again unless a look-up found nothing, however long ago it was")
    func neverBlindly() async throws {
        let resumed = try await ResumedStore()
        try await resumed.endLeases()
        for _ in 0..<2 {
            _ = try await resumed.desk.run("sync")
            try await resumed.makeLookUpsDue()
        }
        #expect(try await resumed.states()["s-there jira"]?[0] == "delivered", "it was there")
        #expect(try await resumed.made() == Self.due, "within the patience nothing that may be there is sent")
        for _ in 0..<2 {
            try await resumed.makeLookUpsDue(after: 2 * 86_400_000)
            _ = try await resumed.desk.run("sync")
        }
        let made = try await resumed.made()
        #expect(Set(made).subtracting(Self.due).isSubset(of: Self.absent), "what is there is not sent again")
        let misses = try await resumed.store.rows(
            """
            SELECT DISTINCT t.id || ' ' || i.name FROM attempt a JOIN delivery d ON d.row = a.delivery_row
            JOIN task t ON t.row = d.task_row JOIN integration i ON i.id = d.integration_id
            WHERE a.operation = 'find' AND a.outcome = 'pending'
            """
        ).compactMap { $0[0].text }
        let states = try await resumed.states()
        for name in Self.absent {
            #expect(!made.contains(name) || misses.contains(name), "\(name) was sent blindly")
            #expect(states[name]?[0] == (made.contains(name) ? "delivered" : "unknown"), "\(name)")
        }
    }
}
