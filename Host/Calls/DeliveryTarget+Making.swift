import PatchbayConnectors
import PatchbayModel
import PatchbayStore

extension DeliveryTarget {
    /// Where an integration delivers to, as its connector describes that. Not every part need be set yet.
    package init(of integration: IntegrationRecord, _ descriptor: ConnectorDescriptor) {
        let names = descriptor.targetSettingNames
        let fields = descriptor.settings.filter { names.contains($0.name) && $0.kind != .map }.map { field in
            // As it is kept with an attempt: a number that was given as text is a number.
            let value = integration.settings[field.name].flatMap { try? field.checked($0) }
            return Field(
                name: field.name, value: value == .text("") ? nil : value, fallback: field.defaultValue,
                isRequired: field.isRequired,
                isAddress: field.kind == .url)
        }
        let settings = (try? descriptor.valid(integration.settings, isPartial: true)) ?? [:]
        // The token comes later, and may be of any kind.
        let addresses = descriptor.tokenKinds.compactMap { kind in
            try? LinkMaker.base(of: integration, settings: settings, kind: kind, descriptor: descriptor).description
        }
        self.init(
            type: integration.type, connectorID: descriptor.id, addresses: Set(addresses), baseURL: integration.baseURL,
            fields: fields)
    }
}
