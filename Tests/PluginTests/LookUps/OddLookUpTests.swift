import AsanaConnector
import JiraConnector
import LinearConnector
import PatchbayConnectorJSON
import PatchbayConnectorKit
import Testing

/// Answers of status 200 that say nothing of what is there: none of them may mean that a task is surely not there.
@Suite("Odd answers to a look-up") struct OddLookUpTests {
    /// Asks for two tasks, and says whether any miss was called exhaustive.
    private func isProof<Spoken: Connector>(
        _ type: Spoken.Type, _ opening: Opening, _ answer: (Request) -> Response?
    ) throws -> Bool {
        let trace = try ConnectorHarness(type, opening).call(.find, [Trying.plain(1), Trying.plain(2)], answer: answer)
        #expect(trace.result != nil)
        return trace.outcomes.contains { $0.exhaustive }
    }

    /// Two members of one name hide what stood in the first, and a name with a zero ends there.
    private func doubled(_ honest: JSONValue, _ names: [String]) throws -> [Response] {
        let text = String(decoding: try JSONText.encode(honest), as: UTF8.self)
        return names.flatMap { name in
            [
                Trying.answer(200, text.replacing("\"\(name)\":", with: "\"\(name)\":null,\"\(name)\":")),
                Trying.answer(200, text.replacing("\"\(name)\":", with: "\"\(name)\\u0000\":")),
            ]
        }
    }

    private func expectNoProof<Spoken: Connector>(
        _ type: Spoken.Type, _ opening: Opening, _ odd: [(String, Response)], at path: String,
        else answer: (Request) -> Response?
    ) throws {
        for (words, response) in odd {
            let proof = try isProof(type, opening) { $0.path == path ? response : answer($0) }
            #expect(!proof, "\(words)")
        }
    }

    private func responses(_ odd: [Mutator.Odd]) -> [(String, Response)] {
        odd.map { ($0.description, Trying.body($0.value)) }
    }

