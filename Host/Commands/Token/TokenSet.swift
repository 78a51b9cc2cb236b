import ArgumentParser
import Foundation
import PatchbayInput
import PatchbayModel
import PatchbaySetup
import PatchbayStore
import PatchbayVault

/// Where a token comes from: never an argument, never the environment.
struct TokenSource {
    let file: String?
    let descriptor: Int32?

    /// From the file, the descriptor, a prompt on a terminal, else standard input. Throws `token_invalid`.
    func read(question: String) throws(VaultError) -> SecretBytes {
        if let file { return try TokenInput.read(file: file) }
        if let descriptor {
            return try TokenInput.read(descriptor: try opened(descriptor), name: "descriptor \(descriptor)")
        }
        if isatty(STDIN_FILENO) == 1 { return try TokenInput.prompt(question) }
        return try TokenInput.read(descriptor: STDIN_FILENO, name: "standard input")
    }

    /// The same for an OAuth token: a JSON object.
    func readGrant() throws(VaultError) -> GrantFields {
        if let file { return try GrantFields.read(file: file) }
        if let descriptor {
            return try GrantFields.read(descriptor: try opened(descriptor), name: "descriptor \(descriptor)")
        }
        return try GrantFields.read(descriptor: STDIN_FILENO, name: "standard input")
    }

    private func opened(_ descriptor: Int32) throws(VaultError) -> Int32 {
        guard InheritedDescriptors.contains(descriptor) else {
            throw VaultError(
                .tokenInvalid,
                "Descriptor \(descriptor) was not open when patchbay started. Open it: --fd \(descriptor) "
                    + "\(descriptor)< FILE."
            )
        }
        return descriptor
    }
}

/// What `token set` and `token rotate` take.
struct TokenFlags: ParsableArguments {
    @Option(help: "api-key or oauth; default: the connector's first.") var kind: String?
    @Option(help: ArgumentHelp("Read the token from a file.", valueName: "path")) var file: String?
    @Option(name: .customLong("fd"), help: ArgumentHelp("Read the token from an open descriptor.", valueName: "n"))
    var descriptor: Int32?
    @Flag(name: .customLong("no-check"), help: "Store without asking the system.") var noCheck = false
    @Flag(name: .customLong("another-account"), help: "The token may belong to another account than the one before.")
    var anotherAccount = false

    func validate() throws {
        if file != nil, descriptor != nil { throw ValidationError("Give either --file or --fd.") }
        if let descriptor, descriptor < 3 {
            throw ValidationError("--fd takes a descriptor from 3; standard input needs no flag.")
        }
    }

    /// Reads the token and puts it in its place.
    func put(_ name: String, keepsPrevious: Bool, _ rooms: Rooms) async throws -> CommandOutcome {
        let integration = try await rooms.integration(named: name)
        let setup = try await rooms.tokenSetup()
        let source = TokenSource(file: file, descriptor: descriptor)
        let manner = TokenSetup.Manner(checks: !noCheck, mayChangeAccount: anotherAccount, keepsPrevious: keepsPrevious)
        let done: TokenSetup.Outcome
        if kind == "oauth" {
            done = try await setup.set(try source.readGrant(), integration: integration, kind: "oauth", manner)
        } else {
            done = try await setup.set(
                try source.read(question: "Token for \(name): "), integration: integration, kind: kind, manner)
        }
        let action = keepsPrevious && done.replaced ? "token_rotated" : "token_set"
        try await rooms.record(action, name, detail: "fingerprint \(done.token.fingerprint)")
        var outcome = CommandOutcome()
        outcome.summary = ["replaced": .boolean(done.replaced), "checked": .boolean(done.account != nil)]
        outcome.result = TokenView(integration, done.token)
        let account = done.account.map { " It belongs to \(Printable.text(AccountView($0).line))." } ?? ""
        let end = done.token.expiresAt.map { " It ends at \($0.text)." } ?? ""
        let verb = action == "token_rotated" ? "rotated" : done.replaced ? "replaced" : "set"
        outcome.text = "\(verb) the token of \(name), fingerprint \(done.token.fingerprint).\(account)\(end)"
        outcome.notes = (done.account?.problems ?? []).map {
            "problem: \($0.field.map { "\($0): " } ?? "")\(Printable.text($0.text)) [\($0.code)]"
        }
        if let until = done.previousUntil {
            outcome.notes.append(
                "the value before is kept until \(until.text), for calls under way; `patchbay token rotate --undo "
                    + "\(name)` goes back to it"
            )
        }
        return outcome
    }
}

struct TokenSet: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Seal an integration's token, read from standard input, a prompt, a file or a descriptor.",
        discussion: """
            The system is asked first who the token is; --no-check leaves that out, for a machine without network. \
            With --kind oauth, a JSON \
            object: access_token, refresh_token, client_id, client_secret, expires_in (seconds) or expires_at.
            """)
    static let words = "token set"

    @Argument(help: "The integration's name.") var name: String
    @OptionGroup var token: TokenFlags
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        try await token.put(name, keepsPrevious: false, rooms)
    }
}

struct TokenRotate: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Replace a token, and keep the value before for 15 minutes.",
        discussion:
            """
            What is under way finishes with the old value; a new one that is refused right after falls back to it once.
            """
    )
    static let words = "token rotate"

    @Argument(help: "The integration's name.") var name: String
    @Flag(help: "Go back to the value before.") var undo = false
    @OptionGroup var token: TokenFlags
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        guard undo else { return try await token.put(name, keepsPrevious: true, rooms) }
        let integration = try await rooms.integration(named: name)
        try await rooms.tokenSetup().undoRotation(integration)
        try await rooms.record("token_rotation_undone", name)
        let current = try await rooms.store().token(integrationID: integration.id)
        var outcome = CommandOutcome()
        outcome.result = TokenView(integration, current)
        outcome.text =
            "\(name) uses the token from before its rotation again, fingerprint \(current?.fingerprint ?? "-")"
        return outcome
    }
}

struct TokenRefresh: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh", abstract: "Get a new OAuth access token now; a sync does so by itself when it is time.")
    static let words = "token refresh"

    @Argument(help: "The integration's name.") var name: String
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let integration = try await rooms.integration(named: name)
        let token = try await rooms.tokenSetup().refresh(integration)
        var outcome = CommandOutcome()
        outcome.result = TokenView(integration, token)
        outcome.text =
            "refreshed the token of \(name)" + (token.expiresAt.map { ", which now ends at \($0.text)" } ?? "")
        return outcome
    }
}
