import PatchbayModel

/// Takes an honest answer to a look-up apart, so that it no longer says what it said. Decides nothing of a connector.
///
/// The lists of the answer that hold the rows are its heart; what stands beside them (a flag, a count, a token) tells
/// its end. Which of the latter tells it is the system's own business, so they are spoiled together.
struct AnswerSpoiler: Sendable {
    private let honest: HTTPResponse
    private let body: OrderedJSON
    private let forms: KnownForms
    /// The lists that hold the rows, outermost ones.
    private let lists: [OrderedJSON.Path]

    /// `rowLists` are patterns of lists that are known to hold rows. Nil when the answer is no JSON.
    init?(_ honest: HTTPResponse, _ forms: KnownForms, rowLists: Set<String>) {
        guard let body = OrderedJSON.parse(honest.body) else { return nil }
        self.honest = honest
        self.body = body
        self.forms = forms
        let outermost = Self.outermostLists(body)
        let known = outermost.filter { rowLists.contains(OrderedJSON.pattern($0)) }
        lists = known.isEmpty ? outermost : known
    }

    /// Lists that no other list holds.
    static func outermostLists(_ body: OrderedJSON) -> [OrderedJSON.Path] {
        body.places.filter { place in
            place.value.kind == .list && !place.path.contains { if case .place = $0 { true } else { false } }
        }.map(\.path)
    }

    /// Everything that is no answer to what was asked, whoever asked it.
    func silent() -> [SilentAnswer] { errors() + containers() + rows() + ends() + flags() }

    private func spoiled(_ what: String, _ body: OrderedJSON, isRepeated: Bool = false, isOfRow: Bool = false)
        -> [SilentAnswer]
    {
        guard !forms.holds(body) else { return [] }
        return [
            SilentAnswer(
                what: "the recorded one, but \(what)", response: SilentAnswers.like(honest, body.text),
                isRepeated: isRepeated,
                isOfRow: isOfRow)
        ]
    }

    // MARK: The whole

