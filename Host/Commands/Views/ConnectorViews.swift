import PatchbayConnectors
import PatchbayModel

/// A plugin file as JSON output shows it.
struct PluginView: Encodable, Sendable {
    struct Refusal: Encodable, Sendable {
        let reason: String
        let message: String
    }

    let file: String
    let path: String
    let state: String
    let digest: String?
    /// Why it may be used: `owner`, `shipped`, `approved` or `signed`.
    let trust: String?
    /// `first` when it was never seen here before, `changed` when it had another digest.
    let news: String?
    let digestBefore: String?
    /// Since when it has this digest, as far as this home knows.
    let since: String?
    let refusal: Refusal?
    /// Why the file that is there now is not used, while the one before it still is.
    let replacementRefused: String?
    /// Integration types that it claims and another file serves.
    let typesTaken: [String]
    let connector: ConnectorView?

    init(_ plugin: PluginReport) {
        trust = plugin.basis?.rawValue
        typesTaken = plugin.typesTaken.map(\.type)
        since = plugin.since?.text
        replacementRefused = plugin.replacementRefused
        switch plugin.news {
        case .first: (news, digestBefore) = ("first", nil)
        case .changed(let before): (news, digestBefore) = ("changed", before)
        case nil: (news, digestBefore) = (nil, nil)
        }
        file = plugin.name
        path = plugin.path
        digest = plugin.digest
        connector = plugin.descriptor.map(ConnectorView.init)
        if case .refused(let reason, let message) = plugin.state {
            state = "refused"
            refusal = Refusal(reason: reason.rawValue, message: message)
        } else {
            state = "usable"
            refusal = nil
        }
    }
}

extension PluginReport {
    /// Which of its types it does not serve, and who does, for a person; nil where it serves all.
    var takenWords: String? {
        guard let first = typesTaken.first else { return nil }
        let types = Printable.text(typesTaken.map(\.type).joined(separator: ", "))
        let way =
            "To use this one: patchbay connector route \(Printable.text(first.type)) \(digest?.prefix(16) ?? "ID")"
        return
            "\(name): it claims \(types) and does not serve that: \(first.by) does. \(way)"
    }
}

/// A connector as JSON output shows it.
struct ConnectorView: Encodable, Sendable {
    struct Setting: Encodable, Sendable {
        let name: String
        let kind: String
        let required: Bool
        let defaultValue: SettingValue?
        let help: String?
    }
    struct Operation: Encodable, Sendable {
        let name: String
        let batchMax: Int
    }
    struct Token: Encodable, Sendable {
        let kind: String
        let oauth: Bool
    }
    struct Budget: Encodable, Sendable {
        let scope: String
        let limit: Int64
        let windowSeconds: Int64
    }

    let id: String
    let name: String
    let version: String
    let vendor: String
    let types: [String]
    let origin: String
    let abi: String
    let settings: [Setting]
    let operations: [Operation]
    let tokens: [Token]
    let budgets: [Budget]
    let requestsConcurrentMax: Int?
    let writesConcurrentMax: Int?
    let findLagSeconds: Int64

    init(_ descriptor: ConnectorDescriptor) {
        id = descriptor.id
        name = descriptor.name
        version = descriptor.version
        vendor = descriptor.vendor
        types = descriptor.integrationTypes
        origin = descriptor.originText
        abi = "\(descriptor.abiMajor).\(descriptor.abiMinor)"
        settings = descriptor.settings.map {
            Setting(
                name: $0.name, kind: $0.kind.rawValue, required: $0.isRequired, defaultValue: $0.defaultValue,
                help: $0.help)
        }
        operations = descriptor.operations.sorted { $0.key.rawValue < $1.key.rawValue }.map {
            Operation(name: $0.key.word, batchMax: $0.value)
        }
        tokens = descriptor.tokenKinds.map { Token(kind: $0.name, oauth: $0.oauth != nil) }
        budgets = descriptor.budgets.map {
            Budget(scope: $0.scope, limit: $0.limit, windowSeconds: $0.window.components.seconds)
        }
        requestsConcurrentMax = descriptor.requestsConcurrentMax
        writesConcurrentMax = descriptor.writesConcurrentMax
        findLagSeconds = descriptor.findLag.components.seconds
    }
}

extension ConnectorDescriptor {
    /// Where its requests go, for a person.
    var originText: String {
        switch origin {
        case .fixed(let url): url.description
        case .setting(let name): "setting \(name)"
        }
    }
}
