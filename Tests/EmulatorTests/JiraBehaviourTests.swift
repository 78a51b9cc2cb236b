import Foundation
import PatchbayEmulator
import Testing

@Suite("Jira")
struct JiraBehaviourTests {
    @Test("create: an issue is made with fields and properties, and read back by id and key")
    func create() async throws {
        try await withEmulator { (vendors) async throws in
            let issue = Vendors.issue(
                [
                    "summary": "Call back", "description": Vendors.document("Ask for numbers"), "labels": ["sync"],
                    "duedate": "2026-05-11",
                    "priority": ["name": "High"], "assignee": ["id": "5b10a2844c20165700ede202"],
                ], properties: [["key": "patchbay.delivery", "value": ["id": "7f3c"]]])
            let made = try await vendors.jira("POST", "/issue", issue)
            #expect(made.status == 201)
            #expect(made.json["id"] == "10001")
            #expect(made.json["key"] == "ED-1")
            let read = try await vendors.jira(
                "GET", "/issue/ED-1?fields=summary,priority,assignee,description&properties=patchbay.delivery")
            #expect(read.json["fields"]?["priority"]?["name"] == "High")
            #expect(read.json["fields"]?["assignee"]?["emailAddress"] == "alice@example.com")
            #expect(read.json["fields"]?["description"]?["type"] == "doc")
            #expect(read.json["properties"]?["patchbay.delivery"]?["id"] == "7f3c")
            #expect(
                try await vendors.jira("GET", "/issue/10001/properties/patchbay.delivery").json["value"]?["id"]
                    == "7f3c")
            let plain = try await vendors.control("GET", "/state?system=jira")["jira"]?["tasks"]?.items?.first
            #expect(plain?["descriptionText"] == "Ask for numbers")
            #expect(plain?["deliveryId"] == "7f3c")
        }
    }

    @Test(
        "create refused: each bad field is a 400 that names it and makes nothing",
        arguments: [
            (#"{"summary":""}"#, "summary"), (#"{"summary":"a\nb"}"#, "newline"), (#"{"summary":5}"#, "summary"),
            (#"{"description":"plain"}"#, "Operation value must be an Atlassian Document"),
            (#"{"description":{"type":"doc","version":2,"content":[]}}"#, "INVALID_INPUT"),
            (
                #"""
                {"description":{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text",\#
                "text":""}]}]}}
                """#,
                "INVALID_INPUT"
            ),
            (
                #"""
                {"description":{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text",\#
                "text":"a\nb"}]}]}}
                """#,
                "INVALID_INPUT"
            ),
            (#"{"description":{"type":"doc","version":1,"content":[{"type":"text","text":"a"}]}}"#, "INVALID_INPUT"),
            (#"{"labels":["two words"]}"#, "contains spaces"), (#"{"priority":{"id":"99"}}"#, "priority"),
            (#"{"assignee":{"id":"nobody"}}"#, "assignee"), (#"{"assignee":{"name":"alice"}}"#, "accountId"),
            (#"{"issuetype":{"id":"9"}}"#, "issuetype"), (#"{"project":{"key":"NO"}}"#, "project"),
            (#"{"duedate":"tomorrow"}"#, "duedate"),
            (#"{"nonsense":1}"#, "cannot be set. It is not on the appropriate screen, or unknown."),
        ])
    func createRefused(fields: String, expected: String) async throws {
        try await withEmulator { (vendors) async throws in
            let answer = try await vendors.jira("POST", "/issue", Vendors.issue(try JSON(parsing: fields)))
            #expect(answer.status == 400)
            #expect(answer.json["errorMessages"]?.items != nil)
            #expect(answer.json["errors"]?.members != nil)
            #expect(answer.text.contains(expected), "\(answer.text)")
            #expect(try await vendors.count("jira") == 0)
        }
    }

    @Test("create refused: a summary over 255 characters and a description over 32767")
    func tooLong() async throws {
        try await withEmulator { (vendors) async throws in
            let summary = Vendors.issue(["summary": .string(String(repeating: "x", count: 256))])
            #expect(try await vendors.jira("POST", "/issue", summary).json["errors"]?["summary"] != nil)
            let description = Vendors.issue(["description": Vendors.document(String(repeating: "x", count: 32_768))])
            #expect(try await vendors.jira("POST", "/issue", description).text.contains("CONTENT_LIMIT_EXCEEDED"))
            let fits = Vendors.issue([
                "summary": .string(String(repeating: "x", count: 255)),
                "description": Vendors.document(String(repeating: "x", count: 32_767)),
            ])
            #expect(try await vendors.jira("POST", "/issue", fits).status == 201)
        }
    }

    @Test("batch: 201 if one was made, 400 if none, failures by their place, 50 at most")
    func bulk() async throws {
        try await withEmulator { (vendors) async throws in
            let good = Vendors.issue([:])
            let bad = Vendors.issue(["summary": ""])
            let mixed = try await vendors.jira("POST", "/issue/bulk", ["issueUpdates": [good, bad, good]])
            #expect(mixed.status == 201)
            #expect(mixed.json["issues"]?.items?.map { $0["key"]?.text } == ["ED-1", "ED-2"])
            #expect(mixed.json["errors"]?.items?.map { $0["failedElementNumber"]?.wholeNumber } == [1])
            let failed = try await vendors.jira("POST", "/issue/bulk", ["issueUpdates": [bad]])
            #expect(failed.status == 400)
            #expect(failed.json["issues"] == [])
            #expect(failed.json["errors"]?.items?.first?["elementErrors"]?["errors"]?["summary"] != nil)
            let many = try await vendors.jira(
                "POST", "/issue/bulk", ["issueUpdates": .array(Array(repeating: good, count: 51))])
            #expect(many.status == 400)
            #expect(try await vendors.count("jira") == 2)
        }
    }

    @Test("search lag: a new issue is found only after the lag, or at once when it is reconciled")
    func searchLag() async throws {
        try await withEmulator { (vendors) async throws in
            try await vendors.control("POST", "/settings", ["jira": ["searchLagMilliseconds": 3_600_000]])
            _ = try await vendors.create("jira")
            let search: JSON = ["jql": "project = ED AND created >= 1700000000000"]
            #expect(try await vendors.jira("POST", "/search/jql", search).json["issues"] == [])
            let forced = try await vendors.jira(
                "POST", "/search/jql", ["jql": "project = ED", "reconcileIssues": [10001]])
            #expect(forced.json["issues"]?.items?.count == 1)
            try await vendors.control("POST", "/settings", ["jira": ["searchLagMilliseconds": 0]])
            #expect(try await vendors.jira("POST", "/search/jql", search).json["issues"]?.items?.count == 1)
        }
    }

    @Test("look-up: a search answers ids only unless fields are asked for, carries properties, and pages")
    func search() async throws {
        try await withEmulator { (vendors) async throws in
            for number in 1...3 {
                let properties: JSON = [["key": "patchbay.delivery", "value": ["id": .string("d\(number)")]]]
                _ = try await vendors.jira(
                    "POST", "/issue", Vendors.issue(["labels": [.string("l\(number)")]], properties: properties))
            }
            let bare = try await vendors.jira("POST", "/search/jql", ["jql": "project = ED"])
            #expect(bare.json["issues"]?.items?.first?["fields"] == nil)
            var found: [String] = []
            var token: JSON?
            repeat {
                var search: JSON = [
                    "jql": "project = ED ORDER BY created ASC", "maxResults": 2, "fields": ["summary"],
                    "properties": ["patchbay.delivery"],
                ]
                if let token { search = .object((search.members ?? []) + [.init("nextPageToken", token)]) }
                let page = try await vendors.jira("POST", "/search/jql", search).json
                found += page["issues"]?.items?.compactMap { $0["properties"]?["patchbay.delivery"]?["id"]?.text } ?? []
                token = page["nextPageToken"]
                #expect(page["isLast"]?.truth == (token == nil))
            } while token != nil
            #expect(found == ["d1", "d2", "d3"])
            for (jql, count) in [
                ("labels = l2", 1), ("key in (ED-1, ED-3)", 2), ("id = 10002 AND project = ED", 1), ("created < 5", 0),
            ] {
                let answer = try await vendors.jira("POST", "/search/jql", ["jql": .string(jql)])
                #expect(answer.json["issues"]?.items?.count == count, "\(jql)")
            }
        }
    }

    @Test(
        "look-up refused: an unbounded search, an unknown field, a removed address",
        arguments: ["", "ORDER BY created", "flavour = sweet"])
    func searchRefused(jql: String) async throws {
        try await withEmulator { (vendors) async throws in
            #expect(try await vendors.jira("POST", "/search/jql", ["jql": .string(jql)]).status == 400)
            #expect(try await vendors.jira("GET", "/search?jql=project=ED").status == 410)
        }
    }

    @Test("update, complete and delete: an issue changes, moves to done and is gone")
    func update() async throws {
        try await withEmulator { (vendors) async throws in
            _ = try await vendors.create("jira")
            #expect(
                try await vendors.jira("PUT", "/issue/ED-1", ["fields": ["summary": "New", "duedate": nil]]).status
                    == 204)
            #expect(try await vendors.jira("PUT", "/issue/ED-1", ["fields": ["labels": ["a b"]]]).status == 400)
            let steps = try await vendors.jira("GET", "/issue/ED-1/transitions").json["transitions"]?.items ?? []
            let done = steps.first { $0["to"]?["statusCategory"]?["key"] == "done" }?["id"]
            #expect(
                try await vendors.jira("POST", "/issue/ED-1/transitions", ["transition": ["id": done ?? .null]]).status
                    == 204)
            #expect(
                try await vendors.jira("POST", "/issue/ED-1/transitions", ["transition": ["id": "999"]]).status == 400)
            let read = try await vendors.jira(
                "POST", "/issue/bulkfetch", ["issueIdsOrKeys": ["ED-1", "ED-9"], "fields": ["summary", "status"]])
            #expect(read.json["issues"]?.items?.first?["fields"]?["status"]?["name"] == "Done")
            #expect(read.json["issueErrors"]?.items?.count == 1)
            #expect(try await vendors.jira("DELETE", "/issue/ED-1").status == 204)
            #expect(try await vendors.jira("GET", "/issue/ED-1").status == 404)
        }
    }

    @Test("off-screen fields: a field taken off a project's screen is refused and leaves createmeta")
    func offScreen() async throws {
        try await withEmulator { (vendors) async throws in
            try await vendors.control(
                "POST", "/settings", ["jira": ["offScreen": ["ED": ["priority"]], "required": ["OPS": ["duedate"]]]])
            let answer = try await vendors.jira("POST", "/issue", Vendors.issue(["priority": ["id": "1"]]))
            #expect(answer.json["errors"]?["priority"]?.text?.contains("not on the appropriate screen") == true)
            func fields(_ project: String) async throws -> [JSON] {
                try await vendors.jira("GET", "/issue/createmeta/\(project)/issuetypes/10001").json["fields"]?.items
                    ?? []
            }
            #expect(try await fields("ED").contains { $0["fieldId"] == "priority" } == false)
            #expect(try await fields("OPS").contains { $0["fieldId"] == "priority" })
            #expect(try await fields("OPS").first { $0["fieldId"] == "duedate" }?["required"] == true)
            let missing = try await vendors.jira("POST", "/issue", Vendors.issue(["project": ["key": "OPS"]]))
            #expect(missing.json["errors"]?["duedate"] != nil)
        }
    }

    @Test("directory: account, site, projects, issue types, users and priorities are listed")
    func directory() async throws {
        try await withEmulator { (vendors) async throws in
            #expect(try await vendors.jira("GET", "/myself").json["emailAddress"] == "demo@example.com")
            #expect(try await vendors.jira("GET", "/serverInfo").json["baseUrl"]?.text == vendors.addresses.jira)
            #expect(try await vendors.jira("GET", "/project/search").json["values"]?.items?.count == 2)
            #expect(try await vendors.jira("GET", "/project/ED").json["id"] == "10100")
            #expect(
                try await vendors.jira("GET", "/issue/createmeta/ED/issuetypes").json["issueTypes"]?.items?.count == 3)
            #expect(try await vendors.jira("GET", "/user/search?query=alice@example.com").json.items?.count == 1)
            #expect(try await vendors.jira("GET", "/user/assignable/search?project=ED&query=nobody").json == [])
            #expect(try await vendors.jira("GET", "/priority").json.items?.count == 5)
        }
    }

    @Test("limits: a burst is refused per endpoint, with the reason and the rest in the headers")
    func burst() async throws {
        try await withEmulator { (vendors) async throws in
            try await vendors.control("POST", "/limits", ["system": "jira", "requests": 2, "windowSeconds": 3600])
            #expect(try await vendors.account("jira").header("x-ratelimit-remaining") == "1")
            #expect(try await vendors.account("jira").header("x-ratelimit-nearlimit") == "true")
            let refused = try await vendors.account("jira")
            #expect(refused.status == 429)
            #expect(refused.header("ratelimit-reason") == "jira-burst-based")
            #expect(refused.header("retry-after") != nil)
            #expect(refused.header("x-ratelimit-reset") != nil)
            #expect(try await vendors.jira("GET", "/priority").status == 200)
        }
    }
}
