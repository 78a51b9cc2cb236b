/// Reads a GraphQL document: words and signs first, then operations and fragments by recursive descent.
struct GraphQLReader {
    private enum Token: Equatable {
        case name(String)
        case sign(String)
        case text(String)
        case number(JSON)
    }

    private var tokens: ArraySlice<Token>
    private var depth = 0

    /// Reads a whole document. Throws where it is none.
    static func read(_ text: String) throws(GraphQLError) -> GraphQLDocument {
        var reader = GraphQLReader(tokens: try tokens(text)[...])
        var document = GraphQLDocument()
        while let token = reader.tokens.first {
            if token == .name("fragment") {
                reader.tokens.removeFirst()
                let name = try reader.name()
                _ = try reader.name()
                _ = try reader.name()
                _ = try reader.directives()
                document.fragments[name] = try reader.selection()
            } else {
                document.operations.append(try reader.operation())
            }
        }
        return document
    }

    private mutating func operation() throws(GraphQLError) -> GraphQLDocument.Operation {
        if tokens.first == .sign("{") {
            return .init(kind: "query", name: nil, defaults: [], selection: try selection())
        }
        let kind = try name()
        guard ["query", "mutation", "subscription"].contains(kind) else { throw error("Unexpected Name \"\(kind)\"") }
        var title: String?
        if case .name(let name)? = tokens.first {
            title = name
            tokens.removeFirst()
        }
        var defaults: [(name: String, value: GraphQLDocument.Value)] = []
        if take("(") {
            while !take(")") {
                try expect("$")
                let variable = try name()
                try expect(":")
                try type()
                if take("=") { defaults.append((variable, try value())) }
                _ = try directives()
            }
        }
        _ = try directives()
        return .init(kind: kind, name: title, defaults: defaults, selection: try selection())
    }

    private mutating func type() throws(GraphQLError) {
        depth += 1
        defer { depth -= 1 }
        guard depth < EmulatorLimits.nestingMax else { throw error("nested too deep") }
        if take("[") {
            try type()
            try expect("]")
        } else {
            _ = try name()
        }
        _ = take("!")
    }

    private mutating func selection() throws(GraphQLError) -> [GraphQLDocument.Selection] {
        depth += 1
        defer { depth -= 1 }
        guard depth < EmulatorLimits.nestingMax else { throw error("nested too deep") }
        try expect("{")
        var selections: [GraphQLDocument.Selection] = []
        while !take("}") {
            if take("...") {
                if case .name(let name)? = tokens.first, name != "on" {
                    tokens.removeFirst()
                    selections.append(.spread(name, try directives()))
                    continue
                }
                if tokens.first == .name("on") {
                    tokens.removeFirst()
                    _ = try name()
                }
                let directives = try directives()
                selections.append(.inline(try selection(), directives))
            } else {
                selections.append(try field())
            }
        }
        return selections
    }

    private mutating func field() throws(GraphQLError) -> GraphQLDocument.Selection {
        let first = try name()
        let name = take(":") ? try self.name() : first
        var arguments: [(name: String, value: GraphQLDocument.Value)] = []
        if take("(") { arguments = try members(until: ")") }
        let directives = try directives()
        let inner = tokens.first == .sign("{") ? try selection() : []
        return .field(.init(key: first, name: name, arguments: arguments, selection: inner), directives)
    }

    private mutating func directives() throws(GraphQLError) -> [GraphQLDocument.Directive] {
        var directives: [GraphQLDocument.Directive] = []
        while take("@") {
            let name = try name()
            let arguments = take("(") ? try members(until: ")") : []
            directives.append(
                .init(name: name, condition: arguments.first { $0.name == "if" }?.value ?? .constant(true)))
        }
        return directives
    }

    private mutating func members(until end: String) throws(GraphQLError) -> [(
        name: String, value: GraphQLDocument.Value
    )] {
        var members: [(name: String, value: GraphQLDocument.Value)] = []
        while !take(end) {
            let name = try name()
            try expect(":")
            members.append((name, try value()))
        }
        return members
    }

