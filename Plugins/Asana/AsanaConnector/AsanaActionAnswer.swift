/// The answer to one action of a batch: its status, and of its body what is read of it. A body of an unexpected shape gives nothing and
/// does not spoil the answers beside it.
struct AsanaActionAnswer<Given: Decodable & Sendable>: Decodable, Sendable {
    private enum Name: String, CodingKey {
        case status_code, body, data, errors
    }

    let status_code: Int
    /// Whether it succeeded and its body has data, whatever they are.
    let isDone: Bool
    /// What it gave, if it succeeded; nil also if that is no object.
    let given: Given?
    /// What it refused; nil if the body has no such form.
    let errors: AsanaErrors?

    init(from decoder: any Decoder) throws {
        let answer = try decoder.container(keyedBy: Name.self)
        status_code = try answer.decode(Int.self, forKey: .status_code)
        // What is surely not there is not asked for: a question that fails makes an error, which takes longer than reading.
        let body = answer.contains(.body) ? try? answer.nestedContainer(keyedBy: Name.self, forKey: .body) : nil
        isDone = (200..<300).contains(status_code) && body?.contains(.data) == true
        given = isDone ? body?.ifReadable(Given.self, .data) : nil
        let entries = body?.ifReadable([AsanaLoose].self, .errors) ?? []
        errors = entries.isEmpty ? nil : AsanaErrors(errors: entries.map { AsanaErrors.Entry(message: $0.message, phrase: $0.phrase) })
    }
}

/// What a create, an update and a look-up give of a task.
struct AsanaMade: Decodable, Sendable {
    private enum Name: String, CodingKey {
        case gid, permalink_url
    }

    let gid: String?
    let permalink_url: String?

    init(from decoder: any Decoder) throws {
        let task = try decoder.container(keyedBy: Name.self)
        gid = task.ifReadable(String.self, .gid)
        permalink_url = task.ifReadable(String.self, .permalink_url)
    }
}

/// What a read gives of a task.
struct AsanaReadTask: Decodable, Sendable {
    private enum Name: String, CodingKey {
        case gid, permalink_url, name, notes, due_on, completed, modified_at, assignee, tags
    }

    let gid: String?
    let permalink_url: String?
    let name: String?
    let notes: String?
    let due_on: String?
    let completed: Bool?
    let modified_at: String?
    let assignee: AsanaLoose?
    let tags: [AsanaLoose]?

    init(from decoder: any Decoder) throws {
        let task = try decoder.container(keyedBy: Name.self)
        gid = task.ifReadable(String.self, .gid)
        permalink_url = task.ifReadable(String.self, .permalink_url)
        name = task.ifReadable(String.self, .name)
        notes = task.ifReadable(String.self, .notes)
        due_on = task.ifReadable(String.self, .due_on)
        completed = task.ifReadable(Bool.self, .completed)
        modified_at = task.ifReadable(String.self, .modified_at)
        assignee = task.ifReadable(AsanaLoose.self, .assignee)
        tags = task.ifReadable([AsanaLoose].self, .tags)
    }
}

/// A part of an action's body: a tag, a person, or a reason. Anything can be read as one; what it does not hold as text is nil.
struct AsanaLoose: Decodable, Sendable {
    private enum Name: String, CodingKey {
        case gid, name, email, message, phrase
    }

    let gid: String?
    let name: String?
    let email: String?
    let message: String?
    let phrase: String?

    init(from decoder: any Decoder) {
        let part = try? decoder.container(keyedBy: Name.self)
        gid = part?.ifReadable(String.self, .gid)
        name = part?.ifReadable(String.self, .name)
        email = part?.ifReadable(String.self, .email)
        message = part?.ifReadable(String.self, .message)
        phrase = part?.ifReadable(String.self, .phrase)
    }
}

extension KeyedDecodingContainer {
    /// The value under this name; nil if there is none, if it is null, and if it has another shape.
    fileprivate func ifReadable<Value: Decodable>(_ type: Value.Type, _ name: Key) -> Value? {
        (try? decodeIfPresent(type, forKey: name)) ?? nil
    }
}
