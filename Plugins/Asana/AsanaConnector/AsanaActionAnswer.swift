import ConnectorJSON
import PatchbayConnectorKit

/// The answer to one action of a batch: its status, and its body, of which what has an unexpected shape is not read and
/// does not spoil the answers beside it.
struct AsanaActionAnswer: Sendable {
    let status: Int
    /// What it gave, if it succeeded.
    let data: JSONValue?
    /// What it refused; nil if the body has no such form.
    let errors: AsanaErrors?

    /// Whether it says that the thing that was asked for is not there, and nothing else: 404 with a reason in words,
    /// and no data.
    let isPlainMiss: Bool

    /// Nil when it is no object, or has no status.
    private init?(_ answer: JSONPart) {
        guard case .integer(let number)? = answer["status_code"]?.value, let status = Int(exactly: number) else {
            return nil
        }
        let body = answer["body"]
        self.status = status
        data = (200..<300).contains(status) ? body?["data"]?.value : nil
        if case .array(let entries)? = body?["errors"]?.value, !entries.isEmpty {
            errors = AsanaErrors(
                errors: entries.map { AsanaErrors.Entry(message: $0["message"]?.text, phrase: $0["phrase"]?.text) })
        } else {
            errors = nil
        }
        let hasWords = errors?.errors.contains { !PlainText.isBlank($0.message ?? $0.phrase ?? "") } ?? false
        isPlainMiss = status == 404 && hasWords && body?["data"].map(\.isNull) ?? true
    }

    /// The answers of a whole batch. Throws when it cannot be understood. `onlyReads`: what is missing in it may mean
    /// that a task is not there, so that it must have an answer's form to the last member; to a create what it shows as
    /// made is made, whatever else it says.
    static func all(in response: Response, onlyReads: Bool) throws -> [AsanaActionAnswer] {
        let whole = onlyReads ? try response.strictJSON() : try response.understood { try JSONPart(reading: $0) }
        if onlyReads, whole["errors"].map(\.isNull) == false {
            throw response.misunderstood("it has errors beside its data")
        }
        guard let rows = whole["data"]?.elements else { throw response.misunderstood("data is missing or no list") }
        return try rows.enumerated().map { place, row in
            guard let answer = AsanaActionAnswer(row) else {
                throw response.misunderstood("data.\(place) has no status_code")
            }
            return answer
        }
    }
}