    private mutating func value() throws(GraphQLError) -> GraphQLDocument.Value {
        depth += 1
        defer { depth -= 1 }
        guard depth < EmulatorLimits.nestingMax else { throw error("nested too deep") }
        guard let token = tokens.popFirst() else { throw error("Unexpected <EOF>") }
        switch token {
        case .text(let text): return .constant(.string(text))
        case .number(let number): return .constant(number)
        case .name("true"): return .constant(true)
        case .name("false"): return .constant(false)
        case .name("null"): return .constant(nil)
        case .name(let name): return .constant(.string(name))
        case .sign("$"): return .variable(try name())
        case .sign("["):
            var values: [GraphQLDocument.Value] = []
            while !take("]") { values.append(try value()) }
            return .list(values)
        case .sign("{"): return .object(try members(until: "}"))
        case .sign(let sign): throw error("Unexpected \"\(sign)\"")
        }
    }

    private mutating func name() throws(GraphQLError) -> String {
        guard case .name(let name)? = tokens.popFirst() else { throw error("Expected Name") }
        return name
    }

    private mutating func take(_ sign: String) -> Bool {
        guard tokens.first == .sign(sign) else { return false }
        tokens.removeFirst()
        return true
    }

    private mutating func expect(_ sign: String) throws(GraphQLError) {
        guard take(sign) else { throw error("Expected \"\(sign)\"") }
    }

    private func error(_ text: String) -> GraphQLError {
        GraphQLError(message: "Syntax Error: \(text).")
    }
}

extension GraphQLReader {
    /// Cuts the text into words, signs, quoted texts and numbers; commas and comments are nothing.
    private static func tokens(_ text: String) throws(GraphQLError) -> [Token] {
        var tokens: [Token] = []
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.first {
            switch scalar {
            case " ", "\t", "\n", "\r", ",", "\u{FEFF}": rest.removeFirst()
            case "#": rest = rest.drop { $0 != "\n" }
            case "\"": tokens.append(.text(try quoted(&rest)))
            case ".":
                guard rest.prefix(3).elementsEqual("...".unicodeScalars) else {
                    throw GraphQLError(message: "Syntax Error: Unexpected \".\".")
                }
                rest.removeFirst(3)
                tokens.append(.sign("..."))
            case "{", "}", "(", ")", "[", "]", ":", "=", "!", "$", "@", "|", "&":
                rest.removeFirst()
                tokens.append(.sign(String(scalar)))
            case "-", "0"..."9":
                let digits = rest.prefix { "+-0123456789.eE".unicodeScalars.contains($0) }
                rest = rest.dropFirst(digits.count)
                let text = String(String.UnicodeScalarView(digits))
                guard let number = Int(text).map(JSON.integer) ?? Double(text).map(JSON.number) else {
                    throw GraphQLError(message: "Syntax Error: Invalid number \"\(text)\".")
                }
                tokens.append(.number(number))
            default:
                let word = rest.prefix { $0 == "_" || $0.properties.isAlphabetic || ("0"..."9").contains($0) }
                guard !word.isEmpty else {
                    throw GraphQLError(message: "Syntax Error: Unexpected character \"\(scalar)\".")
                }
                rest = rest.dropFirst(word.count)
                tokens.append(.name(String(String.UnicodeScalarView(word))))
            }
        }
        return tokens
    }

    private static func quoted(_ rest: inout ArraySlice<Unicode.Scalar>) throws(GraphQLError) -> String {
        let isBlock = rest.prefix(3).elementsEqual("\"\"\"".unicodeScalars)
        rest.removeFirst(isBlock ? 3 : 1)
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            if scalar == "\"", !isBlock { return String(text) }
            if scalar == "\"", isBlock, rest.prefix(2).elementsEqual("\"\"".unicodeScalars) {
                rest.removeFirst(2)
                return String(text)
            }
            if scalar == "\\", !isBlock, let escaped = rest.popFirst() {
                if escaped == "u" {
                    let digits = String(String.UnicodeScalarView(rest.prefix(4)))
                    rest = rest.dropFirst(4)
                    text.append(UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}")
                } else {
                    let plain: [Unicode.Scalar: Unicode.Scalar] = [
                        "n": "\n", "t": "\t", "r": "\r", "b": "\u{8}", "f": "\u{C}",
                    ]
                    text.append(plain[escaped] ?? escaped)
                }
            } else {
                text.append(scalar)
            }
        }
        throw GraphQLError(message: "Syntax Error: Unterminated string.")
    }
}
