/// A JSON value as it was written: members in their order, numbers and texts in their own spelling. What is spoiled in
/// it changes nothing else, so that a connector that reads in order still reads the rest.
indirect enum OrderedJSON: Sendable, Hashable {
    /// Anything but a list and an object, as it is spelt.
    case leaf(String)
    case list([OrderedJSON])
    case object([Member])

    struct Member: Sendable, Hashable {
        /// Between its quotes, as it is spelt.
        let name: String
        var value: OrderedJSON
    }

    /// One step from a value into it.
    enum Step: Sendable, Hashable {
        case name(String)
        case place(Int)
    }

    typealias Path = [Step]

    /// The kinds of JSON values.
    enum Kind: String, Sendable, CaseIterable {
        case null, boolean, number, text, list, object
    }

    static let null = OrderedJSON.leaf("null")

    var kind: Kind {
        switch self {
        case .list: .list
        case .object: .object
        case .leaf(let text):
            switch text.utf8.first {
            case UInt8(ascii: "n"): .null
            case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
            case UInt8(ascii: "\""): .text
            default: .number
            }
        }
    }

    /// As JSON, without spaces.
    var text: String {
        switch self {
        case .leaf(let text): text
        case .list(let items): "[" + items.map(\.text).joined(separator: ",") + "]"
        case .object(let members): "{" + members.map { "\"\($0.name)\":\($0.value.text)" }.joined(separator: ",") + "}"
        }
    }

    /// What two answers that say the same have in common: names in order, and a member that is null counts as none.
    var meaning: OrderedJSON {
        switch self {
        case .leaf: self
        case .list(let items): .list(items.map(\.meaning))
        case .object(let members):
            .object(
                members.filter { $0.value != .null }.map { Member(name: $0.name, value: $0.value.meaning) }.sorted {
                    $0.name < $1.name
                })
        }
    }

    /// Every value in it with its path, this one first.
    var places: [(path: Path, value: OrderedJSON)] {
        var found: [(Path, OrderedJSON)] = [([], self)]
        switch self {
        case .leaf: break
        case .list(let items):
            for (place, item) in items.enumerated() {
                found += item.places.map { ([.place(place)] + $0.path, $0.value) }
            }
        case .object(let members):
            for member in members { found += member.value.places.map { ([.name(member.name)] + $0.path, $0.value) } }
        }
        return found
    }

    /// With another value at a path; nil takes away what is there. A path that leads nowhere changes nothing.
    func with(_ value: OrderedJSON?, at path: some Collection<Step>) -> OrderedJSON {
        guard let step = path.first else { return value ?? .null }
        let rest = path.dropFirst()
        switch (self, step) {
        case (.object(var members), .name(let name)):
            guard let place = members.firstIndex(where: { $0.name == name }) else { return self }
            if rest.isEmpty, value == nil {
                members.remove(at: place)
            } else {
                members[place].value = members[place].value.with(value, at: rest)
            }
            return .object(members)
        case (.list(var items), .place(let place)):
            guard items.indices.contains(place) else { return self }
            if rest.isEmpty, value == nil {
                items.remove(at: place)
            } else {
                items[place] = items[place].with(value, at: rest)
            }
            return .list(items)
        default: return self
        }
    }

    /// A path as a sentence names it.
    static func words(_ path: Path) -> String {
        path.isEmpty
            ? "its whole" : path.map { if case .place(let place) = $0 { "/\(place)" } else { "/" + $0.word } }.joined()
    }

    /// A path with all rows of a list taken as one.
    static func pattern(_ path: some Collection<Step>) -> String { path.map { "/" + $0.word }.joined() }
}

extension OrderedJSON.Step {
    fileprivate var word: String { if case .name(let name) = self { name } else { "*" } }
}
