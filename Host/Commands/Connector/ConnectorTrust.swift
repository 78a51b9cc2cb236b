import ArgumentParser
import PatchbayConnectors
import PatchbayInput
import PatchbayModel

extension PluginLock.Policy: ExpressibleByArgument {}

struct ConnectorTrust: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust", abstract: "Approve a plugin's bytes, or choose which plugins are used.",
        discussion: """
            An approval holds for the file's digest, and lets a digest out of quarantine. Without a file and without a \
            flag: shows what holds.
            The policies: owner (what is yours and no one else can write), pin (what you approved), signed (that, and \
            what carries a minisign
            signature by a key you trust). What came with the installation is approved by its list.
            """)
    static let words = "connector trust"

    @Argument(help: "The plugin's file.", completion: .file(extensions: ["so"])) var file: String?
    @Flag(help: "Take the approval, or the trust in a key, back.") var remove = false
    @Option(help: "Which plugins are used: owner, pin or signed.") var policy: PluginLock.Policy?
    @Option(
        help: ArgumentHelp("Trust what this minisign public key signs: its file, or the key itself.", valueName: "key"))
    var publicKey: String?
    @OptionGroup var flags: GlobalFlags

    func validate() throws {
        guard [file != nil, policy != nil, publicKey != nil].count(where: { $0 }) <= 1 else {
            throw ValidationError("One of a file, --policy and --public-key at a time.")
        }
        if remove, file == nil, publicKey == nil {
            throw ValidationError("--remove takes back the approval of a file or of a --public-key.")
        }
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let trust = PluginTrust(home: rooms.home.directory)
        if let file { return try await approve(file, trust, rooms) }
        if let policy {
            try trust.setPolicy(policy)
            try await rooms.recordIfThere("trust.policy", policy.rawValue)
        }
        if let publicKey { try await setSigner(publicKey, trust, rooms) }
        return try shown(trust.lock())
    }

    private func approve(_ file: String, _ trust: PluginTrust, _ rooms: Rooms) async throws -> CommandOutcome {
        var outcome = CommandOutcome()
        if remove {
            let (digest, wasApproved) = try trust.disapprove(file)
            try await rooms.recordIfThere("connector.disapprove", digest)
            outcome.result = ["digest": digest, "approved": "no"]
            outcome.text = wasApproved ? "\(digest) is no longer approved" : "\(digest) was not approved"
        } else {
            let digest = try trust.approve(file)
            try await rooms.recordIfThere("connector.approve", digest, detail: file)
            outcome.result = ["digest": digest, "approved": "yes"]
            outcome.text = "\(digest) is approved"
        }
        return outcome
    }

    private func setSigner(_ text: String, _ trust: PluginTrust, _ rooms: Rooms) async throws {
        guard let key = try Minisign.PublicKey(parsing: text) ?? Minisign.PublicKey(parsing: keyFile(text)) else {
            throw CommandError(
                .inputInvalid,
                "\(text) is neither a minisign public key nor the file of one; it is the line that begins with RW in a "
                    + ".pub file"
            )
        }
        try trust.setSigner(key, isTrusted: !remove)
        try await rooms.recordIfThere(remove ? "trust.signer.remove" : "trust.signer.add", key.id)
    }

    /// Its comment may hold bytes that are no text.
    private func keyFile(_ path: String) throws -> [UInt8] {
        try LineReader(path: path).restBytes(bytesMax: Limits.signatureBytesMax)
    }

    private func shown(_ lock: PluginLock) -> CommandOutcome {
        struct Shown: Encodable, Sendable {
            let policy: String
            let publicKeys: [String]
            let routes: [String: String]
        }
        let signers = lock.publicKeys.compactMap { Minisign.PublicKey(parsing: $0)?.id }
        var outcome = CommandOutcome()
        outcome.result = Shown(policy: lock.policy.rawValue, publicKeys: lock.publicKeys, routes: lock.routes)
        outcome.text =
            "policy \(lock.policy.rawValue)"
            + (signers.isEmpty ? "" : "; trusted signers: \(signers.joined(separator: ", "))")
        return outcome
    }
}

struct ConnectorRoute: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "route", abstract: "Say which of several connectors serves an integration type.")
    static let words = "connector route"

    @Argument(help: "The integration type.") var type: String
    @Argument(help: "The connector's id, or the beginning of its digest.") var id: String?
    @Flag(help: "Forget the choice.") var remove = false
    @OptionGroup var flags: GlobalFlags

    func validate() throws {
        guard (id == nil) == remove else { throw ValidationError("Name the connector, or --remove.") }
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let type = type.lowercased()
        let trust = PluginTrust(home: rooms.home.directory)
        var route: String?
        if let id { route = try await rooms.catalog().route(type, to: id) }
        let before = try trust.setRoute(type, to: route)
        try await rooms.recordIfThere("connector.route", type, detail: route ?? "removed")
        var outcome = CommandOutcome()
        outcome.result = ["type": type, "route": route ?? "", "before": before ?? ""]
        outcome.text =
            route.map { "\(type) is served by \($0)" }
            ?? (before == nil ? "\(type) had no route" : "\(type) has no route any more")
        return outcome
    }
}
