import PatchbayConnectorJSON
import PatchbayConnectorKit
import Synchronization

/// A connector whose tasks say what it does: each title is one thing to try.
struct TryConnector: Connector {
    /// What a coroutine holds while it is under way; counts itself, so that a leak shows.
    final class Held: Sendable {
        static let alive = Atomic<Int>(0)

        init() { Self.alive.add(1, ordering: .relaxed) }

        deinit { Self.alive.subtract(1, ordering: .relaxed) }
    }

    static let descriptor = Descriptor(
        id: "org.example.try", name: "Try", version: "1.2.3", vendor: "Example", integrationTypes: ["try", "attempt"],
        origin: .setting("address"),
        operations: [
            OperationSupport(.check), OperationSupport(.discover), OperationSupport(.create, batchMax: 100),
            OperationSupport(.fetch, batchMax: 2),
        ],
        settings: [
            SettingField("address", .url, required: true, help: "Where it is."),
            SettingField("size", .integer, defaultValue: "3", help: "How large it is."),
        ],
        tokenKinds: [
            TokenKind("api-key", .basic(userSetting: "user")),
            TokenKind(
                "oauth", .bearer, origin: "https://gate.example",
                oauth: OAuth(
                    authorizeURL: "https://a.example", tokenURL: "https://t.example", scopes: "all",
                    refreshRotates: true, reuseWindowMs: 5)
            ),
        ],
        budgets: [Budget("requests", limit: 10, windowMs: 1_000)], requestsConcurrentMax: 7, writesConcurrentMax: 5,
        createRepeatable: true,
        throttlesByStatus: true,
        findLagMs: 9)

    let opening: Opening

    init(_ opening: Opening) throws(SettingsFailure) {
        _ = try opening.required("address")
        self.opening = opening
    }

    func check(_ api: API) async throws -> Account {
        let response = try await api.send(Request("GET", "/me"))
        api.report(BudgetFact("requests", limit: 10, remaining: 4, resetsUnixMs: api.nowUnixMs))
        api.note(String(repeating: "é", count: 4_000))
        return Account(
            id: String(response.status), name: response.header("x-name"), email: opening.text("address"),
            place: opening.tokenKind,
            expiresUnixMs: opening.integer("size") ?? 0,
            problems: [Notice("problem", field: "address", String(describing: opening.boolean("flag")))],
            facts: opening.facts)
    }

    func discover(_ api: API) async throws -> [Discovered] {
        opening.map("people").sorted { $0.key < $1.key }.map { Discovered("user", id: $0.value, name: $0.key) }
    }

    func create(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        let held = Held()
        defer { withExtendedLifetime(held) {} }
        var outcomes: [TaskOutcome] = []
        for task in tasks { outcomes.append(try await one(task, api)) }
        return outcomes
    }

    private func one(_ task: ConnectorTask, _ api: API) async throws -> TaskOutcome {
        switch task.title {
        case "throws": throw Unforeseen()
        case "throttled": throw CallFailure.throttled("slow down", afterMs: 0, atUnixMs: 77)
        case "twice":
            _ = try await api.send(Request("POST", "/one", effect: .once))
            _ = try await api.send(Request("POST", "/two", effect: .repeatable))
            return .unknown("never")
        case "stubborn":
            for _ in 0..<3 { _ = try? await api.send(Request("GET", "/again")) }
            return .unknown("never")
        case "together":
            async let left = api.send(Request("GET", "/left"))
            async let right = api.send(Request("GET", "/right"))
            return try await .created(externalId: "\(left.status)-\(right.status)")
        case "endless":
            while true { _ = try await api.send(Request("GET", "/more")) }
        case "elsewhere":
            await unsafe withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            return .unknown("never")
        case "huge":
            var request = Request("POST", "/huge", effect: .repeatable)
            request.body = [UInt8](repeating: 65, count: 17 * 1_048_576)
            _ = try await api.send(request)
            return .unknown("never")
        default:
            return try await made(task, api)
        }
    }

    private func made(_ task: ConnectorTask, _ api: API) async throws -> TaskOutcome {
        let body: JSONValue = ["title": .string(task.title), "labels": .array(task.labels.map { .string($0) })]
        let response = try await api.send(
            Request(
                "POST", "/tasks/" + Request.segment(task.deliveryId), query: [("now", String(api.nowUnixMs))],
                json: body,
                effect: .repeatable))
        return .created(
            externalId: String(decoding: response.body, as: UTF8.self), url: "https://try.example/1",
            warnings: [Notice("priority", String(task.priority.rawValue))])
    }

    struct Unforeseen: Error {}
}
