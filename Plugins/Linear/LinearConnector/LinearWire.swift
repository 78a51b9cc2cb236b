import PatchbayConnectorKit

/// What wraps every answer: data, errors, or some of both.
struct LinearAnswer<Value: Decodable & Sendable>: Decodable, Sendable {
    let data: Value?
}

/// An answer with HTTP's success, read once: what went wrong, or else the data. Errors of an unknown shape are none.
struct LinearWhole<Value: Decodable & Sendable>: Decodable, Sendable {
    private enum Name: String, CodingKey {
        case errors, data
    }

    let errors: [LinearErrors.Entry]
    let data: Value?

    init(from decoder: any Decoder) throws {
        let answer = try decoder.container(keyedBy: Name.self)
        errors = (try? answer.decodeIfPresent([LinearErrors.Entry].self, forKey: .errors)) ?? []
        data = errors.isEmpty ? try answer.decodeIfPresent(Value.self, forKey: .data) : nil
    }
}

/// The part of an answer that says what went wrong.
struct LinearErrors: Decodable, Sendable {
    struct Entry: Decodable, Sendable {
        struct Extensions: Decodable, Sendable {
            let type: String?
            let code: String?
            let statusCode: Int?
            let userError: Bool?
            let userPresentableMessage: String?
        }

        let message: String
        let path: [JSONValue]?
        let extensions: Extensions?

        /// The vendor's words, those for a person first.
        var words: String {
            guard let presentable = extensions?.userPresentableMessage, !presentable.isEmpty, presentable != message
            else { return message }
            return "\(message): \(presentable)"
        }
    }

    let errors: [Entry]?
}

/// A list with its place.
struct LinearPage<Row: Decodable & Sendable>: Decodable, Sendable {
    struct PageInfo: Decodable, Sendable {
        let hasNextPage: Bool
        let endCursor: String?
    }

    let nodes: [Row]
    let pageInfo: PageInfo?
}

/// Something with an id and a name.
struct LinearNamed: Decodable, Sendable {
    let id: String
    let name: String
    let key: String?
    let email: String?
}

/// A label of a team, or of the whole workspace.
struct LinearLabel: Decodable, Sendable {
    struct Team: Decodable, Sendable {
        let id: String
    }

    let id: String
    let name: String
    let isGroup: Bool?
    let team: Team?
}

/// A state of a team.
struct LinearState: Decodable, Sendable {
    let id: String
    let name: String
    let type: String
    let position: Double?
}

/// An issue with as much as was asked for.
struct LinearIssue: Decodable, Sendable {
    struct State: Decodable, Sendable {
        let type: String
    }

    struct Person: Decodable, Sendable {
        let id: String
        let email: String?
    }

    let id: String
    let identifier: String
    let url: String
    let title: String?
    let description: String?
    let dueDate: String?
    let priority: Double?
    let state: State?
    let assignee: Person?
    let labels: LinearPage<LinearNamed>?
    let updatedAt: String?
    let archivedAt: String?
    let trashed: Bool?
}
