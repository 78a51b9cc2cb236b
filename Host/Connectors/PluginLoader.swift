import Logging
import PatchbayModel

/// Takes one file all the way to a usable connector, or to the reason why not.
///
/// The steps, in order: open and seal (`PluginScanner.take`), then what a later version adds here without running the plugin (trust, a look
/// at the file's dependencies and exports), then the worker with its sandbox, its greeting and the descriptor's rules.
struct PluginLoader: Sendable {
    let program: String
    let deadlines: WorkerDeadlines
    let logger: Logger

    /// Throws only what concerns the host, not the file: `worker_missing`.
    func load(_ place: PluginPlace) async throws -> (PluginReport, Connector?) {
        var digest: String?
        do {
            let file = try PluginScanner.take(place)
            digest = file.digest
            let shelf = WorkerShelf(file: file, program: program, deadlines: deadlines, logger: logger)
            let descriptor = try await shelf.worker().descriptor
            let connector = Connector(descriptor: descriptor, digest: file.digest, path: file.path, shelf: shelf)
            return (PluginReport(path: file.path, digest: file.digest, state: .usable(descriptor)), connector)
        } catch let refusal as LoadRefusal {
            return (PluginReport(path: place.path, digest: digest, state: .refused(refusal.reason, refusal.sentence)), nil)
        } catch let error as ConnectorError where error.code != .workerMissing {
            let reason: RefusalReason = error.code == .connectorTimeout ? .timeoutOnLoad : .crashedOnLoad
            return (PluginReport(path: place.path, digest: digest, state: .refused(reason, error.message)), nil)
        }
    }
}
