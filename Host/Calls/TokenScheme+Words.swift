import PatchbayConnectors

/// What a token was set for is sealed beside it. Another file that serves the type may send it otherwise, and what a
/// header of another name carries is kept less well on its way: by proxies, in logs. So the token keeps its scheme
/// until a person sets it again.
extension TokenScheme {
    /// The word sealed beside the token. 1.0 wrote `header` without its name.
    package var word: String {
        switch self {
        case .bearer: "bearer"
        case .basic: "basic"
        case .header(let name): "header \(name.lowercased())"
        }
    }

    /// Whether a token that was set for that word may be sent so.
    func fits(_ word: String) -> Bool {
        if case .header = self, word == "header" { return true }
        return word == self.word
    }

    /// How a token of that word is sent, for a person.
    static func words(_ word: String) -> String {
        switch word {
        case "bearer": "as Authorization: Bearer"
        case "basic": "as Authorization: Basic"
        case "header": "in a header of its own"
        default: "in the " + word.split(separator: " ").reversed().joined(separator: " ")
        }
    }
}