    /// What failed in part says so beside what did not.
    private func errors() -> [SilentAnswer] {
        guard !lists.isEmpty, case .object(let members) = body else { return [] }
        let error = OrderedJSON.list([.object([.init(name: "message", value: .leaf(#""Something went wrong""#))])])
        let rest = members.filter { $0.name != "errors" }
        return spoiled("errors beside it", .object(rest + [.init(name: "errors", value: error)]))
            + spoiled("errors before it", .object([.init(name: "errors", value: error)] + rest))
    }

    /// The lists and what they lie in: missing, null, of another kind.
    private func containers() -> [SilentAnswer] {
        guard lists.count == 1, let list = lists.first else {
            return ([nil, .null] as [OrderedJSON?]).flatMap { value in
                spoiled(value == nil ? "no list" : "null for each list", lists.reduce(body) { $0.with(value, at: $1) })
            }
        }
        return list.indices.flatMap { end -> [SilentAnswer] in
            let path = Array(list[...end])
            let kind: OrderedJSON.Kind = path == list ? .list : .object
            return Self.others(kind, isInList: false).flatMap {
                spoiled("\($0.word) \(OrderedJSON.words(path))", body.with($0.value, at: path))
            }
        }
    }

    // MARK: Rows

    /// Rows that are none, beside good ones and in their place.
    private func rows() -> [SilentAnswer] {
        lists.flatMap { list -> [SilentAnswer] in
            guard let (_, value) = body.places.first(where: { $0.path == list }), case .list(let items) = value else {
                return []
            }
            var rows = Self.noRows.map { ($0.text, $0) }
            if case .object(let members)? = items.first {
                rows += Self.changes.map { what, change in
                    (
                        "one with \(what) for each member",
                        .object(members.map { .init(name: $0.name, value: change($0.value)) })
                    )
                }
            }
            return rows.flatMap { what, row -> [SilentAnswer] in
                let name = OrderedJSON.words(list)
                let further = spoiled(
                    "a further row in \(name), \(what)", body.with(.list(items + [row]), at: list), isOfRow: true)
                guard !items.isEmpty else { return further }
                return further
                    + spoiled(
                        "another first row in \(name), \(what)", body.with(.list([row] + items.dropFirst()), at: list),
                        isOfRow: true)
            }
        }
    }

    private static let noRows: [OrderedJSON] = [
        .null, .object([]), .leaf(#""kit""#), .leaf("7"), .leaf("true"), .list([]),
    ]
    private static let changes: [(String, @Sendable (OrderedJSON) -> OrderedJSON)] = [
        ("null", { _ in .null }), ("another kind", { otherKind($0) }),
    ]

    private static func otherKind(_ value: OrderedJSON) -> OrderedJSON {
        value.kind == .number || value.kind == .null ? .leaf(#""kit""#) : .leaf("7")
    }

    // MARK: The end

    /// What stands beside the lists.
    private var beside: [OrderedJSON.Path] {
        body.places.map(\.path).filter { path in
            !path.isEmpty && !lists.contains { $0.starts(with: path) || path.starts(with: $0) }
                && lists.contains { $0.starts(with: path.dropLast()) }
        }
    }

    /// Nothing that is told beside the lists is told.
    private func ends() -> [SilentAnswer] {
        guard !lists.isEmpty, !beside.isEmpty else { return [] }
        // From behind, so that no path changes under another.
        let bare = beside.reversed().reduce(body) { $0.with(nil, at: $1) }
        let inner = body.places.filter { place in
            beside.contains { place.path.starts(with: $0) } && place.value.kind != .list && place.value.kind != .object
        }
        return spoiled("nothing beside the list", bare)
            + spoiled("null for all beside the list", beside.reduce(body) { $0.with(.null, at: $1) })
            + spoiled("another kind for all beside the list", beside.reduce(body) { $0.with(.list([]), at: $1) })
            + spoiled(
                "another kind for each value beside the list",
                inner.reduce(body) { $0.with(Self.otherKind($1.value), at: $1.path) })
    }

    /// Yes for no. An end that is taken back stays so, however often it is asked for.
    private func flags() -> [SilentAnswer] {
        body.places.filter { place in place.value.kind == .boolean && beside.contains { place.path.starts(with: $0) } }
            .flatMap { place in
                let other = place.value == .leaf("true") ? "false" : "true"
                return spoiled(
                    "\(other) for \(OrderedJSON.words(place.path)), again and again",
                    body.with(.leaf(other), at: place.path), isRepeated: true)
            }
    }

    // MARK: One place

    /// One place of the answer spoiled, in each way that it was not recorded with. Whether a place counts is for the
    /// connector to show.
    func places() -> [SilentAnswer] {
        body.places.dropFirst().flatMap { path, value -> [SilentAnswer] in
            var isInList = false
            if case .place? = path.last { isInList = true }
            let others = Self.others(value.kind, isInList: isInList).filter {
                !isKnown($0.value, instead: value, at: path)
            }
            return others.flatMap { other in
                spoiled("\(other.word) \(OrderedJSON.words(path))", body.with(other.value, at: path), isOfRow: true).map
                {
                    var answer = $0
                    answer.pattern = OrderedJSON.pattern(path)
                    return answer
                }
            }
        }
    }

    /// Whether the system was seen to have that there; null is as good as nothing.
    private func isKnown(_ other: OrderedJSON?, instead value: OrderedJSON, at path: OrderedJSON.Path) -> Bool {
        switch other {
        case nil: forms.mayLack(path)
        case .null?: forms.has(.null, at: path) || forms.mayLack(path)
        case .object(let members)? where members.isEmpty && value.kind == .object: forms.mayBeEmpty(path)
        case let other?: forms.has(other.kind, at: path)
        }
    }

    /// What may stand where a value of that kind is expected; nil where nothing does. A row that is not there at all is
    /// another honest answer.
    private static func others(_ kind: OrderedJSON.Kind, isInList: Bool) -> [(word: String, value: OrderedJSON?)] {
        var found: [(String, OrderedJSON?)] = isInList ? [] : [("without", nil)]
        if kind == .null { found = [] } else { found.append(("null for", .null)) }
        if kind == .object { found.append(("an empty object for", .object([]))) }
        let values: [(OrderedJSON.Kind, OrderedJSON)] = [
            (.text, .leaf(#""kit""#)), (.number, .leaf("7")), (.boolean, .leaf("true")), (.list, .list([])),
            (.object, .object([])),
        ]
        return found + values.filter { $0.0 != kind }.map { ("a \($0.0.rawValue) for", $0.1) }
    }
}
