import AsanaConnector
import JiraConnector
import LinearConnector
import PatchbayConnectorKit

/// How our connectors in Swift read answers.
///
/// The first byte chooses the operation, the second what the tasks are like. Then follow answers, each ended by a
/// record separator (0x1E): its first byte chooses status and headers, the rest is the body. The same call must come
/// out the same twice, and no more may come out of it than the interface lets a connector say.
enum ConnectorFuzzing {
    static func asana(_ input: [UInt8]) {
        call(
            AsanaConnector.self, input,
            ["workspaceId": .text("11"), "projectId": .text("22"), "assigneeMapping": .map(["ann@example.org": "33"])])
    }

    static func jira(_ input: [UInt8]) {
        call(
            JiraConnector.self, input,
            [
                "host": .text("https://x.example"), "projectKey": .text("ED"), "email": .text("me@example.org"),
                "assigneeMapping": .map(["ann@example.org": "33"]),
            ])
    }

    static func linear(_ input: [UInt8]) {
        call(
            LinearConnector.self, input,
            [
                "teamId": .text("9cfb482a-81e3-4154-b5b9-2c805e70a02d"),
                "assigneeMapping": .map(["ann@example.org": "33"]),
            ])
    }

    private static let separator: UInt8 = 0x1E
    private static let statuses = [
        200, 201, 204, 207, 301, 400, 401, 403, 404, 409, 412, 413, 422, 429, 500, 502, 503, 0, 999,
    ]

    private static func call<Spoken: Connector>(
        _ type: Spoken.Type, _ input: [UInt8], _ settings: [String: Opening.Value]
    ) {
        guard input.count >= 2, let operation = Operation(rawValue: UInt32(input[0] % 6) + 1) else { return }
        let kind = input[1] & 128 == 0 ? "api-key" : "oauth"
        let opening = Opening(settings: settings, tokenKind: kind, account: input[1] & 64 == 0 ? nil : "5")
        let tasks = tasks(input[1])
        let answers = input.dropFirst(2).split(separator: separator, omittingEmptySubsequences: false).map(answer)
        guard let first = try? ConnectorHarness(type, opening), let second = try? ConnectorHarness(type, opening) else {
            preconditionFailure("the settings are right")
        }
        let trace = first.call(operation, tasks, nowUnixMs: 1_795_000_000_000, answers: answers)
        precondition(trace == second.call(operation, tasks, nowUnixMs: 1_795_000_000_000, answers: answers))
        precondition(trace.requests.count <= 256)
        for request in trace.requests { precondition(request.path.hasPrefix("/") && !request.path.contains("?")) }
        precondition(trace.outcomes.isEmpty || trace.outcomes.count == tasks.count)
        for outcome in trace.outcomes where outcome.kind == .created || outcome.kind == .found {
            precondition(outcome.externalId?.isEmpty == false, "it is there, but not where")
        }
    }

    private static func tasks(_ choice: UInt8) -> [ConnectorTask] {
        (0..<Int(choice % 3 + 1)).map { place in
            var task = ConnectorTask(
                deliveryId: "1111111\(place)-1111-4111-8111-111111111111", title: "Send the minutes",
                externalId: "90\(place)", description: "First *line*\n\nA [link](https://example.org)",
                dueDate: "2026-05-11", assignee: "Ann@example.org", priority: .high, labels: ["ops"])
            task.changes = Changes(rawValue: UInt32(choice))
            task.done = choice & 4 != 0
            task.dueTime = choice & 8 != 0 ? "2026-05-11T10:00:00Z" : nil
            task.attemptedUnixMs = 1_794_000_000_000
            task.isWitness = choice & 16 != 0 && place == 1
            task.attempt = choice & 32 != 0 ? Attempt(startedUnixMs: 1_794_000_000_000, account: "5") : nil
            return task
        }
    }

    private static func answer(_ bytes: ArraySlice<UInt8>) -> Response {
        let choice = Int(bytes.first ?? 0)
        var headers: [(String, String)] = [("x-request-id", "r-1")]
        if choice >= 128 {
            headers += [("retry-after", "7"), ("x-ratelimit-requests-remaining", "9223372036854775807")]
            headers += [("x-ratelimit-remaining", "3"), ("x-ratelimit-limit", "100"), ("x-ratelimit-reset", "1e30")]
        }
        return Response(status: statuses[choice % statuses.count], headers: headers, body: Array(bytes.dropFirst()))
    }
}
