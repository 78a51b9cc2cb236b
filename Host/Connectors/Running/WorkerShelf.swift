import PatchbayModel

/// Keeps the workers of one digest: one for all, and for a stranger one for each holder. A worker is started when it is
/// needed, and again, after a pause, when it has died.
///
/// At most `Limits.strangerWorkersMax` are alive: who needs one more has the one ended that has been idle longest, and
/// waits while all are at work. Idle is a worker without a call under way: its sessions are opened anew elsewhere when
/// they are used again.
actor WorkerShelf {
    private let place: PluginPlace
    private let digest: String
    private let descriptor: ConnectorDescriptor
    private let launch: Worker.Launch
    private let graves: WorkerGraves?
    private let room = WorkerRoom()
    /// The bytes, from the first start on: they serve as long as this does, whatever becomes of the file. All workers
    /// map the very same memory.
    private var file: PluginFile?
    /// By holder; all others are under nil.
    private var running: [String?: Worker] = [:]
    private var starting: [String?: Task<Worker, any Error>] = [:]
    /// Workers that were begun and of which something may be left.
    private var alive = 0
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

    /// The holder's running worker, in use until `use.leave()`. Throws `ConnectorError`.
    func worker(for holder: String? = nil) async throws -> Worker {
        while true {
            guard !isShut else { throw Self.shut }
            if let worker = running[holder], worker.link.isAlive, worker.use.enter() { return worker }
            let worker = try await started(for: holder)
            // Somebody else may have had it ended again meanwhile.
            if worker.use.enter() { return worker }
        }
    }

    private func started(for holder: String?) async throws -> Worker {
        if let start = starting[holder] { return try await start.value }
        let start = Task { try await self.startInPlace(holder) }
        starting[holder] = start
        defer { starting[holder] = nil }
        // Who waits for a place may be told to stop; what was begun is for all who wait for it.
        return try await withTaskCancellationHandler {
            try await start.value
        } onCancel: {
            start.cancel()
        }
    }

    private func startInPlace(_ holder: String?) async throws -> Worker {
        try await takePlace()
        do {
            let worker = try await start()
            guard !isShut else {
                await worker.stop()
                throw Self.shut
            }
            guard worker.descriptor == descriptor else {
                await worker.stop()
                throw ConnectorError.protocolBroken(by: descriptor, "describes itself otherwise than before")
            }
            running[holder] = worker
            return worker
        } catch {
            giveBackPlace()
            throw error
        }
    }

    private func giveBackPlace() {
        alive -= 1
        room.announce()
    }

    /// Returns when one more worker may be started.
    private func takePlace() async throws {
        while true {
            guard !isShut else { throw Self.shut }
            let announcements = room.announcements
            for (holder, worker) in running where !worker.link.isAlive {
                running[holder] = nil
                alive -= 1
            }
            if alive < Limits.strangerWorkersMax {
                alive += 1
                return
            }
            let idle = running.compactMap { entry in entry.value.use.idleSince.map { (entry.key, entry.value, $0) } }
            if let (holder, worker, _) = idle.min(by: { $0.2 < $1.2 }), worker.use.retire() {
                running[holder] = nil
                // Its place is ours as soon as nothing is left of it.
                await worker.stop()
                return
            }
            await room.wait(since: announcements)
            guard !Task.isCancelled else {
                throw ConnectorError(
                    .cancelled,
                    "\(place.path) has \(Limits.strangerWorkersMax) workers at work, as many as one may have; the wait "
                        + "for one of them was ended.")
            }
        }
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
            let start = { [launch, room, graves, digest, path = place.path] in
                try await Worker.start(file, launch: launch, room: room) { end in
                    graves?.bury(digest, file: path, end: end)
                }
            }
            guard let graves else { return try await start() }
            return try await graves.timed(digest, file: place.path, slow: launch.deadlines.slowLoad, start)
        } catch let refusal as LoadRefusal {
            throw ConnectorError(.connectorRefused, "\(place.path) cannot be used any more. \(refusal.sentence)")
        }
    }

    private static let shut = ConnectorError(.cancelled, "The connectors have been shut down.")

    /// How many workers run.
    var count: Int { running.values.count { $0.link.isAlive } }

    /// Ends the workers, and starts none again. Returns when nothing is left of them.
    func shutdown() async {
        isShut = true
        room.announce()
        await withTaskGroup(of: Void.self) { group in
            for worker in running.values { group.addTask { await worker.stop() } }
        }
    }
}
