import ArgumentParser
import PatchbayConnectors
import PatchbayInput
import PatchbayModel

struct ConnectorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connector", abstract: "See which connectors there are and what they need.",
        subcommands: [
            ConnectorList.self, ConnectorShow.self, ConnectorVerify.self, ConnectorTrust.self, ConnectorRoute.self,
            ConnectorReplay.self,
            ConnectorTest.self, ConnectorNew.self,
        ])
}

struct ConnectorList: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List every plugin found, and why those that are not usable are not.")
    static let words = "connector list"

    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let plugins = try await rooms.catalog().list()
        var table = TextTable(["FILE", "TYPES", "STATE", "CONNECTOR", "VERSION", "ABI", "TRUST", "DIGEST"])
        for plugin in plugins {
            let descriptor = plugin.descriptor
            table.add([
                plugin.name, descriptor?.integrationTypes.joined(separator: ", ") ?? "-", Self.state(of: plugin),
                descriptor.map(\.name) ?? "-", descriptor?.version ?? "-",
                descriptor.map { "\($0.abiMajor).\($0.abiMinor)" } ?? "-",
                plugin.basis?.rawValue ?? "-", plugin.digest.map { String($0.prefix(16)) } ?? "-",
            ])
        }
        var outcome = CommandOutcome()
        outcome.summary = [
            "usable": .integer(Int64(plugins.count { $0.descriptor != nil })),
            "refused": .integer(Int64(plugins.count { $0.descriptor == nil })),
        ]
        outcome.result = ["connectors": plugins.map(PluginView.init)]
        outcome.text =
            plugins.isEmpty ? "no plugin in \(rooms.home.pluginsDirectories.joined(separator: " or "))" : table.text
        outcome.notes = plugins.compactMap(Self.note) + plugins.compactMap(\.takenWords)
        outcome.notes += plugins.compactMap(\.leftOutWords)
        if !ConnectorCatalog.sandboxIsWhole {
            outcome.notes.append(
                "This kernel cannot give workers the whole sandbox (Landlock, seccomp), so the policy is pin: only "
                    + "approved plugins are used."
            )
        }
        return outcome
    }

    private static func state(of plugin: PluginReport) -> String {
        switch (plugin.state, plugin.news) {
        case (.refused(.quarantined, _), _): "quarantined"
        case (.refused(.notApproved, _), _): "new"
        case (.refused, _): "refused"
        case (.usable, .first): "usable, new"
        case (.usable, .changed): "usable, changed"
        case (.usable, nil): "usable"
        }
    }

    private static func note(_ plugin: PluginReport) -> String? {
        if let refused = plugin.replacementRefused {
            return
                "\(plugin.name): the file that is there now is not used, and the one before it still is. "
                + "\(Printable.text(refused))"
        }
        guard case .refused(let reason, let message) = plugin.state else { return nil }
        return "\(plugin.name): \(Printable.text(message)) [\(reason.rawValue)]"
    }
}

struct ConnectorShow: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a connector's settings, operations and limits.")
    static let words = "connector show"

    @Argument(help: "The integration type it serves, such as asana.") var type: String
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let descriptor = try await rooms.catalog().connector(forType: type.lowercased()).descriptor
        var settings = TextTable(["SETTING", "KIND", "REQUIRED", "DEFAULT", "HELP"], cellWidthMax: 100)
        for field in descriptor.settings {
            settings.add([
                field.name, field.kind.rawValue, field.isRequired ? "yes" : "no", field.defaultValue?.text ?? "-",
                field.help ?? "",
            ])
        }
        let mebibyte = 1_048_576
        var operations = TextTable(["OPERATION", "TASKS", "REQUESTS", "MIB SENT", "MIB RECEIVED", "SECONDS"])
        for (operation, batch) in descriptor.operations.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let bounds = operation.bounds
            operations.add([
                operation.word, batch > 0 ? "\(batch)" : "-", "\(bounds.requests)",
                "\(bounds.sentBytes / mebibyte)", "\(bounds.receivedBytes / mebibyte)",
                "\(bounds.time.components.seconds)",
            ])
        }
        var outcome = CommandOutcome()
        outcome.result = ConnectorView(descriptor)
        outcome.text = """
            \(Printable.text(descriptor.name)) \(Printable.text(descriptor.version)) \
            (\(Printable.text(descriptor.id)), by \(Printable.text(descriptor.vendor)))
            types       \(descriptor.integrationTypes.joined(separator: ", "))
            origin      \(descriptor.originText)
            tokens      \(descriptor.tokenKinds.map(\.name).joined(separator: ", "))

            One call has at most:
            \(operations.text)

            \(settings.text)
            """
        return outcome
    }
}
