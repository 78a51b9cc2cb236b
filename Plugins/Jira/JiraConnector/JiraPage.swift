import ConnectorJSON
import PatchbayConnectorKit

/// One page of a search from which it may follow that an issue is not there.
struct JiraPage {
    let issues: [JiraListedIssue]
    let end: StrictPage.End

    /// Throws when the answer is no such page: then it says nothing of what is there.
    init(_ response: Response) throws {
        let troubles = ["errorMessages", "errors", "message", "warningMessages"]
        let page = try StrictPage(response, rows: "issues", troubles: troubles) { whole in
            let token = whole["nextPageToken"].flatMap { $0.isNull ? nil : $0.text ?? "" }
            switch (whole["isLast"]?.truth, token) {
            case (true, nil): return .last
            case (false, let token?) where !PlainText.isBlank(token): return .next(token)
            default: return .untold
            }
        }
        issues = try page.rows.map { try JiraListedIssue($0, response) }
        end = page.end
    }
}

/// An issue as a look-up's search shows it.
struct JiraListedIssue {
    let id: String
    let key: String
    /// The delivery id that its property carries.
    let deliveryId: String?
    /// Whether it has our property, whatever is in it.
    let isMarked: Bool
    /// The same for choosing candidates; nil when the row lacks something that was asked for.
    let listed: ListedTask?

    /// What is asked for of each row. Who made it, and when it changed, tell issues of ours that lost their property.
    static let fields: JSONValue = ["summary", "creator", "created", "updated"]

    /// Throws when the row is no issue.
    init(_ row: JSONPart, _ response: Response) throws {
        guard let id = row["id"]?.text, let key = row["key"]?.text, !PlainText.isBlank(id), !PlainText.isBlank(key)
        else {
            throw response.misunderstood("a row is no issue: it has no id or no key")
        }
        self.id = id
        self.key = key
        let properties = row["properties"]
        let property = properties?[deliveryProperty]
        isMarked = property != nil
        deliveryId = property?["id"]?.text
        let fields = row["fields"]
        // Where anybody may make issues, an issue may have been made by nobody.
        let creator = fields?["creator"]
        let account = creator?["accountId"]?.text
        let isCreatorTold = creator.map { $0.isNull || !PlainText.isBlank(account ?? "") } ?? false
        let isPropertyTold = properties?.isObject == true && (property == nil || deliveryId != nil)
        guard isPropertyTold, isCreatorTold, let summary = fields?["summary"]?.text,
            let created = fields?["created"]?.text.flatMap(UnixTime.milliseconds(iso8601:)),
            let updated = fields?["updated"]?.text.flatMap(UnixTime.milliseconds(iso8601:))
        else {
            listed = nil
            return
        }
        listed = ListedTask(
            externalId: id, displayId: key, title: summary, account: account, createdUnixMs: created,
            modifiedUnixMs: updated)
    }
}