    private var wholes: [(String, Response)] {
        Mutator.bodies.map { ($0, Trying.answer(200, $0)) }
            + [204, 206, 202].map { ("status \($0)", Trying.answer($0, #"{"data":[],"issues":[],"isLast":true}"#)) }
    }

    // MARK: Asana

    private let personal = Opening(settings: Trying.asanaSettings, tokenKind: "api-key", account: "me-1")

    @Test("Asana, the list of the project: no proof; the honest one is")
    func asanaList() throws {
        let site = AsanaSite(tasks: ["22": [], "33": [AsanaSite.row("7")]])
        #expect(try isProof(AsanaConnector.self, personal, site.answer))
        // The empty list, and one with a row of nobody's.
        #expect(
            try isProof(AsanaConnector.self, personal) {
                $0.path == "/api/1.0/tasks" ? Trying.answer(200, #"{"data":[]}"#) : site.answer($0)
            })
        let last: JSONValue = ["data": [AsanaSite.row("8"), AsanaSite.row("9", by: nil)], "next_page": .null]
        #expect(
            try isProof(AsanaConnector.self, personal) {
                $0.path == "/api/1.0/tasks" ? Trying.body(last) : site.answer($0)
            })
        let row: JSONValue = ["data": [AsanaSite.row("8")], "next_page": .null]
        let more: JSONValue = ["data": [], "next_page": ["offset": "o"]]
        var odd = responses(
            Mutator.odd(
                row, but: ["data.0.created_by.resource_type"], nullable: ["data.0.created_by"], optional: ["next_page"])
        )
        odd += responses(Mutator.odd(more, but: ["data"], nullable: ["next_page"], optional: ["next_page"]))
        odd += wholes + (try doubled(row, ["data", "next_page", "gid", "notes"])).map { ("doubled", $0) }
        odd.append(("a next page that is this one", Trying.body(more)))
        odd.append(("no offset", Trying.answer(200, #"{"data":[],"next_page":{"offset":" "}}"#)))
        odd.append(("errors beside", Trying.answer(200, #"{"data":[],"errors":[{"message":"Server Error"}]}"#)))
        odd.append(("an error beside", Trying.answer(200, #"{"data":[],"errors":"Server Error"}"#)))
        odd.append(("a bare row", Trying.answer(200, #"{"data":[{"gid":"1"}]}"#)))
        odd.append(("a blank id", Trying.body(["data": [AsanaSite.row(" ")]])))
        #expect(odd.count >= 60)
        try expectNoProof(AsanaConnector.self, personal, odd, at: "/api/1.0/tasks", else: site.answer)
    }

    @Test("Asana, the list of projects that a look-up goes on to: no proof")
    func asanaProjects() throws {
        let site = AsanaSite(tasks: ["22": [], "33": []])
        let honest: JSONValue = [
            "data": [["gid": "22", "name": "P"], ["gid": "33", "name": "Q"]], "next_page": .null,
        ]
        #expect(
            try isProof(AsanaConnector.self, personal) {
                $0.path == "/api/1.0/projects" ? Trying.body(honest) : site.answer($0)
            })
        var odd = responses(Mutator.odd(honest, but: ["data.0.name", "data.1.name"], optional: ["next_page"])) + wholes
        odd.append(("ours is not in it", Trying.answer(200, #"{"data":[{"gid":"33"}],"next_page":null}"#)))
        odd.append(("none at all", Trying.answer(200, #"{"data":[]}"#)))
        try expectNoProof(AsanaConnector.self, personal, odd, at: "/api/1.0/projects", else: site.answer)
    }

    @Test("Asana, by external id: only a plain 404 with a reason is a miss")
    func asanaExternal() throws {
        let opening = Opening(settings: Trying.asanaSettings, tokenKind: "oauth")
        let miss: JSONValue = [
            "status_code": 404, "headers": [:], "body": ["errors": [["message": "task: Unknown object"]]],
        ]
        let honest: JSONValue = ["data": [miss, miss]]
        #expect(try isProof(AsanaConnector.self, opening) { _ in Trying.body(honest) })
        // Both alike, since one honest miss beside an odd one is one.
        func both(_ action: JSONValue) -> Response { Trying.body(["data": [action, action]]) }
        var odd = Mutator.odd(miss, but: ["headers"]).map { ($0.description, both($0.value)) } + wholes
        odd += responses(Mutator.odd(honest, but: ["data.0", "data.1"]))
        for status in [200, 201, 400, 401, 402, 403, 410, 429, 500, 503] {
            odd.append(
                (
                    "status \(status)",
                    both(["status_code": .integer(Int64(status)), "body": ["errors": [["message": "no"]]]])
                ))
        }
        for data: JSONValue in [[:], [], ["gid": " "], ["gid": 7], "x"] {
            odd.append(("data \(data)", both(["status_code": 200, "body": ["data": data]])))
            odd.append(
                (
                    "404 and data \(data)",
                    both(["status_code": 404, "body": ["data": data, "errors": [["message": "no"]]]])
                ))
        }
        for reason: JSONValue in [[], [:], [.null], ["no"], [["message": " "]], [["message": 7]]] {
            odd.append(("reason \(reason)", both(["status_code": 404, "body": ["errors": reason]])))
        }
        odd.append(("one too few", Trying.body(["data": [miss]])))
        odd.append(("one too many", Trying.body(["data": [miss, miss, miss]])))
        odd.append(("errors beside", Trying.body(["data": [miss, miss], "errors": [["message": "no"]]])))
        odd += (try doubled(honest, ["data", "status_code", "body", "errors"])).map { ("doubled", $0) }
        #expect(odd.count >= 60)
        try expectNoProof(AsanaConnector.self, opening, odd, at: "/api/1.0/batch") { _ in nil }
    }

    // MARK: Jira

    @Test("Jira: no proof; the honest one is")
    func jira() throws {
        let opening = Opening(settings: Trying.jiraSettings, tokenKind: "api-key", account: "acc-me")
        #expect(try isProof(JiraConnector.self, opening) { _ in Trying.answer(200, #"{"issues":[],"isLast":true}"#) })
        let honest: JSONValue = ["issues": [JiraSite.row(7), JiraSite.row(8, marker: 9)], "isLast": true]
        #expect(try isProof(JiraConnector.self, opening) { _ in Trying.body(honest) })
        var odd =
            responses(
                Mutator.odd(
                    honest, nullable: ["issues.0.fields.creator", "issues.1.fields.creator"],
                    optional: ["issues.1.properties.patchbay.delivery"])) + wholes
        odd += (try doubled(honest, ["issues", "isLast", "properties", "id"])).map { ("doubled", $0) }
        for text in [
            #"{"issues":null}"#, #"{"isLast":true}"#, #"{"issues":[]}"#, #"{"issues":[],"isLast":false}"#,
            #"{"issues":[],"isLast":null}"#,
            #"{"issues":[],"isLast":true,"nextPageToken":"n"}"#, #"{"issues":[],"isLast":true,"nextPageToken":""}"#,
            #"{"issues":[],"nextPageToken":"n"}"#, #"{"issues":[],"isLast":false,"nextPageToken":"n"}"#,
            #"{"issues":[],"isLast":false,"nextPageToken":" "}"#, #"{"issues":[],"isLast":false,"nextPageToken":7}"#,
            #"{"issues":[],"isLast":"true"}"#, #"{"issues":[],"isLast":true,"errorMessages":["no"]}"#,
            #"{"issues":[],"isLast":true,"errors":{"jql":"no"}}"#, #"{"issues":[],"isLast":true,"message":"no"}"#,
            #"{"issues":[],"isLast":true,"warningMessages":["a part is missing"]}"#,
        ] { odd.append((text, Trying.answer(200, text))) }
        #expect(odd.count >= 60)
        try expectNoProof(JiraConnector.self, opening, odd, at: "/rest/api/3/search/jql") { _ in nil }
    }

    // MARK: Linear

    @Test("Linear: no proof; the honest one is")
    func linear() throws {
        let opening = Opening(settings: Trying.linearSettings, tokenKind: "api-key")
        let end: JSONValue = ["hasNextPage": false, "endCursor": .null]
        let none: JSONValue = ["data": ["issues": ["nodes": [], "pageInfo": end]]]
        #expect(try isProof(LinearConnector.self, opening) { _ in Trying.body(none) })
        func row(_ number: Int) -> JSONValue {
            [
                "id": .string(Trying.id(number)), "identifier": .string("ENG-\(number)"),
                "url": .string("https://l/\(number)"),
            ]
        }
        let one: JSONValue = ["data": ["issues": ["nodes": [row(2)], "pageInfo": end]]]
        #expect(try isProof(LinearConnector.self, opening) { _ in Trying.body(one) })
        var odd =
            responses(Mutator.odd(one, but: ["data.issues.pageInfo.endCursor"]))
            + responses(Mutator.odd(none, but: ["data.issues.pageInfo.endCursor"])) + wholes
        odd += (try doubled(one, ["data", "nodes", "pageInfo", "hasNextPage"])).map { ("doubled", $0) }
        odd.append(
            (
                "more to come",
                Trying.body(["data": ["issues": ["nodes": [], "pageInfo": ["hasNextPage": true, "endCursor": "c"]]]])
            ))
        odd.append(("no end told", Trying.body(["data": ["issues": ["nodes": []]]])))
        odd.append(("another one's", Trying.body(["data": ["issues": ["nodes": [row(99)], "pageInfo": end]]])))
        for errors: JSONValue in [
            [["message": "partial", "path": ["issues"]]], [["message": 7]], "no", ["message": "no"], 7, true, [.null],
        ] {
            odd.append(
                (
                    "errors \(errors)",
                    Trying.body(["data": ["issues": ["nodes": [], "pageInfo": end]], "errors": errors])
                ))
        }
        #expect(odd.count >= 60)
        try expectNoProof(LinearConnector.self, opening, odd, at: "/graphql") { _ in nil }
    }
}
