import ConnectorJSON
import PatchbayConnectorKit

/// The answer to one action of a batch: its status, and its body, of which what has an unexpected shape is not read and does not spoil the
/// answers beside it.
struct AsanaActionAnswer: Sendable {
    let status: Int
    /// What it gave, if it succeeded.
    let data: JSONValue?
    /// What it refused; nil if the body has no such form.
    let errors: AsanaErrors?

    /// Nil when it is no object, or has no status.
    private init?(_ answer: JSONPart) {
        guard case .integer(let number)? = answer["status_code"]?.value, let status = Int(exactly: number) else { return nil }
        let body = answer["body"]
        self.status = status
        data = (200..<300).contains(status) ? body?["data"]?.value : nil
        if case .array(let entries)? = body?["errors"]?.value, !entries.isEmpty {
            errors = AsanaErrors(errors: entries.map { AsanaErrors.Entry(message: $0["message"]?.text, phrase: $0["phrase"]?.text) })
        } else {
            errors = nil
        }
    }

    /// The answers of a whole batch. Throws when it cannot be understood.
    static func all(in response: Response) throws -> [AsanaActionAnswer] {
        func fault(_ words: String) -> CallFailure {
            .protocolError("The answer (HTTP \(response.status)) could not be understood: \(words). It began: \(response.excerpt)")
        }
        let whole: JSONPart
        do { whole = try JSONPart(reading: response.body) } catch { throw fault(error.description) }
        guard let rows = whole["data"]?.elements else { throw fault("data is missing or no list") }
        return try rows.enumerated().map { place, row in
            guard let answer = AsanaActionAnswer(row) else { throw fault("data.\(place) has no status_code") }
            return answer
        }
    }
}
