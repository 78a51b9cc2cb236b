import Foundation
import Logging
import PatchbayCalls
import PatchbayConnectors
import PatchbayInput
import PatchbayKeys
import PatchbayLog
import PatchbayModel
import PatchbayRecording
import PatchbaySetup
import PatchbayStore
import PatchbayStoreSQLite
import PatchbaySync
import PatchbayTransport
import PatchbayVault

/// The rooms of the host, each built once, and only when a command asks for it.
///
/// Not shared between tasks: one command holds it from start to end.
final class Rooms {
    let home: Home
    let console: Console
    let logger: Logger
    let isQuiet: Bool
    let wantsColor: Bool
    private var openedStore: SQLiteStore?
    private var openedCatalog: ConnectorCatalog?
    private var openedVault: Vault?
    private var openedTransport: Transport?
    private var openedLinks: LinkMaker?
    private var openedRefresher: TokenRefresher?
    private var recorder: Recorder?

    init(flags: GlobalFlags) throws {
        let environment = ProcessInfo.processInfo.environment
        let values = GlobalValues(home: flags.home, plugins: flags.plugins, key: flags.key, store: flags.store)
        home = try Home(flags: values, environment: environment, executable: Program.path)
        console = Console(format: flags.output, isQuiet: flags.quiet)
        logger = LogSetup.logger(level: flags.logLevel, format: flags.logFormat == .json ? .json : .text)
        isQuiet = flags.quiet
        wantsColor = !flags.noColor && (environment["NO_COLOR"] ?? "").isEmpty
    }

    /// Ends what was begun, in the reverse order of use.
    func close() async {
        await openedTransport?.shutdown()
        await openedCatalog?.shutdown()
        // Nothing is left to write: a store that does not close is of no consequence to what it holds.
        try? await openedStore?.close()
    }

    func store() async throws -> any Store { try await sqliteStore() }

    /// The store as the driver it is, for what is done to its file.
    func sqliteStore() async throws -> SQLiteStore {
        if let openedStore { return openedStore }
        let store = try await SQLiteStore.open(path: home.databasePath, mode: .existing)
        openedStore = store
        return store
    }

    /// The shipped directory comes first, and alone may vouch for what lies in it.
    var pluginDirectories: [PluginDirectory] {
        home.pluginsDirectories.enumerated().map { index, path in
            PluginDirectory(path: path, isRequired: home.pluginsNamed, isShipped: !home.pluginsNamed && index == 0)
        }
    }

    func catalog() throws -> ConnectorCatalog {
        if let openedCatalog { return openedCatalog }
        let catalog = ConnectorCatalog(
            directories: pluginDirectories, worker: home.workerPath, home: home.directory, logger: logger)
        openedCatalog = catalog
        return catalog
    }

    func vault() async throws -> Vault {
        if let openedVault { return openedVault }
        let vault = try await vaultAccess(store()).open()
        openedVault = vault
        return vault
    }

    /// The vault, if something has opened it: asks nobody for a key.
    var vaultIfOpen: Vault? { openedVault }

    /// Takes a vault that a command has opened in its own way.
    func use(_ vault: Vault) { openedVault = vault }

    /// Where the root key comes from. Throws `key_missing` for a descriptor that the caller has not opened: by now
    /// others of the same number may be ours.
    func keySource(_ text: String) throws -> KeySource {
        let source = try KeySource(parsing: text)
        if case .descriptor(let number) = source, !InheritedDescriptors.contains(number) {
            throw CommandError(
                .keyMissing,
                "descriptor \(number) was not open when patchbay started; open it: --key fd:\(number) \(number)< FILE")
        }
        return source
    }

    func vaultAccess(_ store: any Store) throws -> VaultAccess {
        VaultAccess(store: store, source: try keySource(home.keySource), other: try home.otherKeySource.map(keySource))
    }

    func transport() throws -> Transport {
        if let openedTransport { return openedTransport }
        let transport = try Transport(
            TransportConfiguration(version: Program.version, environment: ProcessInfo.processInfo.environment))
        openedTransport = transport
        return transport
    }

    /// Has every call of this command recorded. Called before anything is spoken to; nil records nothing.
    func record(into folder: String?) throws -> Recorder? {
        precondition(openedLinks == nil, "recording begins before the first link is made")
        recorder = try folder.map { try Recorder(folder: $0, version: Program.version, logger: logger) }
        return recorder
    }

    func links() async throws -> LinkMaker {
        if let openedLinks { return openedLinks }
        let (store, vault) = (try await store(), try await vault())
        let links = LinkMaker(
            catalog: try catalog(), vault: vault, storeID: store.storeID, store: store, recorder: recorder,
            refresher: try await refresher(),
            readKeysAnew: { try vault.refresh(await store.keyring()) })
        openedLinks = links
        return links
    }

    func engine() async throws -> SyncEngine {
        SyncEngine(store: try await store(), links: try await links(), transport: try transport(), logger: logger)
    }

    func accounts() async throws -> AccountCheck {
        AccountCheck(store: try await store(), links: try await links(), transport: try transport(), logger: logger)
    }

    func integrationSetup() async throws -> IntegrationSetup {
        IntegrationSetup(store: try await store(), catalog: try catalog())
    }

    func tokenSetup() async throws -> TokenSetup {
        TokenSetup(
            store: try await store(), catalog: try catalog(), vault: try await vault(), accounts: try await accounts(),
            refresher: try await refresher())
    }

    /// Refreshed tokens that could not be stored.
    var rescue: RescueFolder { RescueFolder(home: home.directory) }

    /// Brings them into the store, where there are any and their keys are at hand.
    func bringInRescued() async throws {
        if !rescue.isEmpty { _ = try await refresher() }
    }

    /// Refreshes OAuth tokens. Made once a command, and brings in what an earlier one had to leave beside the store.
    private func refresher() async throws -> TokenRefresher {
        if let openedRefresher { return openedRefresher }
        let (store, actor, chain) = (try await store(), Program.userName, AuditChain(vault: try await vault()))
        let refresher = TokenRefresher(
            store: store, vault: try await vault(), transport: try transport(), rescue: rescue, logger: logger
        ) { action, subject, detail in
            // The token is safe; a missing line of the trail must not stop its use.
            try? await store.append(
                EventRecord(at: .now, actor: actor, action: action, subject: subject, detail: detail), chain: chain)
        }
        try await refresher.bringInRescued()
        openedRefresher = refresher
        return refresher
    }

    /// The integration of that name. Throws `integration_not_found`, telling which there are.
    func integration(named name: String) async throws -> IntegrationRecord {
        let store = try await store()
        if let found = try await store.integration(named: name) { return found }
        throw CommandError(
            .integrationNotFound,
            "no integration is named \(name); \(try await store.integrations().instead(of: name))",
            context: ErrorContext(integration: name))
    }

    /// Writes a line of the audit trail, where a store has been made: plugins are decided about without one, too.
    func recordIfThere(_ action: String, _ subject: String, detail: String? = nil) async throws {
        guard FileManager.default.fileExists(atPath: home.databasePath) else { return }
        try await record(action, subject, detail: detail)
    }

    /// Writes a line of the audit trail.
    func record(_ action: String, _ subject: String, detail: String? = nil) async throws {
        try await store().append(
            EventRecord(at: .now, actor: Program.userName, action: action, subject: subject, detail: detail),
            chain: await chain())
    }

    /// Seals the audit trail, where the key is at hand without asking anybody.
    func chain() async -> AuditChain {
        if openedVault == nil, home.keySource.hasPrefix("file:") { _ = try? await vault() }
        return AuditChain(vault: openedVault)
    }
}
