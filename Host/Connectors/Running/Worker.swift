import PatchbayModel

/// A process that holds one loaded connector. Ended when the last one lets go of it.
final class Worker: Sendable {
    let link: WorkerLink
    let descriptor: ConnectorDescriptor
    /// What the worker said of its connector, byte for byte.
    let greeting: [UInt8]
    /// What is under way in it.
    let use: WorkerUse
    private let ended: EndSignal

    private init(
        link: WorkerLink, descriptor: ConnectorDescriptor, greeting: [UInt8], use: WorkerUse, ended: EndSignal
    ) {
        self.use = use
        self.link = link
        self.descriptor = descriptor
        self.greeting = greeting
        self.ended = ended
    }

    /// How workers are started on this machine.
    struct Launch: Sendable {
        /// Path of the program `patchbay-worker`.
        let program: String
        let deadlines: WorkerDeadlines
        /// Whether a worker may load its connector where the kernel cannot give the whole sandbox.
        var sandboxMayBePartial = false
        /// Whether a worker ends its connector for what otherwise is only an error to it, such as opening a file.
        var isWatchful = false
    }

    /// What a worker loads.
    struct Load: Sendable {
        /// The sealed copy.
        let plugin: OwnedDescriptor
        /// The system's libraries that it needs, which are loaded first: in the sandbox no file can be opened.
        let libraries: [String]
    }

    deinit { link.stop() }

    /// Starts a worker and loads the connector. Throws `LoadRefusal` when the connector cannot be used, or
    /// `ConnectorError`. `onEnd` is called once, on a thread of the worker's, when nothing of the process is left, and
    /// before any of its calls is told. A task that is cancelled gives the start up. `room` hears when nothing is under
    /// way in it.
    static func start(
        _ file: PluginFile, launch: Launch, room: WorkerRoom? = nil,
        onEnd: @escaping @Sendable (WorkerEnd) -> Void
    ) async throws -> Worker {
        let load = Load(plugin: file.copy, libraries: try ElfImage.libraries(of: file))
        let channel: WorkerChannel
        let far: WorkerChannel.FarEnds
        do {
            (channel, far) = try WorkerChannel.make()
        } catch {
            throw ConnectorError(
                .workerMissing, "No worker could be started: \(error.text). Too many files may be open.")
        }
        let link = WorkerLink(channel: channel, deadlines: launch.deadlines)
        let ended = EndSignal()
        let frame = try await withTaskCancellationHandler {
            try await link.greeting {
                let isStarted = DetachedThread.start {
                    WorkerThread(link: link, name: file.path, onEnd: onEnd).run(launch: launch, load: load, far: far)
                    ended.fire()
                }
                if isStarted { return }
                let error = ConnectorError(
                    .workerMissing,
                    "No worker could be started: the system allows no further thread. Raise its limit of processes or "
                        + "of memory.")
                onEnd(WorkerEnd(error: error, isFault: false, hadFinishedCalls: false))
                link.end(with: error)
                ended.fire()
            }
        } onCancel: {
            link.stop()
        }
        do {
            let descriptor = try greet(frame)
            return Worker(
                link: link, descriptor: descriptor, greeting: frame.payload, use: WorkerUse(room: room), ended: ended)
        } catch {
            link.stop()
            await ended.wait()
            throw error
        }
    }

    /// Reads the worker's first words.
    private static func greet(_ frame: Frame) throws -> ConnectorDescriptor {
        do {
            switch FrameKind(rawValue: frame.kind) {
            case .hello:
                guard frame.payload.count <= Limits.greetingBytesMax else {
                    throw WireFault("says more of itself than \(Limits.greetingBytesMax) bytes")
                }
                return try descriptor(in: frame.payload)
            case .loadFailed:
                var reader = FrameReader(frame.payload)
                let reason = try reader.required("reason")
                let words = try reader.words(bytesMax: Limits.lastWordsBytesMax) ?? ""
                throw LoadRefusal(RefusalReason(rawValue: reason), words)
            default: throw WireFault("greeted with a frame of kind \(frame.kind)")
            }
        } catch let fault as WireFault {
            throw LoadRefusal(.descriptorInvalid, "It \(fault.text).")
        }
    }

    /// Reads what a connector says of itself, and judges it. Throws `WireFault`.
    static func descriptor(in greeting: [UInt8]) throws(WireFault) -> ConnectorDescriptor {
        let descriptor = try DescriptorDecoding.descriptor(greeting)
        try DescriptorRules(descriptor).check()
        return descriptor
    }

    /// Ends the worker and waits until nothing is left of it. Open calls end as cancelled.
    func stop() async {
        link.stop()
        await ended.wait()
    }
}
