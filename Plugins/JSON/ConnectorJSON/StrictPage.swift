import PatchbayConnectorKit

/// One page of a list from which it may follow that something is not there.
public struct StrictPage {
    /// What it says of the list's end.
    public enum End {
        /// This was the last page.
        case last
        /// There is more, under this token.
        case next(String)
        /// It says neither, or both.
        case untold
    }

    /// The rows, of which nothing is known yet.
    public let rows: [JSONPart]
    /// What it says of the list's end.
    public let end: End

    /// Reads the list of this name. Throws when the answer is no such page: then it says nothing of what is there. A
    /// system in trouble may say so in its refusal's form, beside a list of nothing: there must be none of `troubles`.
    public init(_ response: Response, rows name: String, troubles: [String], end: (JSONPart) -> End) throws {
        let whole = try response.strictJSON()
        for trouble in troubles where whole[trouble].map(\.isNull) == false {
            throw response.misunderstood("it has \(trouble) beside its \(name)")
        }
        guard let rows = whole[name]?.elements else { throw response.misunderstood("\(name) is missing or no list") }
        self.rows = rows
        self.end = end(whole)
    }
}
