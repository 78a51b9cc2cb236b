import Foundation
import PatchbayModel

/// One connector's file by itself, outside any plugins directory: for an author who tries it.
package struct ConnectorFile: Sendable {
    /// The loaded connector.
    package let connector: Connector

    /// Loads a file, with everything that a plugin in a plugins directory goes through. Throws `connector_refused` with
    /// the reason, `input_unreadable`, or `worker_missing`. `shutdown` has to follow. `isWatchful` ends it for whatever
    /// it asks of the system, even where that would only be an error to it.
    package init(path: String, worker: String, deadlines: WorkerDeadlines = WorkerDeadlines(), isWatchful: Bool = false)
        async throws
    {
        let place = try PluginPlace(path: path)
        guard FileManager.default.isExecutableFile(atPath: worker) else {
            throw ConnectorError(.workerMissing, "The worker program \(worker) is missing. Check the installation.")
        }
        let isWhole = PluginFiles.sandboxIsWhole
        let launch = Worker.Launch(
            program: worker, deadlines: deadlines, sandboxMayBePartial: !isWhole, isWatchful: isWatchful)
        // Its author runs it on purpose, and makes it die on purpose.
        let rule = TrustRule(lock: PluginLock(), shipped: [], sandboxIsWhole: true)
        let loaded = try await PluginLoader(launch: launch, rule: rule, cache: nil, graves: nil).load(place)
        switch loaded.report.state {
        case .refused(let reason, let sentence):
            throw ConnectorError(
                .connectorRefused, "\(path) cannot be used: \(sentence) (\(reason.rawValue))", refusal: reason)
        case .usable(let descriptor):
            guard let connector = loaded.connector else {
                throw ConnectorError(.connectorRefused, "\(descriptor.name) cannot be used.")
            }
            self.connector = connector
        }
    }

    /// Ends its worker. Returns when nothing is left of it.
    package func shutdown() async { await connector.shelf.shutdown() }
}
