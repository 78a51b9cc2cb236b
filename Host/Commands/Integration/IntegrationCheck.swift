import ArgumentParser
import PatchbayConnectors
import PatchbayInput
import PatchbayModel
import PatchbaySetup
import PatchbayStore
import PatchbayVault

struct IntegrationCheck: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Ask the system who the token is and whether tasks can be made with these settings.")
    static let words = "integration check"

    @Argument(help: "Its name.") var name: String
    @Option(
        help: ArgumentHelp(
            "Write every exchange into this folder, without the token, for connector replay.", valueName: "dir"))
    var record: String?
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let integration = try await rooms.integration(named: name)
        let recorder = try rooms.record(into: record)
        let account = try await rooms.accounts().check(integration)
        let view = AccountView(account)
        var outcome = CommandOutcome()
        outcome.exit = account.problems.isEmpty ? .done : .inputWrong
        outcome.summary = ["problems": .integer(Int64(account.problems.count))]
        outcome.result = view
        outcome.text = "\(name): \(Printable.text(view.line))" + (account.problems.isEmpty ? "\nready" : "")
        outcome.notes = account.problems.map { problem in
            "problem: \(problem.field.map { "\($0): " } ?? "")\(Printable.text(problem.text)) [\(problem.code)]"
        }
        if let uncertain = LookUpWords.power(account.lookUps, of: name) { outcome.notes.append(uncertain) }
        if account.isUntold || account.id?.isEmpty != false {
            outcome.notes.append(
                "\(name): the system does not say whose token it is, so another account is not noticed, and a lost "
                    + "answer needs a person"
            )
        }
        if let recorder { outcome.tell(of: recorder) }
        return outcome
    }
}

struct IntegrationDiscover: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "discover", abstract: "List the ids that the settings need: workspaces, projects, teams, users.",
        discussion: "With --type, the token comes from standard input and nothing is kept.")
    static let words = "integration discover"

    @Argument(help: "An integration's name.") var name: String?
    @Option(help: "A type, before there is an integration.") var type: String?
    @Option(name: .customLong("base-url"), help: "Replaces the connector's own address.") var baseURL: String?
    @Option(name: .customLong("set"), help: ArgumentHelp("A setting; may be repeated.", valueName: "name=value"))
    var settings: [String] =
        []
    @Option(help: "The token's kind: api-key or oauth.") var kind: String?
    @OptionGroup var flags: GlobalFlags

    func validate() throws {
        guard (name == nil) != (type == nil) else {
            throw ValidationError("Give either an integration's name or --type.")
        }
        if name != nil, baseURL != nil || !settings.isEmpty || kind != nil {
            throw ValidationError("--base-url, --set and --kind go with --type; an integration has its own.")
        }
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let found = try await discovered(rooms)
        var table = TextTable(["SETTING", "KIND", "ID", "NAME", "DETAIL"])
        for one in found { table.add([one.setting ?? "-", one.kind, one.id, one.name, one.detail ?? ""]) }
        var outcome = CommandOutcome()
        outcome.summary = ["count": .integer(Int64(found.count))]
        outcome.result = ["discovered": found.map(DiscoveredView.init)]
        outcome.text = found.isEmpty ? "nothing found; the token may see nothing" : table.text
        return outcome
    }

    private func discovered(_ rooms: Rooms) async throws -> [DiscoveredID] {
        if let name {
            let integration = try await rooms.integration(named: name)
            return try await rooms.accounts().discover(
                integration, token: rooms.store().token(integrationID: integration.id), isStored: true)
        }
        let type = (type ?? "").lowercased()
        let values = try await rooms.integrationSetup().parsed(settings, type: type).compactMapValues { $0 }
        let integration = IntegrationRecord(name: type, type: type, settings: values, baseURL: baseURL)
        let token = try TokenSource(file: nil, descriptor: nil).read(question: "Token for \(type): ")
        let sealed = try await rooms.tokenSetup().sealed(token, integration: integration, kind: kind)
        return try await rooms.accounts().discover(integration, token: sealed, isStored: false)
    }
}
