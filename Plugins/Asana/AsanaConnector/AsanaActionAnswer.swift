import ConnectorJSON
import PatchbayConnectorKit

/// The answer to one action of a batch: its status, and its body, of which what has an unexpected shape is not read and does not spoil the
/// answers beside it.
struct AsanaActionAnswer: Sendable {
    let status: Int
    private let body: JSONValue?

    /// Nil when it is no object, or has no status.
    init?(_ answer: JSONValue) {
        guard case .integer(let number) = answer["status_code"], let status = Int(exactly: number) else { return nil }
        self.status = status
        body = answer["body"]
    }

    /// The answers of a whole batch. Throws when it cannot be understood.
    static func all(in response: Response) throws -> [AsanaActionAnswer] {
        func fault(_ words: String) -> CallFailure {
            .protocolError("The answer (HTTP \(response.status)) could not be understood: \(words). It began: \(response.excerpt)")
        }
        let whole: JSONValue
        do { whole = try JSONValue(jsonBytes: response.body) } catch { throw fault(error.description) }
        guard case .array(let rows) = whole["data"] else { throw fault("data is missing or no list") }
        return try rows.enumerated().map { place, row in
            guard let answer = AsanaActionAnswer(row) else { throw fault("data.\(place) has no status_code") }
            return answer
        }
    }

    /// What it gave, if it succeeded.
    var data: JSONValue? { (200..<300).contains(status) ? body?["data"] : nil }

    /// What it refused; nil if the body has no such form.
    var errors: AsanaErrors? {
        guard case .array(let entries) = body?["errors"], !entries.isEmpty else { return nil }
        return AsanaErrors(
            errors: entries.map { AsanaErrors.Entry(message: $0["message"]?.text, phrase: $0["phrase"]?.text) })
    }
}
