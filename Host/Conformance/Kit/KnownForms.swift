/// What the system was recorded to answer to look-ups. A form that it has itself is no damage: a description may be
/// null because somebody wrote none, and that is told by a recording in which one is.
struct KnownForms: Sendable {
    private var bodies: Set<OrderedJSON> = []
    private var kinds: [String: Set<OrderedJSON.Kind>] = [:]
    /// The names in each object of a pattern.
    private var names: [String: Set<Set<String>>] = [:]

    init(_ answers: [OrderedJSON]) {
        for answer in answers {
            bodies.insert(answer.meaning)
            for (path, value) in answer.places {
                kinds[OrderedJSON.pattern(path), default: []].insert(value.kind)
                guard case .object(let members) = value else { continue }
                names[OrderedJSON.pattern(path), default: []].insert(Set(members.map(\.name)))
            }
        }
    }

    /// Whether an answer says just what a recorded one says.
    func holds(_ answer: OrderedJSON) -> Bool { bodies.contains(answer.meaning) }

    func has(_ kind: OrderedJSON.Kind, at path: OrderedJSON.Path) -> Bool {
        kinds[OrderedJSON.pattern(path)]?.contains(kind) ?? false
    }

    /// Whether some object lacks what the path leads to.
    func mayLack(_ path: OrderedJSON.Path) -> Bool {
        guard case .name(let name)? = path.last else { return false }
        return names[OrderedJSON.pattern(path.dropLast())]?.contains { !$0.contains(name) } ?? false
    }

    /// Whether some object there has no members.
    func mayBeEmpty(_ path: OrderedJSON.Path) -> Bool { names[OrderedJSON.pattern(path)]?.contains([]) ?? false }
}
