import Foundation
import Logging
import PatchbayModel

/// All connectors of this host: what lies in the plugins directories, which of it can be used, and for which integration types.
///
/// The directories are read at the first question. One worker runs per digest, kept until `shutdown`.
package actor ConnectorCatalog {
    private let directories: [PluginDirectory]
    private let program: String
    private let deadlines: WorkerDeadlines
    private let logger: Logger
    private var loading: Task<[Entry], any Error>?

    /// A file with what was learned of it.
    private struct Entry: Sendable {
        let report: PluginReport
        let connector: Connector?
    }

    /// `worker` is the path of the program `patchbay-worker`. Nothing is read yet.
    package init(
        directories: [PluginDirectory], worker: String, deadlines: WorkerDeadlines = WorkerDeadlines(),
        logger: Logger = Logger(label: "patchbay.connectors")
    ) {
        self.directories = directories
        self.program = worker
        self.deadlines = deadlines
        self.logger = logger
    }

    /// Every file with its state, in the order of directories and names. Throws `plugins_unreadable` or `worker_missing`.
    package func list() async throws -> [PluginReport] { try await entries().map(\.report) }

    /// The connector that serves an integration type. Throws `connector_not_found` or `connector_ambiguous`, or what `list` throws.
    package func connector(forType type: String) async throws -> Connector {
        let entries = try await entries()
        let serving = entries.compactMap(\.connector).filter { $0.descriptor.integrationTypes.contains(type) }
        if serving.count > 1 {
            let names = serving.map { "\($0.descriptor.id) (\($0.path))" }.joined(separator: " and ")
            throw ConnectorError(
                .connectorAmbiguous, "Several connectors serve the integration type \(type): \(names). Remove all but one.",
                context: ErrorContext(system: type))
        }
        guard let connector = serving.first else { throw notFound(type, among: entries) }
        return connector
    }

    private func notFound(_ type: String, among entries: [Entry]) -> ConnectorError {
        let types = Set(entries.compactMap(\.connector).flatMap(\.descriptor.integrationTypes)).sorted()
        let places = directories.map(\.path).joined(separator: ", ")
        let known = types.isEmpty ? "There is no usable connector in \(places)." : "There is: \(types.joined(separator: ", "))."
        let unusable = entries.compactMap { entry -> String? in
            guard case .refused(let reason, let sentence) = entry.report.state else { return nil }
            return "\(entry.report.name): \(sentence) (\(reason.rawValue))"
        }
        let rest = unusable.isEmpty ? "" : " Not usable: \(unusable.joined(separator: " "))"
        let remedy = " Put its connector into one of the plugins directories."
        return ConnectorError(
            .connectorNotFound, "No connector serves the integration type \(type). \(known)\(rest)\(remedy)",
            context: ErrorContext(system: type))
    }

    /// Ends every worker. Returns when none is left; open calls end as cancelled.
    package func shutdown() async {
        guard let entries = try? await loading?.value else { return }
        for entry in entries { await entry.connector?.shelf.shutdown() }
    }

    // MARK: Loading

    private func entries() async throws -> [Entry] {
        if let loading { return try await loading.value }
        let task = Task { try await self.load() }
        loading = task
        do {
            return try await task.value
        } catch {
            loading = nil
            throw error
        }
    }

    private func load() async throws -> [Entry] {
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw ConnectorError(.workerMissing, "The worker program \(program) is missing. Check the installation.")
        }
        let places = try PluginScanner.places(in: directories)
        let loader = PluginLoader(program: program, deadlines: deadlines, logger: logger)
        var loaded: [Int: Entry] = [:]
        try await withThrowingTaskGroup(of: (Int, PluginReport, Connector?).self) { group in
            var next = 0
            func addNext() {
                guard next < places.count else { return }
                let index = next
                next += 1
                group.addTask {
                    let (report, connector) = try await loader.load(places[index])
                    return (index, report, connector)
                }
            }
            for _ in 0..<Limits.pluginsLoadedAtOnce { addNext() }
            while let (index, report, connector) = try await group.next() {
                loaded[index] = Entry(report: report, connector: connector)
                addNext()
            }
        }
        return await withoutDuplicates(places.indices.compactMap { loaded[$0] })
    }

    /// The same bytes in two places are one connector: the first one counts.
    private func withoutDuplicates(_ entries: [Entry]) async -> [Entry] {
        var firstPaths: [String: String] = [:]
        var kept: [Entry] = []
        for entry in entries {
            guard let connector = entry.connector, let first = firstPaths[connector.digest] else {
                if let connector = entry.connector { firstPaths[connector.digest] = connector.path }
                if case .refused(let reason, let sentence) = entry.report.state {
                    logger.info(
                        "A plugin is not used",
                        metadata: ["file": "\(entry.report.path)", "reason": "\(reason.rawValue)", "error": "\(sentence)"])
                }
                kept.append(entry)
                continue
            }
            await connector.shelf.shutdown()
            let state = PluginState.refused(.duplicate, "It is the same, byte for byte, as \(first), which is used.")
            kept.append(Entry(report: PluginReport(path: connector.path, digest: connector.digest, state: state), connector: nil))
        }
        return kept
    }
}
