/// The one address under which OAuth tokens reach every Jira site.
enum JiraGateway {
    /// The id of the one site there is.
    static let cloudID = "11223344-5566-4777-8888-99aabbccddee"

    /// The request as the site behind the gateway gets it, or as it came. `nil` where the gateway knows no such site,
    /// or the token is none that it takes.
    static func unwrapped(_ request: EmulatedRequest) -> EmulatedRequest? {
        guard request.segments.starts(with: ["ex", "jira"]) else { return request }
        let prefix = "/ex/jira/" + cloudID
        guard request.target.hasPrefix(prefix + "/"), request.authorization?.hasPrefix("Bearer ") == true else {
            return nil
        }
        return EmulatedRequest(
            method: request.method, target: String(request.target.dropFirst(prefix.count)),
            authorization: request.authorization,
            contentType: request.contentType, body: request.body, origin: request.origin)
    }

    /// The sites that the caller's token may speak to.
    static func resources(origin: String) -> EmulatedResponse {
        let scopes: JSON = ["read:jira-work", "write:jira-work", "read:jira-user"]
        return .json(200, [["id": .string(cloudID), "url": .string(origin), "name": "emulated", "scopes": scopes]])
    }
}
