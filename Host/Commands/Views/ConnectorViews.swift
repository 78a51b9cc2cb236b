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

extension PluginReport {
    /// That its descriptor has more than counts, for a person; nil where it has not.
    var leftOutWords: String? {
        guard let count = descriptor?.leftOut, count > 0 else { return nil }
        return
            "\(name): its descriptor has \(count) entries (budgets, operations, reading paths) more than one may have; "
            + "they do not count. Report it to its maker."
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
        /// What one call of it may cost.
        let requestsMax: Int
        let sentBytesMax: Int
        let receivedBytesMax: Int
        let secondsMax: Int64

        init(_ number: OperationNumber, batchMax: Int) {
            name = number.word
            self.batchMax = batchMax
            requestsMax = number.bounds.requests
            sentBytesMax = number.bounds.sentBytes
            receivedBytesMax = number.bounds.receivedBytes
            secondsMax = number.bounds.time.components.seconds
        }
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
    /// Entries of its lists that are more than count.
    let entriesLeftOut: Int

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
            Operation($0.key, batchMax: $0.value)
        }
        tokens = descriptor.tokenKinds.map { Token(kind: $0.name, oauth: $0.oauth != nil) }
        budgets = descriptor.budgets.map {
            Budget(scope: $0.scope, limit: $0.limit, windowSeconds: $0.window.components.seconds)
        }
        requestsConcurrentMax = descriptor.requestsConcurrentMax
        writesConcurrentMax = descriptor.writesConcurrentMax
        findLagSeconds = descriptor.findLag.components.seconds
        entriesLeftOut = descriptor.leftOut
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
