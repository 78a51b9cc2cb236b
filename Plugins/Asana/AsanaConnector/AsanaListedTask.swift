import ConnectorJSON
import PatchbayConnectorKit

extension StrictPage {
    /// One page of a list of Asana's. Throws when the answer is no such page.
    init(asana response: Response) throws {
        try self.init(response, rows: "data", troubles: ["errors"]) { whole in
            guard let next = whole["next_page"], !next.isNull else { return .last }
            // A row is an object, and so is the next page; what is neither tells no end.
            let offset = next["offset"]?.text ?? ""
            return PlainText.isBlank(offset) ? .untold : .next(offset)
        }
    }
}

/// A task as a look-up's lists show it.
struct AsanaListedTask {
    /// What is asked for of each row. Who made it, and when it changed, tell tasks of ours whose notes were replaced.
    static func fields(withExternal: Bool) -> String {
        "gid,name,notes,permalink_url,created_at,modified_at,created_by" + (withExternal ? ",external" : "")
    }

    let gid: String
    let url: String?
    /// The delivery ids in its notes.
    let markers: [String]
    /// Whether an app of ours gave it an external id.
    let hasExternalId: Bool
    /// The same for choosing candidates; nil when the row lacks something that was asked for.
    let listed: ListedTask?

    /// Throws when the row is no task.
    init(_ row: JSONPart, _ response: Response) throws {
        guard let gid = row["gid"]?.text, !PlainText.isBlank(gid) else {
            throw response.misunderstood("a row is no task: it has no gid")
        }
        self.gid = gid
        url = row["permalink_url"]?.text
        let notes = row["notes"]?.text
        markers = notes.map(TaskFields.markers) ?? []
        hasExternalId = row["external"]?["gid"]?.text.map { !PlainText.isBlank($0) } ?? false
        // A task that came in by a form may have been made by nobody.
        let maker = row["created_by"]
        let makerId = maker?["gid"]?.text
        let isMakerTold = maker.map { $0.isNull || !PlainText.isBlank(makerId ?? "") } ?? false
        guard notes != nil, url != nil, isMakerTold, let name = row["name"]?.text,
            let created = row["created_at"]?.text.flatMap(UnixTime.milliseconds(iso8601:)),
            let modified = row["modified_at"]?.text.flatMap(UnixTime.milliseconds(iso8601:))
        else {
            listed = nil
            return
        }
        listed = ListedTask(
            externalId: gid, title: name, url: url, account: makerId, createdUnixMs: created, modifiedUnixMs: modified)
    }
}
