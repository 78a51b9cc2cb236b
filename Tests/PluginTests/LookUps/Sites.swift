import PatchbayConnectorJSON
import PatchbayConnectorKit

/// An Asana workspace of a few lists, as far as look-ups read it.
struct AsanaSite {
    /// Tasks by the project that holds them, or by `assignee:GID`.
    var tasks: [String: [JSONValue]] = ["22": []]
    /// The projects that the workspace lists; nil = those of `tasks`.
    var projects: [String]?
    var pageRows = 100
    /// What the paid search answers; nil = it is not paid for.
    var found: [JSONValue]?
    /// Lists that this account may not read.
    var closed: Set<String> = []

    /// A row as the connector asks for it.
    static func row(
        _ gid: String, marker: Int? = nil, notes: String = "", name: String = "A task", by account: String? = "me-1",
        created: String = "2026-05-11T10:00:05.000Z", modified: String? = nil
    ) -> JSONValue {
        [
            "gid": .string(gid), "notes": .string(marker.map { "Words\n\npatchbay:" + Trying.id($0) } ?? notes),
            "name": .string(name),
            "permalink_url": .string("https://a/" + gid), "created_at": .string(created),
            "modified_at": .string(modified ?? created),
            "created_by": account.map { ["gid": .string($0), "resource_type": "user"] } ?? .null,
        ]
    }

    func answer(_ request: Request) -> Response? {
        func query(_ name: String) -> String? { request.query.first { $0.0 == name }?.1 }
        switch request.path {
        case "/api/1.0/projects":
            let ids = projects ?? tasks.keys.filter { !$0.contains(":") }.sorted()
            return Self.page(ids.map { ["gid": .string($0), "name": "P"] }, from: query("offset"), rows: pageRows)
        case "/api/1.0/tasks":
            let list = query("project") ?? "assignee:" + (query("assignee") ?? "")
            if closed.contains(list) { return Trying.answer(403, #"{"errors":[{"message":"Forbidden"}]}"#) }
            return Self.page(tasks[list] ?? [], from: query("offset"), rows: pageRows)
        case "/api/1.0/workspaces/11/tasks/search":
            guard let found else { return Trying.answer(402, #"{"errors":[{"message":"Payment Required"}]}"#) }
            return Trying.body(["data": .array(found)])
        default: return nil
        }
    }

    private static func page(_ rows: [JSONValue], from offset: String?, rows count: Int) -> Response {
        let start = offset.flatMap { Int($0.dropFirst()) } ?? 0
        let end = min(start + count, rows.count)
        let next: JSONValue =
            end < rows.count ? ["offset": .string("o\(end)"), "path": "/x", "uri": "https://a/x"] : .null
        return Trying.body(["data": .array(Array(rows[start..<end])), "next_page": next])
    }
}

/// Answers of a Jira site, as far as look-ups read them.
enum JiraSite {
    /// A row as the connector asks for it.
    static func row(
        _ number: Int, marker: Int? = nil, key: String? = nil, summary: String = "An issue",
        by account: String = "acc-me",
        created: String = "2026-05-11T10:00:05.000+0000", updated: String? = nil
    ) -> JSONValue {
        [
            "id": .string(String(number)), "key": .string(key ?? "ENG-\(number)"),
            "properties": marker.map { ["patchbay.delivery": ["id": .string(Trying.id($0))]] } ?? [:],
            "fields": [
                "summary": .string(summary), "creator": ["accountId": .string(account)], "created": .string(created),
                "updated": .string(updated ?? created),
            ],
        ]
    }

    /// A page of a search, the last one or one with a token for the next.
    static func page(_ rows: [JSONValue], next: String? = nil) -> Response {
        var body: [String: JSONValue] = ["issues": .array(rows), "isLast": .bool(next == nil)]
        body["nextPageToken"] = next.map { .string($0) }
        return Trying.body(.object(body))
    }

    static func permissions(see: Bool, add: Bool) -> Response {
        Trying.body(
            [
                "permissions": [
                    "BROWSE_PROJECTS": ["havePermission": .bool(see)], "CREATE_ISSUES": ["havePermission": .bool(add)],
                ]
            ])
    }
}

extension Trying {
    /// An answer with a value's JSON.
    static func body(_ value: JSONValue, status: Int = 200) -> Response {
        Response(
            status: status, headers: [("content-type", "application/json")], body: (try? JSONText.encode(value)) ?? [])
    }
}
