import Foundation
import Logging
import PatchbayModel

/// One connector's file by itself, outside any plugins directory: for an author who tries it.
package struct ConnectorFile: Sendable {
    /// The loaded connector.
    package let connector: Connector

    /// Loads a file, with everything that a plugin in a plugins directory goes through. Throws `connector_refused` with the reason,
    /// `input_unreadable`, or `worker_missing`. `shutdown` has to follow.
    package init(path: String, worker: String, deadlines: WorkerDeadlines = WorkerDeadlines()) async throws {
        let url = URL(fileURLWithPath: path).standardizedFileURL
        let directory: OwnedDescriptor
        do {
            directory = try PluginFiles.openDirectory(url.deletingLastPathComponent().path)
        } catch {
            throw ConnectorError(.inputUnreadable, "The folder of \(path) cannot be read: \(error.text).")
        }
        guard FileManager.default.isExecutableFile(atPath: worker) else {
            throw ConnectorError(.workerMissing, "The worker program \(worker) is missing. Check the installation.")
        }
        let place = PluginPlace(directory: directory, name: url.lastPathComponent, path: url.path)
        let (report, connector) = try await PluginLoader(
            program: worker, deadlines: deadlines, logger: Logger(label: "patchbay.connectors")
        ).load(place)
        if let connector {
            self.connector = connector
            return
        }
        guard case .refused(let reason, let sentence) = report.state else {
            throw ConnectorError(.connectorRefused, "\(path) cannot be used.")
        }
        throw ConnectorError(.connectorRefused, "\(path) cannot be used: \(sentence) (\(reason.rawValue))", refusal: reason)
    }

    /// Ends its worker. Returns when nothing is left of it.
    package func shutdown() async { await connector.shelf.shutdown() }
}
