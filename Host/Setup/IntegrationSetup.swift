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
        package fileprivate(set) var integration: IntegrationRecord
        /// Required settings that are still missing; it cannot be used before they are set.
        package let missing: [String]
        /// How long its connector says that a task which was made may stay unseen.
        package let lag: Duration
        /// Deliveries that it took over from removed integrations of the same target, by state.
        package fileprivate(set) var adopted: [DeliveryState: Int] = [:]
    }

    /// What a person who adds an integration may not have had in mind.
    package struct Neighbours: Sendable {
        /// Names of others with the same target: a task that is bound for both is made there twice.
        package let twins: [String]
        /// The name of now of one that was named as this one before.
        package let namesake: String?
    }

    /// Settings that are missing are told, not refused, because `discover` finds their values. Throws
    /// `integration_exists`, `integration_invalid`, `connector_not_found`, `settings_invalid`, `base_url_invalid`.
    package func add(_ integration: IntegrationRecord) async throws -> Outcome {
        let context = ErrorContext(system: integration.type, integration: integration.name)
        do {
            try Self.checkName(integration.name)
            var (outcome, target) = try await checked(integration)
            (outcome.integration, outcome.adopted) = try await store.add(integration, adoptingAt: target, now: .now)
            return outcome
        } catch {
            throw SetupError(error, about: context)
        }
    }

    /// Replaces an integration by a changed one, checked the same. Its name stays.
    package func change(_ integration: IntegrationRecord) async throws -> Outcome {
        let context = ErrorContext(system: integration.type, integration: integration.name)
        do {
            let before = try await store.integration(id: integration.id)
            var (outcome, target) = try await checked(integration, before: before)
            outcome.adopted = try await store.update(integration, adoptingAt: target, now: .now)
            return outcome
        } catch {
            throw SetupError(error, about: context)
        }
    }

    /// Gives an integration another name. Everything stays: what belongs to it, its token too, knows it by its id.
    /// Throws `integration_invalid`, `integration_exists`.
    package func rename(_ integration: IntegrationRecord, to name: String) async throws {
        do {
            try Self.checkName(name)
            try await store.renameIntegration(id: integration.id, to: name)
        } catch {
            throw SetupError(error, about: ErrorContext(system: integration.type, integration: integration.name))
        }
    }

    /// Looks at all others. Throws `connector_not_found`, `StoreError`.
    package func neighbours(of integration: IntegrationRecord) async throws -> Neighbours {
        let others = try await store.integrations().filter { $0.name != integration.name }
        let descriptor = try await catalog.connector(forType: integration.type).descriptor
        let target = DeliveryTarget(of: integration, descriptor)
        let twins = others.filter { target.isComplete && DeliveryTarget(of: $0, descriptor) == target }
        return Neighbours(
            twins: twins.map(\.name).sorted(), namesake: others.first { $0.formerName == integration.name }?.name)
    }

    /// Removes an integration with its token. What was or may have been made is kept as tombstones, unless `forgets`:
    /// then those of the same target that there are go too. `isSure` is false where its connector was not there to say
    /// what the target is.
    package func remove(
        _ integration: IntegrationRecord, force: Bool, forgets: Bool
    ) async throws -> (outcome: RemovalOutcome, isSure: Bool) {
        // It goes whatever has become of its connector.
        let descriptor = try? await catalog.connector(forType: integration.type).descriptor
        let target = descriptor.map { DeliveryTarget(of: integration, $0) }
        let removal: Removal = forgets ? .forgetting(target) : .keepingTombstones(target)
        let outcome = try await store.removeIntegration(id: integration.id, force: force, removal, now: .now)
        return (outcome, target != nil)
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

    /// Adds a row of an import, or brings the integration of that name up to it. Throws `integration_invalid` when that
    /// one is of another type.
    package func adopt(_ input: IntegrationInput) async throws -> (outcome: Outcome, added: Bool) {
        guard var old = try await store.integration(named: input.name) else {
            let record = IntegrationRecord(
                name: input.name, type: input.type, settings: input.settings, baseURL: input.baseURL,
                isActive: input.isActive)
            return (try await add(record), true)
        }
        guard old.type == input.type else {
            throw SetupError(
                .integrationInvalid,
                "integration \(input.name) exists with type \(old.type); remove it first or choose another name",
                context: ErrorContext(system: input.type, integration: input.name))
        }
        old.settings = input.settings
        old.isActive = input.isActive
        old.baseURL = input.baseURL ?? old.baseURL
        return (try await change(old), false)
    }

    private func checked(
        _ integration: IntegrationRecord, before: IntegrationRecord? = nil
    ) async throws -> (outcome: Outcome, target: DeliveryTarget) {
        let descriptor = try await catalog.connector(forType: integration.type).descriptor
        let valid = try descriptor.valid(integration.settings, isPartial: true)
        try Self.refuseAmbiguous(integration.settings, before: before?.settings ?? [:])
        if let text = integration.baseURL {
            // A token kind may have an origin of its own, which a base URL replaces.
            let kind = try await store.token(integrationID: integration.id)?.kind
            let kinds = descriptor.tokenKinds.filter { kind == nil || $0.name == kind }
            if case .setting(let name) = descriptor.origin, !kinds.contains(where: { $0.origin != nil }) {
                throw SetupError(
                    .baseURLInvalid,
                    "\(descriptor.name) takes its address from the setting \(name); set that instead of a base URL")
            }
            do { _ = try BaseURL(parsing: text) } catch {
                throw SetupError(.baseURLInvalid, "the base URL \(Self.shown(text)) \(error)")
            }
        }
        if let text = integration.authURL {
            do { _ = try BaseURL(parsing: text) } catch {
                throw SetupError(
                    .baseURLInvalid, "the address of the authorisation server, \(Self.shown(text)), \(error)")
            }
        }
        let missing = descriptor.settings.filter { $0.isRequired && valid[$0.name] == nil }.map(\.name)
        let outcome = Outcome(integration: integration, missing: missing, lag: descriptor.findLag)
        return (outcome, DeliveryTarget(of: integration, descriptor))
    }

    /// Two spellings of one address that lead to two people are a mistake, and nobody could say which is meant. What an
    /// earlier version took stays until it is changed.
    private static func refuseAmbiguous(
        _ settings: [String: SettingValue], before: [String: SettingValue]
    ) throws(SetupError) {
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) where value != before[name] {
            guard case .map(let map) = value, let (one, other) = MailAddress.ambiguous(in: map) else { continue }
            throw SetupError(
                .settingsInvalid,
                "setting \(name) names one address twice, as \(one) and as \(other), with different values; "
                    + "leave one of them away")
        }
    }

    /// A URL that cannot be used, for a person. What stands before an @ may be a password.
    private static func shown(_ url: String) -> String { url.lastIndex(of: "@").map { "…" + url[$0...] } ?? url }

    /// Names stand in file names, metrics and lists split on commas and semicolons.
    private static func checkName(_ name: String) throws(SetupError) {
        let allowed = name.unicodeScalars.allSatisfy { scalar in
            scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                || "._-".unicodeScalars.contains(scalar)
        }
        guard allowed, !name.isEmpty, name.utf8.count <= Limits.integrationNameBytesMax, name.first != "-",
            name.first != "."
        else {
            throw SetupError(
                .integrationInvalid,
                "an integration's name has 1 to \(Limits.integrationNameBytesMax) bytes: letters, digits, . - _, and "
                    + "no . or - at its start"
            )
        }
    }
}
