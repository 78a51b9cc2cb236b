/// A GraphQL document, read far enough to run it: operations, fields with aliases and arguments, fragments, skip and
/// include.
///
/// Types are not checked, since the packages at hand offer no GraphQL and the checks of a whole schema are not the
/// emulator's purpose; a field the emulator does not hold is refused by name.
struct GraphQLDocument: Sendable {
    /// A value in the document: a constant, or made of variables.
    indirect enum Value: Sendable {
        case constant(JSON)
        case variable(String)
        case list([Value])
        case object([(name: String, value: Value)])
    }

    struct Field: Sendable {
        let key: String
        let name: String
        let arguments: [(name: String, value: Value)]
        let selection: [Selection]
    }

    struct Directive: Sendable {
        let name: String
        let condition: Value
    }

    indirect enum Selection: Sendable {
        case field(Field, [Directive])
        case spread(String, [Directive])
        case inline([Selection], [Directive])
    }

    struct Operation: Sendable {
        let kind: String
        let name: String?
        let defaults: [(name: String, value: Value)]
        let selection: [Selection]
    }

    var operations: [Operation] = []
    var fragments: [String: [Selection]] = [:]
}

/// A field with its arguments filled in and its fragments unfolded.
struct GraphQLField: Sendable {
    let key: String
    let name: String
    let arguments: JSON
    let selection: [GraphQLField]

    subscript(argument: String) -> JSON? {
        arguments[argument].flatMap { $0.isNull ? nil : $0 }
    }
}

/// A document that cannot be read or run.
struct GraphQLError: Error {
    let message: String
}

extension GraphQLDocument {
    /// The top-level fields of one operation, its variables filled in.
    func fields(operation name: String?, variables: JSON) throws(GraphQLError) -> (kind: String, fields: [GraphQLField])
    {
        let candidates = name.map { wanted in operations.filter { $0.name == wanted } } ?? operations
        guard let operation = candidates.first else {
            throw GraphQLError(message: "Unknown operation named \"\(name ?? "")\".")
        }
        guard candidates.count == 1 else {
            throw GraphQLError(message: "Must provide operation name if query contains multiple operations.")
        }
        var members = variables.members ?? []
        for (name, value) in operation.defaults where variables[name] == nil {
            if case .constant(let constant) = value { members.append(.init(name, constant)) }
        }
        var budget = EmulatorLimits.fieldsMax
        return (operation.kind, try unfold(operation.selection, .object(members), depth: 0, &budget))
    }

    /// Fragments may name each other, so both depth and number are bounded.
    private func unfold(
        _ selections: [Selection], _ variables: JSON, depth: Int, _ budget: inout Int
    ) throws(GraphQLError) -> [GraphQLField] {
        guard depth < EmulatorLimits.nestingMax else { throw GraphQLError(message: "The query is nested too deep.") }
        var fields: [GraphQLField] = []
        for selection in selections {
            budget -= 1
            guard budget > 0 else { throw GraphQLError(message: "The query has too many fields.") }
            switch selection {
            case .field(let field, let directives):
                guard Self.isWanted(directives, variables) else { continue }
                var arguments: [JSON.Member] = []
                for (name, value) in field.arguments {
                    if let filled = Self.fill(value, variables) { arguments.append(.init(name, filled)) }
                }
                let inner = try unfold(field.selection, variables, depth: depth + 1, &budget)
                fields.append(
                    GraphQLField(key: field.key, name: field.name, arguments: .object(arguments), selection: inner))
            case .spread(let name, let directives):
                guard Self.isWanted(directives, variables) else { continue }
                guard let fragment = fragments[name] else {
                    throw GraphQLError(message: "Unknown fragment \"\(name)\".")
                }
                fields += try unfold(fragment, variables, depth: depth + 1, &budget)
            case .inline(let inner, let directives):
                guard Self.isWanted(directives, variables) else { continue }
                fields += try unfold(inner, variables, depth: depth + 1, &budget)
            }
        }
        return fields
    }

    private static func isWanted(_ directives: [Directive], _ variables: JSON) -> Bool {
        directives.allSatisfy { directive in
            let condition = fill(directive.condition, variables)?.truth ?? false
            return directive.name == "skip" ? !condition : directive.name == "include" ? condition : true
        }
    }

    /// `nil` where a variable was not given: then the argument counts as absent.
    private static func fill(_ value: Value, _ variables: JSON) -> JSON? {
        switch value {
        case .constant(let constant): constant
        case .variable(let name): variables[name]
        case .list(let values): .array(values.map { fill($0, variables) ?? .null })
        case .object(let members):
            .object(members.compactMap { member in fill(member.value, variables).map { JSON.Member(member.name, $0) } })
        }
    }
}
