import PatchbayCalls
import PatchbayConnectors
import PatchbayInput
import PatchbayModel
import PatchbayStore

/// Adds and changes integrations, each held against what its connector describes.
package struct IntegrationSetup: Sendable {
    private let store: any Store
    private let catalog: ConnectorCatalog

    package init(store: any Store, catalog: ConnectorCatalog) {
        self.store = store
        self.catalog = catalog
    }

    /// What `add` and `change` did.
    package struct Outcome: Sendable {
        package let integration: IntegrationRecord
        /// Required settings that are still missing; it cannot be used before they are set.
        package let missing: [String]
    }

    /// Settings that are missing are told, not refused, because `discover` finds their values. Throws `integration_exists`,
    /// `integration_invalid`, `connector_not_found`, `settings_invalid`, `base_url_invalid`.
    package func add(_ integration: IntegrationRecord) async throws -> Outcome {
        let context = ErrorContext(system: integration.type, integration: integration.name)
        do {
            try Self.checkName(integration.name)
            let missing = try await checked(integration)
            return Outcome(integration: try await store.add(integration), missing: missing)
        } catch {
            throw SetupError(error, about: context)
        }
    }

    /// Replaces an integration by a changed one, checked the same.
    package func change(_ integration: IntegrationRecord) async throws -> Outcome {
        let context = ErrorContext(system: integration.type, integration: integration.name)
        do {
            let missing = try await checked(integration)
            try await store.update(integration)
            return Outcome(integration: integration, missing: missing)
        } catch {
            throw SetupError(error, about: context)
        }
    }

    /// NAME=VALUE words as settings, each by the kind its connector names; an empty value takes the setting away (nil).
    package func parsed(_ words: [String], type: String) async throws -> [String: SettingValue?] {
        guard !words.isEmpty else { return [:] }
        let descriptor = try await catalog.connector(forType: type).descriptor
        var settings: [String: SettingValue?] = [:]
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw SetupError(.settingsInvalid, "\(word) is not NAME=VALUE") }
            let name = String(parts[0])
            guard !parts[1].isEmpty else {
                settings[name] = .some(nil)
                continue
            }
            guard let field = descriptor.settings.first(where: { $0.name == name }) else {
                let names = descriptor.settings.map(\.name).joined(separator: ", ")
                throw SetupError(.settingsInvalid, "\(descriptor.name) has no setting \(name); it has \(names)")
            }
            do { settings[name] = try field.value(parsing: String(parts[1])) } catch {
                throw SetupError(.settingsInvalid, "setting \(name) \(error.text)")
            }
        }
        return settings
    }

    /// Adds a row of an import, or brings the integration of that name up to it. Throws `integration_invalid` when that one is of another type.
    package func adopt(_ input: IntegrationInput) async throws -> (outcome: Outcome, added: Bool) {
        guard var old = try await store.integration(named: input.name) else {
            let record = IntegrationRecord(
                name: input.name, type: input.type, settings: input.settings, baseURL: input.baseURL, isActive: input.isActive)
            return (try await add(record), true)
        }
        guard old.type == input.type else {
            throw SetupError(
                .integrationInvalid, "integration \(input.name) exists with type \(old.type); remove it first or choose another name",
                context: ErrorContext(system: input.type, integration: input.name))
        }
        old.settings = input.settings
        old.isActive = input.isActive
        old.baseURL = input.baseURL ?? old.baseURL
        return (try await change(old), false)
    }

    private func checked(_ integration: IntegrationRecord) async throws -> [String] {
        let descriptor = try await catalog.connector(forType: integration.type).descriptor
        let valid = try descriptor.valid(integration.settings, isPartial: true)
        if let text = integration.baseURL {
            // A token kind may have an origin of its own, which a base URL replaces.
            let kind = try await store.token(integrationID: integration.id)?.kind
            let kinds = descriptor.tokenKinds.filter { kind == nil || $0.name == kind }
            if case .setting(let name) = descriptor.origin, !kinds.contains(where: { $0.origin != nil }) {
                throw SetupError(
                    .baseURLInvalid, "\(descriptor.name) takes its address from the setting \(name); set that instead of a base URL")
            }
            do { _ = try BaseURL(parsing: text) } catch { throw SetupError(.baseURLInvalid, "the base URL \(Self.shown(text)) \(error)") }
        }
        if let text = integration.authURL {
            do { _ = try BaseURL(parsing: text) } catch {
                throw SetupError(.baseURLInvalid, "the address of the authorisation server, \(Self.shown(text)), \(error)")
            }
        }
        return descriptor.settings.filter { $0.isRequired && valid[$0.name] == nil }.map(\.name)
    }

    /// A URL that cannot be used, for a person. What stands before an @ may be a password.
    private static func shown(_ url: String) -> String { url.lastIndex(of: "@").map { "…" + url[$0...] } ?? url }

    /// Names stand in file names, metrics and lists split on commas and semicolons.
    private static func checkName(_ name: String) throws(SetupError) {
        let allowed = name.unicodeScalars.allSatisfy { scalar in
            scalar.properties.isAlphabetic || scalar.properties.numericType != nil || "._-".unicodeScalars.contains(scalar)
        }
        guard allowed, !name.isEmpty, name.utf8.count <= Limits.integrationNameBytesMax, name.first != "-", name.first != "." else {
            throw SetupError(
                .integrationInvalid,
                "an integration's name has 1 to \(Limits.integrationNameBytesMax) bytes: letters, digits, . - _, and no . or - at its start"
            )
        }
    }
}
