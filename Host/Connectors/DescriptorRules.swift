import PatchbayModel

/// Judges a descriptor: its words are of the right form, unique and bounded, and its parts fit each other.
struct DescriptorRules {
    private let descriptor: ConnectorDescriptor

    init(_ descriptor: ConnectorDescriptor) { self.descriptor = descriptor }

    /// Throws the first rule that is broken.
    func check() throws(WireFault) {
        try checkNames()
        try checkTypes()
        try checkOperations()
        try checkSettings()
        try checkTokenKinds()
        try unique(descriptor.budgets.map(\.scope), "budget")
        for budget in descriptor.budgets { try bounded(budget.scope, "a budget's scope", Limits.nameBytesMax) }
    }

    private func checkNames() throws(WireFault) {
        let id = descriptor.id
        try bounded(id, "the id", Limits.nameBytesMax)
        let labels = id.split(separator: ".", omittingEmptySubsequences: false)
        let isReverseDomain = labels.count >= 2 && labels.allSatisfy { Self.isWord($0, extra: "-") }
        guard isReverseDomain else {
            throw WireFault(
                "has the id \(quoted(id)): it must be a reverse domain in lower case, such as org.example.tracker")
        }
        for (text, what) in [
            (descriptor.name, "the name"), (descriptor.version, "the version"), (descriptor.vendor, "the vendor"),
        ] {
            try bounded(text, what, Limits.nameBytesMax)
            try printable(text, what)
        }
    }

    private func checkTypes() throws(WireFault) {
        let types = descriptor.integrationTypes
        guard !types.isEmpty else { throw WireFault("names no integration type") }
        guard types.count <= Limits.descriptorEntriesMax else { throw WireFault("names too many integration types") }
        try unique(types, "integration type")
        for type in types where !Self.isWord(type[...], extra: "-_") || type.utf8.count > Limits.integrationNameBytesMax
        {
            throw WireFault(
                "names the integration type \(quoted(type)): it must be lower-case letters, digits, - and _")
        }
    }

    private func checkOperations() throws(WireFault) {
        guard !descriptor.operations.isEmpty else { throw WireFault("offers no operation that this host knows") }
        for (operation, batch) in descriptor.operations.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let range = operation.takesTasks ? 1...Limits.batchTasksMax : 0...0
            guard range.contains(batch) else {
                throw WireFault(
                    "gives \(operation.word) a batch_max of \(batch): it must be \(range.lowerBound) to "
                        + "\(range.upperBound)"
                )
            }
        }
    }

    private func checkSettings() throws(WireFault) {
        let settings = descriptor.settings
        guard settings.count <= Limits.descriptorEntriesMax else { throw WireFault("has too many settings") }
        try unique(settings.map(\.name), "setting")
        for setting in settings {
            let name = setting.name.utf8
            let isLetterFirst = name.first.map { Self.isLetter($0) } ?? false
            guard isLetterFirst, name.count <= 64, name.allSatisfy({ Self.isLetter($0) || Self.isDigit($0) }) else {
                throw WireFault(
                    "has the setting \(quoted(setting.name)): a name is letters and digits, a letter first, at most 64")
            }
            try bounded(setting.help ?? "", "the help of \(setting.name)", Limits.vendorMessageBytesMax)
            try printable(setting.help ?? "", "the help of \(setting.name)")
        }
        guard case .setting(let name) = descriptor.origin else { return }
        guard let field = settings.first(where: { $0.name == name }), field.kind == .url || field.kind == .string,
            field.isRequired
        else {
            throw WireFault("takes its origin from the setting \(quoted(name)), which must be a required url or string")
        }
    }

    private func checkTokenKinds() throws(WireFault) {
        let kinds = descriptor.tokenKinds
        guard !kinds.isEmpty else { throw WireFault("names no token kind") }
        try unique(kinds.map(\.name), "token kind")
        for kind in kinds {
            guard kind.name == "api-key" || kind.name == "oauth" else {
                throw WireFault("names the token kind \(quoted(kind.name)): it must be api-key or oauth")
            }
            switch kind.scheme {
            case .bearer: break
            case .basic(let user):
                guard descriptor.settings.contains(where: { $0.name == user && $0.kind == .string && $0.isRequired })
                else {
                    throw WireFault(
                        "takes the user name of \(kind.name) from \(quoted(user)), which must be a required string "
                            + "setting"
                    )
                }
            case .header(let name):
                guard !name.isEmpty, name.utf8.count <= 64,
                    name.utf8.allSatisfy({ Self.isLetter($0) || Self.isDigit($0) || $0 == 0x2D })
                else {
                    throw WireFault(
                        "puts the token \(kind.name) into the header \(quoted(name)), which is not a header's name")
                }
                guard HeaderRules.mayCarryToken(name) else {
                    throw WireFault("puts the token \(kind.name) into the header \(name), which only the host may set")
                }
            }
            guard let oauth = kind.oauth else { continue }
            for url in [oauth.authorizeURL, oauth.tokenURL, oauth.revokeURL] { try checkURL(url) }
            try bounded(oauth.scopes ?? "", "the scopes", Limits.urlBytesMax)
        }
    }

    private func checkURL(_ text: String?) throws(WireFault) {
        guard let text else { return }
        // An authorize address may bring a query of its own; what is before it is held to the rules of a base URL.
        let address = text.prefix { $0 != "?" }
        guard text.hasPrefix("https://"), text.utf8.count <= Limits.urlBytesMax,
            (try? BaseURL(parsing: String(address))) != nil
        else {
            throw WireFault("gives the OAuth address \(quoted(text)): it must be a whole https URL")
        }
    }

    private func bounded(_ text: String, _ what: String, _ bytesMax: Int) throws(WireFault) {
        guard text.utf8.count <= bytesMax else { throw WireFault("gives \(what) more than \(bytesMax) bytes") }
    }

    /// Terminals and logs show these words.
    private func printable(_ text: String, _ what: String) throws(WireFault) {
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) else {
            throw WireFault("puts control characters into \(what)")
        }
    }

    private func unique(_ names: [String], _ what: String) throws(WireFault) {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw WireFault("names the \(what) \(quoted(name)) twice")
        }
    }

    /// A text of the connector inside a sentence: short and printable.
    private func quoted(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(80).map {
            $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "?" : String($0)
        }
        return "\"\(shown.joined())\""
    }

    private static func isWord(_ text: Substring, extra: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || isDigit($0) || extra.utf8.contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
