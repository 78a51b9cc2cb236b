import PatchbayCalls
import PatchbayConnectors
import PatchbayKeys
import PatchbayModel
import PatchbaySetup
import PatchbayStore
import PatchbayStoreSQLite
import PatchbayTransport
import PatchbayVault

@testable import PatchbaySync

/// The rooms of the host on a home, opened in this process: for operations that no command asks for by itself, and for
/// many at once.
struct WeatherHost: Sendable {
    let store: SQLiteStore
    private let catalog: ConnectorCatalog
    private let transport: Transport
    private let links: LinkMaker
    private let accounts: AccountCheck

    init(_ desk: Workbench) async throws {
        store = try await SQLiteStore.open(path: desk.home + "/patchbay.sqlite", mode: .existing)
        let vault = try await VaultAccess(store: store, source: KeySource(parsing: "file:\(desk.home)/keys/root.key"))
            .open()
        catalog = ConnectorCatalog(
            directories: [PluginDirectory(path: desk.plugins, isRequired: true)],
            worker: Built.folder + "/patchbay-worker", logger: .silent
        )
        transport = try Transport(TransportConfiguration(version: "1"))
        links = LinkMaker(catalog: catalog, vault: vault, storeID: store.storeID)
        accounts = AccountCheck(store: store, links: links, transport: transport, logger: .silent)
    }

    func close() async throws {
        await transport.shutdown()
        await catalog.shutdown()
        try await store.close()
    }

    /// How an operation ends: its code, "-" for success, or in brackets the outcome of its task; and the words with it.
    func ask(_ operation: OperationNumber, _ integration: IntegrationRecord) async throws -> (
        end: String, words: String
    ) {
        do {
            switch operation {
            case .check:
                _ = try await accounts.check(integration)
                return ("-", "")
            case .discover:
                _ = try await accounts.discover(
                    integration, token: store.token(integrationID: integration.id), isStored: true)
                return ("-", "")
            default: return try await converse(operation, integration)
            }
        } catch let failure as any PatchbayFailure {
            return (failure.code.rawValue, failure.message)
        }
    }

    /// Update and fetch, which no sync of this version asks for: real worker, real transport.
    private func converse(_ operation: OperationNumber, _ integration: IntegrationRecord) async throws -> (
        end: String, words: String
    ) {
        let link = try await links.link(integration, token: store.token(integrationID: integration.id))
        let task = OperationTask(
            task: TrackedTask(id: "t", title: "Changed"), deliveryID: "0a1b2c3d-0009-4000-8000-000000000001",
            externalID: integration.type == "linear" ? "0a1b2c3d-0009-4000-8000-000000000001" : "1", changes: [.title])
        let (end, _) = await Conversation(link: link, transport: transport, logger: .silent).run(
            ConnectorOperation(operation, now: .now, tasks: [task]))
        let call = CallSummary(end, now: .now)
        guard case .completed = call.meaning else { return (call.failure.code.rawValue, call.failure.message) }
        let outcome = call.outcomes[0]
        return outcome.map { ("(\($0.kind))", $0.message ?? "") } ?? ("(none)", "")
    }
}
