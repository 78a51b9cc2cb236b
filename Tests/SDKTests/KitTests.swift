import CPatchbay
import Foundation
import PatchbayConnectorKit
import Testing

@Suite("A connector made with the kit, seen through the C interface", .serialized) struct KitTests {
    private let host = HostSide()

    private func request(_ step: UnsafePointer<patchbay_step>?) throws -> patchbay_request {
        let step = try unsafe #require(step)
        return try unsafe #require(step.pointee.request).pointee
    }

    private func result(_ step: UnsafePointer<patchbay_step>?) throws -> patchbay_result {
        let step = try unsafe #require(step)
        return try unsafe #require(step.pointee.result).pointee
    }

    /// Memory of this process as the kernel counts it, in bytes.
    private static func residentBytes() throws -> Int {
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
        return try #require(Int(pages)) * 4_096
    }

    @Test("names its version and describes itself twice in the same way")
    func describes() throws {
        #expect(host.entry.magic == 0x5042_5943)
        #expect(host.entry.abi_major == 1 && host.entry.struct_size == 64)
        let first = try unsafe #require(host.entry.describe())
        #expect(unsafe first == host.entry.describe())
        #expect(unsafe HostSide.text(first.pointee.id) == "org.example.try")
        #expect(unsafe first.pointee.origin_kind == 2 && HostSide.text(first.pointee.origin) == "address")
        let types = unsafe HostSide.elements(first.pointee.integration_types, as: patchbay_string.self)
        #expect(unsafe types.map { unsafe HostSide.text($0) } == ["try", "attempt"])
        let kinds = unsafe HostSide.elements(first.pointee.token_kinds, as: patchbay_token_kind.self)
        #expect(unsafe kinds[0].scheme == 2 && HostSide.text(kinds[0].user_setting) == "user" && kinds[0].oauth == nil)
        let oauth = try unsafe #require(kinds[1].oauth)
        #expect(unsafe HostSide.text(oauth.pointee.token_url) == "https://t.example")
        #expect(
            unsafe first.pointee.find_lag_ms == 9 && first.pointee.create_repeatable == 1
                && first.pointee.throttles_by_status == 1)
        let settings = unsafe HostSide.elements(first.pointee.settings, as: patchbay_setting.self)
        #expect(unsafe settings.map { unsafe HostSide.text($0.default_value) } == [nil, "3"])
    }

    @Test("carries a task in and a request and an outcome out")
    func carries() throws {
        let instance = try unsafe host.open()
        let begun = unsafe host.begin(instance, host.operation(3, [host.task("one")]))
        let asked = try unsafe request(begun.step)
        #expect(unsafe HostSide.text(asked.method) == "POST" && HostSide.text(asked.path) == "/tasks/id%2Fone")
        #expect(unsafe HostSide.text(asked.body) == #"{"labels":["a","b"],"title":"one"}"#)
        let query = unsafe HostSide.elements(asked.query, as: patchbay_pair.self)
        #expect(unsafe HostSide.text(query[0].value) == "42" && asked.effect == 2)
        let answered = unsafe host.resume(begun.call, body: "T-1")
        let ended = try unsafe result(answered.step)
        let outcome = try unsafe #require(HostSide.elements(ended.outcomes, as: patchbay_task_outcome.self).first)
        #expect(unsafe ended.call == 1 && outcome.kind == 1 && HostSide.text(outcome.external_id) == "T-1")
        let warnings = unsafe HostSide.elements(outcome.warnings, as: patchbay_notice.self)
        #expect(unsafe HostSide.text(warnings[0].text) == "2" && HostSide.text(warnings[0].field) == nil)
        unsafe host.entry.end(begun.call)
        unsafe host.entry.close(instance)
    }

    @Test("reports budgets, a bounded diagnostic and what a check found")
    func checks() throws {
        let instance = try unsafe host.open()
        let begun = unsafe host.begin(instance, host.operation(1))
        let step = try unsafe #require(host.resume(begun.call, status: 201).step)
        let account = try unsafe #require(result(step).account).pointee
        #expect(unsafe HostSide.text(account.id) == "201" && HostSide.text(account.name) == "Ann")
        #expect(unsafe HostSide.text(account.place) == "api-key")
        let facts = unsafe HostSide.elements(account.facts, as: patchbay_pair.self)
        #expect(unsafe HostSide.text(facts[0].value) == "kept")
        let budget = unsafe HostSide.elements(step.pointee.budget_facts, as: patchbay_budget_fact.self)
        #expect(unsafe budget[0].remaining == 4 && budget[0].resets_unix_ms == 42)
        #expect(unsafe step.pointee.diagnostic.length <= 4_096 && step.pointee.diagnostic.length > 4_000)
        unsafe host.entry.end(begun.call)
        unsafe host.entry.close(instance)
    }

    @Test("lets thousands of calls interleave, each with its own answers")
    func interleaves() throws {
        let alive = TryConnector.Held.alive.load(ordering: .relaxed)
        let instance = try unsafe host.open()
        let operation = unsafe host.operation(3, [host.task("one"), host.task("two"), host.task("three")])
        let calls = (0..<3_000).map { _ in unsafe host.begin(instance, operation) }
        for round in 0..<3 {
            for place in calls.indices.reversed() {
                let begun = calls[place]
                let answered = unsafe host.resume(begun.call, body: "\(place)-\(round)")
                #expect(unsafe answered.status == HostSide.ok)
                guard round == 2 else { continue }
                let ended = try unsafe result(answered.step)
                let ids = unsafe HostSide.elements(ended.outcomes, as: patchbay_task_outcome.self)
                #expect(
                    unsafe ids.map { unsafe HostSide.text($0.external_id) } == [
                        "\(place)-0", "\(place)-1", "\(place)-2",
                    ])
            }
        }
        calls.forEach { unsafe host.entry.end($0.call) }
        unsafe host.entry.close(instance)
        #expect(TryConnector.Held.alive.load(ordering: .relaxed) == alive)
    }

    @Test("leaves nothing behind when a call is ended at any step")
    func endsAnywhere() throws {
        let alive = TryConnector.Held.alive.load(ordering: .relaxed)
        let instance = try unsafe host.open()
        let operations = unsafe ["one", "stubborn", "together", "throws"].map { title in
            unsafe host.operation(3, [host.task("first"), host.task(title), host.task("last")])
        }
        var response = unsafe patchbay_response(
            struct_size: 48, status: 200, headers: host.array([host.pair("a", "b")]), body: host.string("x"))
        func round() {
            for place in unsafe operations.indices {
                for steps in 0..<5 {
                    let begun = unsafe host.begin(instance, operations[place])
                    for _ in 0..<steps {
                        var step: UnsafePointer<patchbay_step>?
                        _ = unsafe host.entry.resume(begun.call, &response, &step)
                    }
                    unsafe host.entry.end(begun.call)
                }
            }
        }
        for _ in 0..<50 { round() }
        let before = try Self.residentBytes()
        for _ in 0..<1_000 { round() }
        let after = try Self.residentBytes()
        #expect(TryConnector.Held.alive.load(ordering: .relaxed) == alive)
        // 20,000 calls: one that kept as little as its coroutine would show as 20 MB.
        #expect(after - before < 8 * 1_048_576)
        unsafe host.entry.close(instance)
    }

    @Test(
        "ends a call in a way that says what went wrong",
        arguments: [
            ("throws", 5, "The connector failed: Unforeseen()", 0), ("throttled", 2, "slow down", 0),
            ("twice", 5, "may be sent once only", 1), ("elsewhere", 5, "only API.send may suspend", 0),
            ("huge", 5, "takes more than", 0), ("endless", 5, "more than 256 steps", 255),
        ])
    func fails(title: String, call: UInt32, words: String, answers: Int) throws {
        let instance = try unsafe host.open()
        let begun = unsafe host.begin(instance, host.operation(3, [host.task(title)]))
        var step = unsafe begun.step
        for _ in 0..<answers { unsafe step = host.resume(begun.call).step }
        let ended = try unsafe result(step)
        #expect(unsafe ended.call == call)
        #expect(unsafe HostSide.text(ended.message)?.contains(words) == true)
        if title == "throttled" { #expect(unsafe ended.retry_after_ms == 0 && ended.retry_at_unix_ms == 77) }
        unsafe host.entry.end(begun.call)
        unsafe host.entry.close(instance)
    }

    @Test("sends what is asked for together one after the other")
    func together() throws {
        let instance = try unsafe host.open()
        let begun = unsafe host.begin(instance, host.operation(3, [host.task("together")]))
        let second = unsafe host.resume(begun.call, status: 201)
        #expect(unsafe HostSide.text(try request(second.step).path) != nil)
        let ended = try unsafe result(host.resume(begun.call, status: 202).step)
        let outcome = try unsafe #require(HostSide.elements(ended.outcomes, as: patchbay_task_outcome.self).first)
        #expect(unsafe ["201-202", "202-201"].contains(HostSide.text(outcome.external_id)))
        unsafe host.entry.end(begun.call)
        unsafe host.entry.close(instance)
    }

    @Test("refuses structs smaller than those of version 1, and reads larger ones")
    func sizes() throws {
        let instance = try unsafe host.open()
        var small = unsafe host.operation(3, [host.task("one")])
        unsafe small.struct_size = 39
        #expect(unsafe host.begin(instance, small).status == HostSide.invalidArgument)
        var smallTask = unsafe host.task("one")
        unsafe smallTask.struct_size = 175
        #expect(unsafe host.begin(instance, host.operation(3, [smallTask])).status == HostSide.invalidArgument)
        var lying = unsafe host.task("one")
        unsafe lying.struct_size = 4_000
        #expect(unsafe host.begin(instance, host.operation(3, [lying])).status == HostSide.invalidArgument)
        let grown = unsafe host.begin(instance, host.operation(3, [host.task("one"), host.task("two")], grown: 24))
        #expect(grown.status == HostSide.ok)
        #expect(unsafe HostSide.text(try request(grown.step).path) == "/tasks/id%2Fone")
        unsafe host.entry.end(grown.call)
        unsafe host.entry.close(instance)
    }

    @Test("answers what it does not know, and too much at once, with a plain status")
    func unknown() throws {
        let instance = try unsafe host.open()
        #expect(unsafe host.begin(instance, host.operation(99)).status == HostSide.unsupported)
        let offered = unsafe host.begin(instance, host.operation(5))
        #expect(unsafe offered.status == HostSide.unsupported && offered.call == nil && offered.step == nil)
        let three = unsafe [host.task("a"), host.task("b"), host.task("c")]
        #expect(unsafe host.begin(instance, host.operation(6, three)).status == HostSide.invalidArgument)
        var odd = unsafe host.task("a")
        unsafe odd.priority = 9
        #expect(unsafe host.begin(instance, host.operation(3, [odd])).status == HostSide.invalidArgument)
        unsafe host.entry.close(instance)
    }

    @Test("refuses an opening and names the setting")
    func settings() throws {
        let refused = #expect(throws: HostSide.Refused.self) { _ = try unsafe host.open([]) }
        #expect(refused?.status == HostSide.invalidSettings && refused?.field == "address")
        #expect(refused?.message?.isEmpty == false)
        var odd = unsafe patchbay_setting_value()
        unsafe odd.struct_size = 72
        unsafe odd.kind = 77
        let unknown = #expect(throws: HostSide.Refused.self) { _ = try unsafe host.open([odd]) }
        #expect(unknown?.status == HostSide.unsupported)
    }
}
