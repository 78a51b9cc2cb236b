import PatchbayModel

/// A usable connector. Opening an instance starts its worker when none is running.
package struct Connector: Sendable {
    package let descriptor: ConnectorDescriptor
    /// BLAKE2b-256 of the plugin's bytes, lower-case hexadecimal.
    package let digest: String
    /// The file it came from.
    package let path: String
    let shelf: WorkerShelf

    /// Opens an instance for one integration. Throws `settings_missing`, `settings_invalid`, `token_invalid`,
    /// `connector_refused` when the file was changed since it was looked at, `connector_quarantined`, or what ended the
    /// worker.
    package func open(_ opening: ConnectorOpening) async throws -> ConnectorSession {
        try await ConnectorSession.open(opening, in: try await shelf.worker())
    }
}

/// Keeps the one worker of one digest: started when it is needed, and again, after a pause, when it has died.
actor WorkerShelf {
    private let place: PluginPlace
    private let digest: String
    private let descriptor: ConnectorDescriptor
    private let launch: Worker.Launch
    private let graves: WorkerGraves?
    /// The bytes, from the first start on: they serve as long as this does, whatever becomes of the file. A worker maps
    /// the very same memory.
    private var file: PluginFile?
    private var current: Worker?
    private var starting: Task<Worker, any Error>?
    private var isShut = false

    init(
        place: PluginPlace, digest: String, descriptor: ConnectorDescriptor, launch: Worker.Launch,
        graves: WorkerGraves?
    ) {
        self.place = place
        self.digest = digest
        self.descriptor = descriptor
        self.launch = launch
        self.graves = graves
    }

    /// The running worker. Throws `ConnectorError`.
    func worker() async throws -> Worker {
        guard !isShut else { throw Self.shut }
        if let current, current.link.isAlive { return current }
        if let starting { return try await starting.value }
        let start = Task { try await self.start() }
        starting = start
        defer { starting = nil }
        let worker = try await start.value
        guard !isShut else {
            await worker.stop()
            throw Self.shut
        }
        guard worker.descriptor == descriptor else {
            await worker.stop()
            throw ConnectorError.protocolBroken(by: descriptor, "describes itself otherwise than before")
        }
        current = worker
        return worker
    }

    private func start() async throws -> Worker {
        let pause = try graves?.pause(before: digest, path: place.path) ?? .zero
        if pause > .zero { try await Task.sleep(for: pause) }
        do {
            let file = try self.file ?? PluginScanner.take(PluginScanner.open(place))
            guard file.digest == digest else {
                throw ConnectorError(
                    .connectorRefused,
                    "\(place.path) was changed since it was looked at; the next sync looks at it again.")
            }
            self.file = file
            return try await Worker.start(file, launch: launch) {
                [graves, digest, path = place.path] end in
                graves?.bury(digest, file: path, end: end)
            }
        } catch let refusal as LoadRefusal {
            throw ConnectorError(.connectorRefused, "\(place.path) cannot be used any more. \(refusal.sentence)")
        }
    }

    private static let shut = ConnectorError(.cancelled, "The connectors have been shut down.")

    /// Ends the worker, and starts none again. Returns when nothing is left of it.
    func shutdown() async {
        isShut = true
        await current?.stop()
    }
}
