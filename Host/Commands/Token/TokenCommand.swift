import ArgumentParser
import Foundation
import PatchbayInput
import PatchbayModel
import PatchbaySetup
import PatchbayStore
import PatchbayVault

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Set, see and remove the tokens of integrations. No command prints a token.",
        subcommands: [TokenSet.self, TokenStatus.self, TokenRemove.self])
}

/// Where a token comes from: never an argument, never the environment.
struct TokenSource {
    let file: String?
    let descriptor: Int32?

    /// From the file, the descriptor, a prompt on a terminal, else standard input. Throws `token_invalid`.
    func read(question: String) throws(VaultError) -> SecretBytes {
        if let file { return try TokenInput.read(file: file) }
        if let descriptor {
            guard InheritedDescriptors.contains(descriptor) else {
                throw VaultError(
                    .tokenInvalid,
                    "Descriptor \(descriptor) was not open when patchbay started. Open it: --fd \(descriptor) \(descriptor)< FILE.")
            }
            return try TokenInput.read(descriptor: descriptor, name: "descriptor \(descriptor)")
        }
        if isatty(STDIN_FILENO) == 1 { return try TokenInput.prompt(question) }
        return try TokenInput.read(descriptor: STDIN_FILENO, name: "standard input")
    }
}

struct TokenSet: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Seal an integration's token, read from standard input, a prompt, a file or a descriptor.",
        discussion: "The system is asked first who the token is; --no-check leaves that out, for a machine without network.")
    static let words = "token set"

    @Argument(help: "The integration's name.") var name: String
    @Option(help: "api-key or oauth; default: the connector's first.") var kind: String?
    @Option(help: ArgumentHelp("Read the token from a file.", valueName: "path")) var file: String?
    @Option(name: .customLong("fd"), help: ArgumentHelp("Read the token from an open descriptor.", valueName: "n")) var descriptor: Int32?
    @Flag(name: .customLong("no-check"), help: "Store without asking the system.") var noCheck = false
    @OptionGroup var flags: GlobalFlags

    func validate() throws {
        if file != nil, descriptor != nil { throw ValidationError("Give either --file or --fd.") }
        if let descriptor, descriptor < 3 { throw ValidationError("--fd takes a descriptor from 3; standard input needs no flag.") }
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let integration = try await rooms.integration(named: name)
        let setup = try await rooms.tokenSetup()
        let token = try TokenSource(file: file, descriptor: descriptor).read(question: "Token for \(name): ")
        let done = try await setup.set(token, integration: integration, kind: kind, checks: !noCheck)
        try await rooms.record("token_set", name, detail: "fingerprint \(done.token.fingerprint)")
        var outcome = CommandOutcome()
        outcome.summary = ["replaced": .boolean(done.replaced), "checked": .boolean(done.account != nil)]
        outcome.result = TokenView(integration, done.token)
        let account = done.account.map { " It belongs to \(Printable.text(AccountView($0).line))." } ?? ""
        outcome.text = "\(done.replaced ? "replaced" : "set") the token of \(name), fingerprint \(done.token.fingerprint).\(account)"
        outcome.notes = (done.account?.problems ?? []).map {
            "problem: \($0.field.map { "\($0): " } ?? "")\(Printable.text($0.text)) [\($0.code)]"
        }
        return outcome
    }
}

struct TokenStatus: PatchbayCommand {
    static let configuration = CommandConfiguration(commandName: "status", abstract: "Show which tokens are set, and when they end.")
    static let words = "token status"

    @Option(help: ArgumentHelp("Exit 1 when a token has ended or ends within this time, such as 30d or 12h.", valueName: "time"))
    var within: String = "30d"
    @OptionGroup var flags: GlobalFlags

    func validate() throws {
        guard TimeSpan.parse(within) != nil else { throw ValidationError("--within takes a number with d, h, m or s, such as 30d.") }
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let store = try await rooms.store()
        let tokens = Dictionary(uniqueKeysWithValues: try await store.tokens().map { ($0.integrationID, $0) })
        let integrations = try await store.integrations()
        let deadline = Timestamp.now.advanced(by: TimeSpan.parse(within) ?? .zero)
        let ending = integrations.filter { tokens[$0.id]?.expiresAt.map { $0 <= deadline } ?? false }
        var table = TextTable(["INTEGRATION", "TYPE", "KIND", "FINGERPRINT", "SET", "LAST USED", "ENDS"])
        for integration in integrations {
            let token = tokens[integration.id]
            table.add([
                integration.name, integration.type, token?.kind ?? "-", token?.fingerprint ?? "not set", token?.setAt.text ?? "-",
                token?.lastUsedAt?.text ?? "-", token == nil ? "-" : token?.expiresAt?.text ?? "not told",
            ])
        }
        var outcome = CommandOutcome()
        outcome.exit = ending.isEmpty ? .done : .someFailed
        outcome.summary = ["set": .integer(Int64(tokens.count)), "ending": .integer(Int64(ending.count))]
        outcome.result = ["tokens": integrations.map { TokenView($0, tokens[$0.id]) }]
        outcome.text = integrations.isEmpty ? "no integration yet" : table.text
        outcome.notes = ending.map {
            "the token of \($0.name) has ended or ends within \(within); set a new one with `patchbay token set \($0.name)`"
        }
        return outcome
    }
}

struct TokenRemove: PatchbayCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Remove an integration's token from the store.")
    static let words = "token remove"

    @Argument(help: "The integration's name.") var name: String
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let integration = try await rooms.integration(named: name)
        guard try await rooms.store().removeToken(integrationID: integration.id) else {
            throw CommandError(
                .tokenMissing, "integration \(name) has no token", context: ErrorContext(system: integration.type, integration: name))
        }
        try await rooms.record("token_removed", name)
        var outcome = CommandOutcome()
        outcome.summary = ["removed": .string(name)]
        outcome.text = "removed the token of \(name); it is still valid at the vendor until you revoke it there"
        return outcome
    }
}

/// A length of time as the command line writes it.
enum TimeSpan {
    /// Nil unless it is a whole number, at most five digits, and d, h, m or s.
    static func parse(_ text: String) -> Duration? {
        guard let unit = text.last, let number = Int64(text.dropLast()), (0...99_999).contains(number) else { return nil }
        switch unit {
        case "d": return .seconds(number * 86_400)
        case "h": return .seconds(number * 3_600)
        case "m": return .seconds(number * 60)
        case "s": return .seconds(number)
        default: return nil
        }
    }
}
