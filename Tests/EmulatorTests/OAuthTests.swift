import Foundation
import PatchbayEmulator
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@Suite("OAuth")
struct OAuthTests {
    private static let systems = ["asana", "jira", "linear"]

    /// A refresh as each vendor wants it.
    private func refresh(_ vendors: Vendors, _ system: String, _ token: String, secret: String = "demo-client-secret")
        async throws
        -> Answer
    {
        let fields = [
            ("grant_type", "refresh_token"), ("client_id", "demo-client"), ("client_secret", secret),
            ("refresh_token", token),
        ]
        switch system {
        case "jira":
            let body = JSON.object(fields.map { JSON.Member($0.0, .string($0.1)) })
            return try await Vendors.send("POST", vendors.addresses.jira + "/oauth/token", body)
        default:
            let address =
                system == "asana"
                ? vendors.addresses.asana + "/-/oauth_token" : vendors.addresses.linear + "/oauth/token"
            var request = URLRequest(url: try #require(URL(string: address)))
            request.httpMethod = "POST"
            request.httpBody = Data(fields.map { "\($0.0)=\($0.1)" }.joined(separator: "&").utf8)
            let (data, response) = try await URLSession.shared.data(for: request)
            return Answer(status: (response as? HTTPURLResponse)?.statusCode ?? 0, headers: [:], data: data)
        }
    }

    @Test(
        "a refresh answers with a token that works, and a new refresh token where the vendor rotates",
        arguments: systems)
    func refreshes(system: String) async throws {
        try await withEmulator { (vendors) async throws in
            let answer = try await refresh(vendors, system, "\(system)-demo-refresh")
            #expect(answer.status == 200)
            let access = try #require(answer.json["access_token"]?.text)
            #expect(try await vendors.account(system, token: "Bearer " + access).status == 200)
            #expect((answer.json["refresh_token"] != nil) == (system != "asana"))
            #expect(answer.json["expires_in"]?.wholeNumber ?? 0 > 3_500)
            #expect(try await vendors.control("GET", "/oauth")[system]?["refreshes"] == 1)
        }
    }

    @Test(
        "a spent refresh token is answered the same inside its window, and ends the grant outside it",
        arguments: ["jira", "linear"])
    func reuse(system: String) async throws {
        try await withEmulator { (vendors) async throws in
            let first = try await refresh(vendors, system, "\(system)-demo-refresh").json
            let again = try await refresh(vendors, system, "\(system)-demo-refresh").json
            #expect(first["refresh_token"]?.text != nil && again["refresh_token"] == first["refresh_token"])
            try await vendors.control("POST", "/oauth", ["system": .string(system), "reuseWindowSeconds": 0])
            let late = try await refresh(vendors, system, "\(system)-demo-refresh")
            #expect(late.status >= 400 && late.json["error"] == "invalid_grant")
            let next = try await refresh(vendors, system, first["refresh_token"]?.text ?? "")
            #expect(next.json["error"] == "invalid_grant", "the whole grant is gone")
            let access = "Bearer " + (first["access_token"]?.text ?? "")
            #expect(try await vendors.account(system, token: access).status == 401)
            let seen = try await vendors.control("GET", "/oauth")[system]
            #expect(seen?["replays"] == 1 && seen?["reuses"] == 1 && seen?["revokedGrants"] == 1)
        }
    }

    @Test("a wrong client, an unknown refresh token and an expired access token are refused", arguments: systems)
    func refusals(system: String) async throws {
        try await withEmulator { (vendors) async throws in
            #expect(
                try await refresh(vendors, system, "\(system)-demo-refresh", secret: "x").json["error"]
                    == "invalid_client")
            #expect(try await refresh(vendors, system, "nobody").json["error"] == "invalid_grant")
            try await vendors.control("POST", "/oauth", ["system": .string(system), "accessSeconds": 0])
            let access = try await refresh(vendors, system, "\(system)-demo-refresh").json["access_token"]?.text ?? ""
            #expect(try await vendors.account(system, token: "Bearer " + access).status == 401)
        }
    }

    @Test("Jira's gateway names the site and passes on what goes to it, with an OAuth token only")
    func gateway() async throws {
        try await withEmulator { (vendors) async throws in
            let root = vendors.addresses.jira
            let bearer = "Bearer jira-demo-oauth"
            let sites = try await Vendors.send("GET", root + "/oauth/token/accessible-resources", authorization: bearer)
            #expect(sites.json.items?.first?["url"]?.text == root)
            let id = try #require(sites.json.items?.first?["id"]?.text)
            #expect(
                try await Vendors.send("GET", root + "/ex/jira/\(id)/rest/api/3/myself", authorization: bearer).status
                    == 200)
            #expect(
                try await Vendors.send("GET", root + "/ex/jira/other/rest/api/3/myself", authorization: bearer).status
                    == 401)
            let basic = Vendors.jiraHeader
            #expect(
                try await Vendors.send("GET", root + "/ex/jira/\(id)/rest/api/3/myself", authorization: basic).status
                    == 401)
        }
    }
}
