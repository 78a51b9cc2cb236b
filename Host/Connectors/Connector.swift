import Logging
import PatchbayModel

/// A usable connector. Opening an instance starts its worker when none is running.
package struct Connector: Sendable {
    package let descriptor: ConnectorDescriptor
    /// BLAKE2b-256 of the plugin's bytes, lower-case hexadecimal.
    package let digest: String
    /// The file it came from.
    package let path: String
    let shelf: WorkerShelf

    /// Opens an instance for one integration. Throws `settings_missing`, `settings_invalid`, `token_invalid`, or what ended the worker.
    package func open(_ opening: ConnectorOpening) async throws -> ConnectorSession {
        try await ConnectorSession.open(opening, in: try await shelf.worker())
    }
}

/// Keeps the one worker of one plugin: started when it is needed, and again after it has died.
actor WorkerShelf {
    private let file: PluginFile
    private let program: String
    private let deadlines: WorkerDeadlines
    private let logger: Logger
    private var current: Worker?
    private var starting: Task<Worker, any Error>?
    private var isShut = false

    init(file: PluginFile, program: String, deadlines: WorkerDeadlines, logger: Logger) {
        self.file = file
        self.program = program
        self.deadlines = deadlines
        self.logger = logger
    }

    /// The running worker. Throws `LoadRefusal` or `ConnectorError`.
    func worker() async throws -> Worker {
        guard !isShut else { throw ConnectorError(.cancelled, "The connectors have been shut down.") }
        if let current, current.link.isAlive { return current }
        if let starting { return try await starting.value }
        let start = Task { [file, program, deadlines, logger] in
            try await Worker.start(plugin: file.copy, name: file.path, program: program, deadlines: deadlines, logger: logger)
        }
        starting = start
        defer { starting = nil }
        let worker = try await start.value
        guard !isShut else {
            await worker.stop()
            throw ConnectorError(.cancelled, "The connectors have been shut down.")
        }
        if let described = current?.descriptor, described != worker.descriptor {
            await worker.stop()
            throw ConnectorError.protocolBroken(by: described, "describes itself otherwise than before")
        }
        current = worker
        return worker
    }

    /// Ends the worker, and starts none again. Returns when nothing is left of it.
    func shutdown() async {
        isShut = true
        await current?.stop()
    }
}
