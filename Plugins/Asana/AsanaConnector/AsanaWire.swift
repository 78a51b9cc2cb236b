import PatchbayConnectorKit

/// What wraps every answer.
struct AsanaAnswer<Value: Decodable & Sendable>: Decodable, Sendable {
    struct Page: Decodable, Sendable {
        let offset: String?
    }

    let data: Value
    let next_page: Page?
    /// Beside data they say that something went wrong with them.
    let errors: JSONValue?
}

/// What a refusal looks like.
struct AsanaErrors: Decodable, Sendable {
    struct Entry: Decodable, Sendable {
        let message: String?
        let phrase: String?
    }

    let errors: [Entry]

    /// Whether it says why.
    var hasWords: Bool { errors.contains { !PlainText.isBlank($0.message ?? $0.phrase ?? "") } }

    /// The vendor's words.
    var words: String {
        let words = errors.compactMap { $0.message ?? $0.phrase }
        return words.isEmpty ? "Asana gave no reason." : words.joined(separator: "; ")
    }

    /// The field at fault: the vendor puts its name before a colon.
    var field: String? {
        guard let message = errors.first?.message, let colon = message.firstIndex(of: ":") else { return nil }
        let name = message[..<colon]
        let isName =
            !name.isEmpty && name.utf8.count <= 64
            && name.allSatisfy { $0.isLetter || $0.isNumber || "_[].".contains($0) }
        return isName ? String(name) : nil
    }
}

/// Something with an id and a name.
struct AsanaNamed: Decodable, Sendable {
    let gid: String
    let name: String?
    let email: String?
}

/// A project as check reads it.
struct AsanaProject: Decodable, Sendable {
    let gid: String
    let name: String?
    let archived: Bool?
    let workspace: AsanaNamed?
}

/// The token's owner as check reads it.
struct AsanaOwner: Decodable, Sendable {
    let gid: String
    let name: String?
    let email: String?
    let workspaces: [AsanaNamed]?
}
