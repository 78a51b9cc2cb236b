import FoundationEssentials
import PatchbayConnectorJSON
import PatchbayConnectorKit

/// Short forms for trying a connector with recorded answers.
enum Trying {
    static let asanaSettings: [String: Opening.Value] = [
        "workspaceId": .text("11"), "projectId": .text("22"), "assigneeMapping": .map(["Ann@Example.org": "33"]),
    ]
    static let jiraSettings: [String: Opening.Value] = [
        "host": .text("https://example.atlassian.net/"), "projectKey": .text("ENG"), "email": .text("me@example.org"),
        "issueType": .text("Task"), "assigneeMapping": .map(["Ann@Example.org": "acc-33"]),
    ]
    static let linearSettings: [String: Opening.Value] = [
        "teamId": .text("9cfb482a-81e3-4154-b5b9-2c805e70a02d"),
        "assigneeMapping": .map(["Ann@Example.org": "user-33"]),
    ]

    /// A delivery id that ends in this number.
    static func id(_ number: Int) -> String {
        let digits = String(number)
        return "6f9619ff-8b86-4d01-b42d-" + String(repeating: "0", count: 12 - digits.count) + digits
    }

    /// A task with a title only.
    static func plain(_ number: Int = 1) -> ConnectorTask {
        ConnectorTask(
            deliveryId: id(number), title: "Task \(number)", externalId: "ext-\(number)",
            attemptedUnixMs: 1_778_493_600_000)
    }

    /// A task with everything.
    static func full(_ number: Int = 1) -> ConnectorTask {
        ConnectorTask(
            deliveryId: id(number), title: "Send the\nminutes", externalId: "ext-\(number)", meetingId: "m-1",
            description: "First line\nsecond line\n\nNew paragraph", dueDate: "2026-05-11", assignee: "ann@example.ORG",
            priority: .high,
            labels: ["Ops", "to do"], attemptedUnixMs: 1_778_493_600_000)
    }

    /// An answer with JSON.
    static func answer(_ status: Int, _ text: String, _ headers: [(String, String)] = []) -> Response {
        Response(status: status, headers: headers + [("content-type", "application/json")], text: text)
    }

    /// What every connector must bear: not one of these may crash it or be taken for success.
    static let damaged: [Response] = [
        Response(status: 200, text: ""), Response(status: 200, text: "<html><body>Welcome</body></html>"),
        Response(status: 200, text: #"{"data":"#), Response(status: 200, text: "[1,2,3]"),
        Response(status: 200, text: "null"),
        Response(status: 200, text: #"{"data":[{"status_code":"201","body":7}],"issues":{"a":1}}"#),
        Response(status: 200, body: [0xFF, 0xFE, 0x00]), Response(status: 404, text: "<h1>Not here</h1>"),
        Response(status: 418),
        Response(status: 302, headers: [("location", "https://elsewhere.example")]),
    ]
}

extension Request {
    /// The body as JSON; null if there is none.
    var value: JSONValue {
        guard let body, let value = try? JSONText.decode(JSONValue.self, from: body) else { return .null }
        return value
    }
}

extension JSONValue {
    /// The elements of an array; none if it is something else.
    var elements: [JSONValue] { if case .array(let values) = self { values } else { [] } }

    /// The element at this place; nil if there is none.
    subscript(place: Int) -> JSONValue? { elements.indices.contains(place) ? elements[place] : nil }
}

extension ConnectorHarness.Trace {
    /// The codes of the warnings of one outcome, in their order.
    func warnings(_ place: Int = 0) -> [String] {
        outcomes.indices.contains(place) ? outcomes[place].warnings.map(\.code) : []
    }
}
