import Foundation
import Logging
import PatchbayModel

/// All connectors of this host: what lies in the plugins directories, which of it can be used, and for which
/// integration types.
///
/// The directories are looked at again with a question that comes a while after the last look: a running host sees what
/// was added, replaced and removed. A session that is open goes on with the connector it was opened with. Workers run
/// from the first need to `shutdown`: one for each digest, and for each token of a stranger.
package actor ConnectorCatalog {
    private let directories: [PluginDirectory]
    private let launch: Worker.Launch
    private let lockFile: PluginLockFile
    private let cache: DescriptorCache?
    private let graves: WorkerGraves
    private let logger: Logger
    private var table = PluginTable()
    private var lock = PluginLock()
    private var shipped: Set<String> = []
    private var lastLook: ContinuousClock.Instant?
    private var looking: Task<Void, any Error>?
    /// Connectors whose files are gone; their workers end with their last session, and at the latest with the catalog.
    private var retired: [Connector] = []

    /// `worker` is the path of the program `patchbay-worker`. `home` is where what was decided and seen is kept; nil
    /// keeps nothing. Nothing is read yet.
    package init(
        directories: [PluginDirectory], worker: String, home: String? = nil,
        deadlines: WorkerDeadlines = WorkerDeadlines(),
        logger: Logger = Logger(label: "patchbay.connectors")
    ) {
        self.directories = directories
        self.logger = logger
        launch = Worker.Launch(program: worker, deadlines: deadlines, sandboxMayBePartial: !PluginFiles.sandboxIsWhole)
        lockFile = PluginLockFile(home: home)
        cache = DescriptorCache(home: home, worker: worker)
        graves = WorkerGraves(file: lockFile, logger: logger)
    }

    /// Every file with its state, in the order of directories and names. Throws `plugins_unreadable` or
    /// `worker_missing`.
    package func list() async throws -> [PluginReport] {
        let entries = try await entries()
        let types = Set(entries.compactMap(\.connector).flatMap(\.descriptor.integrationTypes))
        var serving: [String: Connector] = [:]
        for type in types { serving[type] = try? choice(type, among: entries).connector { notFound(type, among: []) } }
        return entries.map { entry in
            var report = entry.report
            guard let connector = entry.connector else { return report }
            report.typesTaken = connector.descriptor.integrationTypes.compactMap { type in
                guard let other = serving[type], other.digest != connector.digest else { return nil }
                return PluginReport.Taken(type: type, by: other.path)
            }
            return report
        }
    }

    /// The connector that serves an integration type. Throws `connector_not_found` or `connector_ambiguous`, or what
    /// `list` throws.
    package func connector(forType type: String) async throws -> Connector {
        let entries = try await entries()
        return try choice(type, among: entries).connector { notFound(type, among: entries) }
    }

    /// The route to keep for what a person calls a connector: its id, or its whole digest where that or the beginning
    /// of one was given. Throws `connector_not_found` or `connector_ambiguous` unless it leads to one usable connector.
    package func route(_ type: String, to name: String) async throws -> String {
        try choice(type, among: try await entries()).route(meaning: name)
    }

    private func choice(_ type: String, among entries: [PluginLoader.Loaded]) -> ConnectorChoice {
        let serving = entries.compactMap { entry -> ConnectorChoice.Candidate? in
            guard let connector = entry.connector, connector.descriptor.integrationTypes.contains(type) else {
                return nil
            }
            return .init(connector: connector, isVouched: entry.report.basis?.isVouched ?? false)
        }
        return ConnectorChoice(type: type, route: lock.routes[type], serving: serving)
    }

    /// Whether the kernel can give a worker the whole sandbox. Where it cannot, only approved plugins are used.
    package static var sandboxIsWhole: Bool { PluginFiles.sandboxIsWhole }

    private func notFound(_ type: String, among entries: [PluginLoader.Loaded]) -> ConnectorError {
        let types = Set(entries.compactMap(\.connector).flatMap(\.descriptor.integrationTypes)).sorted()
        let places = directories.map(\.path).joined(separator: ", ")
        let known =
            types.isEmpty ? "There is no usable connector in \(places)." : "There is: \(types.joined(separator: ", "))."
        let unusable = entries.compactMap { entry -> String? in
            guard case .refused(let reason, let sentence) = entry.report.state else { return nil }
            return "\(entry.report.name): \(sentence) (\(reason.rawValue))"
        }
        let shown = unusable.prefix(Limits.pluginsNamedInErrorMax).joined(separator: " ")
        let more = unusable.count - Limits.pluginsNamedInErrorMax
        let rest =
            unusable.isEmpty
            ? "" : " Not usable: \(shown)" + (more > 0 ? " And \(more) more; see `patchbay connector list`." : "")
        let remedy = " Put its connector into one of the plugins directories."
        return ConnectorError(
            .connectorNotFound, "No connector serves the integration type \(type). \(known)\(rest)\(remedy)",
            context: ErrorContext(system: type))
    }

    /// Ends every worker. Returns when none is left; open calls end as cancelled.
    package func shutdown() async {
        try? await looking?.value
        for connector in table.entries.compactMap(\.connector) + retired { await connector.shelf.shutdown() }
    }

    // MARK: Looking

    private func entries() async throws -> [PluginLoader.Loaded] {
        if let looking {
            try await looking.value
        } else if lastLook.map({ ContinuousClock.now - $0 >= Limits.pluginsLookPause }) ?? true {
            let task = Task { try await self.look() }
            looking = task
            defer { looking = nil }
            try await task.value
        }
        return table.withoutDuplicates()
    }

    private func look() async throws {
        guard FileManager.default.isExecutableFile(atPath: launch.program) else {
            throw ConnectorError(
                .workerMissing, "The worker program \(launch.program) is missing. Check the installation.")
        }
        let finding = try PluginScanner.look(in: directories)
        let read = try lockFile.read()
        let decidedAsBefore = read.decisions == lock.decisions && finding.shipped == shipped
        lock = read
        shipped = finding.shipped
        let rule = TrustRule(lock: read, shipped: finding.shipped, sandboxIsWhole: !launch.sandboxMayBePartial)
        let loader = PluginLoader(launch: launch, rule: rule, cache: cache, graves: graves)
        var fresh = try await load(finding.places, with: loader, keepsUntouched: decidedAsBefore)
        fresh += finding.crowded.map { PluginLoader.Loaded(report: $0) }
        remember(&fresh)
        retired += table.replace(with: fresh)
        lastLook = .now
    }

    /// Loads what is new or was touched, a few at a time, and last what died or was slow before.
    private func load(
        _ places: [PluginPlace], with loader: PluginLoader, keepsUntouched: Bool
    ) async throws -> [PluginLoader.Loaded] {
        var loaded: [Int: PluginLoader.Loaded] = [:]
        var waiting: [Int] = []
        for (index, place) in places.enumerated() {
            if keepsUntouched, var entry = table.entry(at: place.path), let facts = entry.facts,
                (try? PluginScanner.open(place).facts) == facts
            {
                entry.report.news = nil
                loaded[index] = entry
            } else {
                waiting.append(index)
            }
        }
        let isWorrying = { [lock] (place: PluginPlace) in
            lock.seen[place.path].map { lock.deaths[$0.digest] != nil } ?? false
        }
        waiting = waiting.filter { !isWorrying(places[$0]) } + waiting.filter { isWorrying(places[$0]) }
        try await withThrowingTaskGroup(of: (Int, PluginLoader.Loaded).self) { group in
            var next = waiting.makeIterator()
            func addNext() {
                guard let index = next.next() else { return }
                group.addTask { (index, try await loader.load(places[index])) }
            }
            for _ in 0..<Limits.pluginsLoadedAtOnce { addNext() }
            while let (index, entry) = try await group.next() {
                loaded[index] = entry
                log(entry.report)
                addNext()
            }
        }
        return places.indices.compactMap { loaded[$0] }
    }

    private func log(_ report: PluginReport) {
        guard case .refused(let reason, let sentence) = report.state else { return }
        logger.info(
            "A plugin is not used",
            metadata: ["file": "\(report.path)", "reason": "\(reason.rawValue)", "error": "\(sentence)"])
    }

    /// Notes in the home what is seen for the first time or has changed, and announces it.
    private func remember(_ fresh: inout [PluginLoader.Loaded]) {
        let isNew = fresh.contains { entry in
            entry.report.digest != nil && lock.seen[entry.report.path]?.digest != entry.report.digest
        }
        if isNew, let news = try? lockFile.update({ lock in fresh.map { Self.see($0.report, in: &lock) } }),
            let kept = try? lockFile.read()
        {
            lock = kept
            for index in fresh.indices { fresh[index].report.news = news[index] }
        }
        for index in fresh.indices {
            let report = fresh[index].report
            fresh[index].report.since = lock.seen[report.path].map { Timestamp(milliseconds: $0.sinceUnixMs) }
            switch report.news {
            case .first:
                logger.notice(
                    "A plugin is there for the first time",
                    metadata: ["file": "\(report.path)", "digest": "\(report.digest ?? "")"])
            case .changed(let before):
                logger.notice(
                    "A plugin has changed",
                    metadata: ["file": "\(report.path)", "digest": "\(report.digest ?? "")", "before": "\(before)"])
            case nil: break
            }
        }
    }

    private static func see(_ report: PluginReport, in lock: inout PluginLock) -> PluginNews? {
        report.digest.flatMap { lock.see(report.path, digest: $0, at: .now) }
    }
}
