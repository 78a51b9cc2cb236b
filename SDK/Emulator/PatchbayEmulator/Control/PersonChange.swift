/// A person who leaves a system, or comes back: an account that is deactivated, or no longer in the workspace. Their
/// tasks stay theirs.
struct PersonChange: Sendable {
    /// The e-mail address.
    let email: String
    let hasLeft: Bool

    /// Throws `ControlError` for what is no such change.
    init(_ body: JSON) throws {
        guard let email = body["email"]?.text, !email.isEmpty else {
            throw ControlError("\"email\" is missing: whose account it is")
        }
        guard let isActive = body["active"]?.truth else { throw ControlError("\"active\" is true or false") }
        let known = ["system", "email", "active"]
        if let other = (body.members ?? []).first(where: { !known.contains($0.name) }) {
            throw ControlError("\"\(other.name)\" cannot be changed here")
        }
        self.email = email
        hasLeft = !isActive
    }

    /// Those who have left, after the change.
    func applied<Name: Hashable>(to left: Set<Name>?, _ name: Name?) throws -> Set<Name>? {
        guard let name else { throw ControlError("There is nobody with the address \(email)") }
        var left = left ?? []
        if hasLeft { left.insert(name) } else { left.remove(name) }
        return left
    }
}

extension AsanaSystem {
    func change(_ person: PersonChange) throws {
        let gid = AsanaSeeds.users.first { $0.email == person.email }?.gid
        try state.withLock { $0.left = try person.applied(to: $0.left, gid) }
    }
}

extension JiraSystem {
    func change(_ person: PersonChange) throws {
        let place = JiraSeeds.users.firstIndex { $0.email == person.email }
        try state.withLock { $0.left = try person.applied(to: $0.left, place) }
    }
}

extension LinearSystem {
    func change(_ person: PersonChange) throws {
        let place = LinearSeeds.users.firstIndex { $0.email == person.email }
        try state.withLock { $0.left = try person.applied(to: $0.left, place) }
    }
}
