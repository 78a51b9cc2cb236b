import ArgumentParser
import PatchbayInput
import PatchbayModel
import PatchbaySetup
import PatchbayStore

struct IntegrationAdd: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add an integration: one account with one connector.")
    static let words = "integration add"

    @Argument(help: "A name of your choice.") var name: String
    @Option(help: "The type that a connector serves, such as asana, jira, linear.") var type: String
    @Option(name: .customLong("set"), help: ArgumentHelp("A setting; may be repeated.", valueName: "name=value"))
    var settings: [String] =
        []
    @Option(
        name: .customLong("settings"),
        help: ArgumentHelp("Settings from a JSON file; --set goes before it.", valueName: "file"))
    var file: String?
    @Option(name: .customLong("base-url"), help: "Replaces the connector's own address: https, or http to loopback.")
    var baseURL: String?
    @Option(name: .customLong("auth-url"), help: "Replaces the authorisation server's address.") var authURL: String?
    @Option(help: "Seconds before a look-up that finds nothing counts as certain.") var patience: Int?
    @OptionGroup var flags: GlobalFlags

    func validate() throws {
        if let patience, patience < 0 { throw ValidationError("--patience takes a number of seconds, 0 or more.") }
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let setup = try await rooms.integrationSetup()
        let type = type.lowercased()
        var values = try file.map(SettingsFile.read(path:)) ?? [:]
        for (key, value) in try await setup.parsed(settings, type: type) { values[key] = value }
        let record = IntegrationRecord(
            name: name, type: type, settings: values, baseURL: baseURL, authURL: authURL,
            patience: patience.map { .seconds($0) })
        let added = try await setup.add(record)
        try await rooms.record("integration_added", name, detail: type)
        var outcome = CommandOutcome()
        outcome.result = IntegrationView(added.integration, token: nil, missing: added.missing)
        outcome.text = "added \(name) (\(type))"
        outcome.summary = ["adopted": .integer(AdoptionWords.sum(added.adopted))]
        outcome.notes = [AdoptionWords.note(added.adopted)].compactMap(\.self)
        let neighbours = try await setup.neighbours(of: added.integration)
        if let other = neighbours.namesake {
            outcome.notes.append(
                "\(other) was named \(name) before: whoever still says \(name) means this one from now on")
        }
        if !neighbours.twins.isEmpty {
            let names = neighbours.twins.joined(separator: ", ")
            outcome.notes.append("\(names) delivers to the same target: tasks bound for both are made there twice")
        }
        outcome.notes += IntegrationCommand.notes(missing: added.missing, name: name, tokenSet: false)
        if let short = LookUpWords.patience(added.integration, lag: added.lag) { outcome.notes.append(short) }
        return outcome
    }
}

struct IntegrationSet: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change settings of an integration; NAME= takes one away.")
    static let words = "integration set"

    @Argument(help: "Its name.") var name: String
    @Argument(help: ArgumentHelp("Settings.", valueName: "name=value")) var settings: [String] = []
    @Option(
        name: .customLong("base-url"), help: "Another address; empty takes it away. The token must be set again after.")
    var baseURL: String?
    @Option(
        name: .customLong("auth-url"),
        help: "Another authorisation server; empty takes it away. The token must be set again after.")
    var authURL: String?
    @Option(help: "Seconds before a look-up that finds nothing counts as certain.") var patience: Int?
    @OptionGroup var flags: GlobalFlags

    func validate() throws {
        if settings.isEmpty, baseURL == nil, authURL == nil, patience == nil {
            throw ValidationError("Nothing to set: give NAME=VALUE, --base-url, --auth-url or --patience.")
        }
        if let patience, patience < 0 { throw ValidationError("--patience takes a number of seconds, 0 or more.") }
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let setup = try await rooms.integrationSetup()
        var integration = try await rooms.integration(named: name)
        for (key, value) in try await setup.parsed(settings, type: integration.type) {
            integration.settings[key] = value
        }
        if let baseURL { integration.baseURL = baseURL.isEmpty ? nil : baseURL }
        if let authURL { integration.authURL = authURL.isEmpty ? nil : authURL }
        if let patience { integration.patience = .seconds(patience) }
        let changed = try await setup.change(integration)
        try await rooms.record(
            "integration_changed", name,
            detail: settings.compactMap { $0.split(separator: "=").first.map(String.init) }.joined(separator: ", "))
        let token = try await rooms.store().token(integrationID: integration.id)
        var outcome = CommandOutcome()
        outcome.result = IntegrationView(changed.integration, token: token, missing: changed.missing)
        outcome.text = "changed \(name)"
        outcome.summary = ["adopted": .integer(AdoptionWords.sum(changed.adopted))]
        outcome.notes = [AdoptionWords.note(changed.adopted)].compactMap(\.self)
        outcome.notes += IntegrationCommand.notes(missing: changed.missing, name: name, tokenSet: token != nil)
        if let short = LookUpWords.patience(changed.integration, lag: changed.lag) { outcome.notes.append(short) }
        return outcome
    }
}

/// Settings as a JSON object in a file.
enum SettingsFile {
    /// Throws `input_unreadable`, `settings_invalid`.
    static func read(path: String) throws -> [String: SettingValue] {
        let text = try LineReader(path: path).rest(bytesMax: Limits.inputLineBytesMax)
        var value: JSONValue?
        do { value = try JSONValue.parse(text.utf8) } catch let refused as JSONNesting.Refused {
            throw CommandError(.settingsInvalid, "\(path) \(refused)")
        } catch {}
        guard case .object(let object)? = value else {
            throw CommandError(
                .settingsInvalid, "\(path) is not a JSON object of settings, such as {\"projectId\": \"123\"}")
        }
        var settings: [String: SettingValue] = [:]
        for (key, value) in object where value != .null {
            do { settings[key] = try SettingValue(json: value) } catch {
                throw CommandError(.settingsInvalid, "\(path): setting \(key): \(error)")
            }
        }
        return settings
    }
}
