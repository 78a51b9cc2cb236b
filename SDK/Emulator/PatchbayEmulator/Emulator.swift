import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import Synchronization

/// Where a running emulator is reached.
package struct EmulatorAddresses: Sendable {
    package let asana: String
    package let jira: String
    package let linear: String
    package let control: String

    /// The line that is printed when all ports are open.
    package var readyLine: String {
        let value: JSON = [
            "asana": .string(asana), "jira": .string(jira), "linear": .string(linear), "control": .string(control),
            "pid": .integer(Int(ProcessInfo.processInfo.processIdentifier)),
        ]
        return value.jsonText
    }
}

/// How an emulator is started.
package struct EmulatorSettings: Sendable {
    /// Ports; 0 takes any that is free.
    package var asanaPort = 0
    package var jiraPort = 0
    package var linearPort = 0
    package var controlPort = 0
    /// Where chance in faults begins.
    package var seed: UInt64 = 1
    /// The file that keeps tasks over a restart, `nil` for none.
    package var stateFile: String?

    package init() {}
}

/// A local Asana, Jira and Linear, each on a port of its own, and a control port beside them.
package struct Emulator: Sendable {
    private let settings: EmulatorSettings
    private let servers: [SystemName: VendorServer]
    private let control: ControlServer

    package init(_ settings: EmulatorSettings = EmulatorSettings()) {
        self.settings = settings
        let faults = FaultBook(seed: settings.seed)
        let log = RequestLog()
        let systems: [any VendorSystem] = [AsanaSystem(), JiraSystem(), LinearSystem()]
        var servers: [SystemName: VendorServer] = [:]
        for system in systems {
            let tokens = TokenBook(system.name)
            servers[system.name] = VendorServer(
                system: system, gate: Gate(system.name), tokens: tokens, grants: OAuthBook(system.name, tokens: tokens),
                faults: faults,
                log: log, latency: Latency(), clock: SystemClock())
        }
        self.servers = servers
        control = ControlServer(servers: servers, faults: faults, log: log)
    }

    /// Serves until its task is cancelled. `onReady` is called once, when all ports are open.
    ///
    /// Throws `EmulatorError` where a port cannot be opened or the state file cannot be read.
    package func run(onReady: @escaping @Sendable (EmulatorAddresses) -> Void) async throws {
        try restore()
        let ports = PortBook(expected: servers.count + 1) { ports in
            func url(_ name: String) -> String { "http://127.0.0.1:\(ports[name] ?? 0)" }
            onReady(
                EmulatorAddresses(
                    asana: url("asana"), jira: url("jira"), linear: url("linear"), control: url("control")))
        }
        let wanted: [SystemName: Int] = [
            .asana: settings.asanaPort, .jira: settings.jiraPort, .linear: settings.linearPort,
        ]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (name, server) in servers {
                group.addTask {
                    try await Self.serve(name.rawValue, port: wanted[name] ?? 0, ports, opened: server.system.opened) {
                        request, context in
                        await server.respond(to: request, context)
                    }
                }
            }
            let control = control
            let controlPort = settings.controlPort
            group.addTask {
                try await Self.serve("control", port: controlPort, ports) { request, _ in
                    await control.respond(to: request)
                }
            }
            // The first to end ends all: by cancellation, or because its port is taken.
            defer { group.cancelAll() }
            do {
                try await group.next()
            } catch is CancellationError {
                return
            }
        }
    }

    private static func serve(
        _ name: String, port: Int, _ ports: PortBook, opened: @escaping @Sendable (_ origin: String) -> Void = { _ in },
        respond: @escaping @Sendable (Request, ConnectionContext) async -> Response
    ) async throws {
        // The library's own responder would put the true date on every answer.
        let server = HTTPServerBuilder { _ in
            HTTP1Channel(
                responder: { request, writer, channel in
                    let response = await respond(request, ConnectionContext { channel.close(promise: nil) })
                    try await writer.write(response: response.head, body: response.body)
                })
        }
        let application = Application(
            responder: CallbackResponder { (_: Request, _: BasicRequestContext) in Response(status: .notFound) },
            server: server,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port), backlog: 1024),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? 0
                opened("http://127.0.0.1:\(port)")
                ports.opened(name, port)
            },
            logger: Logger(label: "emulator", factory: { _ in SwiftLogNoOpLogHandler() }))
        do {
            try await application.run()
        } catch let error where !(error is CancellationError) {
            throw EmulatorError(
                code: .portTaken,
                message:
                    "Port \(port) for \(name) could not be opened (\(error)). Choose another, or 0 for any that is "
                    + "free."
            )
        }
    }

    private func restore() throws {
        guard let path = settings.stateFile, let data = FileManager.default.contents(atPath: path) else { return }
        do {
            let snapshot = try JSON(parsing: data)
            for (name, server) in servers {
                if let part = snapshot[name.rawValue] { try server.system.restore(part) }
            }
        } catch {
            throw EmulatorError(
                code: .stateFileDamaged,
                message: "The state file \(path) could not be read (\(error)). Remove it to start anew.")
        }
    }

    /// Writes the state file, if there is to be one.
    package func save() throws {
        guard let path = settings.stateFile else { return }
        let snapshot = JSON.object(try servers.map { .init($0.key.rawValue, try $0.value.system.snapshot()) })
        try Data(snapshot.bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}

/// Gathers the ports as they open and tells when the last one is.
private final class PortBook: Sendable {
    private let ports = Mutex<[String: Int]>([:])
    private let expected: Int
    private let whenComplete: @Sendable ([String: Int]) -> Void

    init(expected: Int, whenComplete: @escaping @Sendable ([String: Int]) -> Void) {
        self.expected = expected
        self.whenComplete = whenComplete
    }

    func opened(_ name: String, _ port: Int) {
        let complete = ports.withLock { ports -> [String: Int]? in
            ports[name] = port
            return ports.count == expected ? ports : nil
        }
        if let complete { whenComplete(complete) }
    }
}
