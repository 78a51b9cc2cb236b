import Foundation
import PatchbayConnectors
import PatchbayModel
import PatchbayTransport

/// The requests that a sync of some tasks sends, without the sync: made by the same connector in the same worker.
struct Posting: Sendable {
    struct Failed: Error, CustomStringConvertible { let description: String }

    private(set) var path = ""
    private(set) var headers: [String] = []
    /// One a batch.
    private(set) var bodies: [[UInt8]] = []
    /// Requests that may be under way at once by what the connector says.
    private(set) var requestsConcurrent = 1
    /// Tasks that may be under way at once, however they are cut into batches.
    private(set) var tasksConcurrent = 1

    init(_ system: EmulatedSystem, tasks: Int, programs: Programs, emulator: EmulatorProcess, transport: Transport)
        async throws
    {
        let catalog = ConnectorCatalog(
            directories: [PluginDirectory(path: programs.plugins.path, isRequired: true)],
            worker: programs.path("patchbay-worker"))
        let address = emulator.address(system)
        let opening = ConnectorOpening(settings: system.settings(address: address).mapValues { .text($0) })
        let session = try await catalog.connector(forType: system.rawValue).open(opening)
        let base = try BaseURL(parsing: address)
        let batch = session.descriptor.operations[.create] ?? 1
        for start in stride(from: 0, to: tasks, by: batch) {
            let part = (start..<min(start + batch, tasks)).map {
                OperationTask(task: BenchTasks.task($0), deliveryID: UUID().uuidString.lowercased())
            }
            let call = session.call(ConnectorOperation(.create, now: .now, tasks: part))
            let request = try await Self.request(call, base, transport, OpenCredential(line: system.authorization))
            try take(request, session.descriptor, part.count)
            call.end()
        }
        headers.append(system.authorization)
        await catalog.shutdown()
    }

    private mutating func take(_ request: HTTPRequest, _ descriptor: ConnectorDescriptor, _ batch: Int) throws {
        guard let body = request.body, request.query.isEmpty else {
            throw Failed(description: "a create without a body, or with a query")
        }
        bodies.append(body)
        guard bodies.count == 1 else { return }
        path = request.path
        headers = request.headers.map { "\($0.name): \($0.value)" }
        let requests = descriptor.requestsConcurrentMax ?? Limits.concurrentCallsDefault
        let writes = descriptor.writesConcurrentMax ?? requests
        requestsConcurrent = max(1, min(requests, writes / request.writeCost))
        tasksConcurrent = min(requests * batch, writes * batch / request.writeCost)
    }

    /// The create itself, after the look-ups before it.
    private static func request(
        _ call: ConnectorCall, _ base: BaseURL, _ transport: Transport, _ credential: OpenCredential
    ) async throws -> HTTPRequest {
        var step = try await call.begin()
        while case .request(let request) = step.action {
            if request.effect != .none { return request }
            guard case .response(let response, _) = await transport.perform(request, to: base, credential: credential)
            else { break }
            step = try await call.resume(response)
        }
        throw Failed(description: "the connector ended before it asked for a create")
    }
}

/// The emulator's own token, which is no secret.
private struct OpenCredential: Credential {
    let line: String

    func withHeader<Result>(_ body: (UnsafeRawBufferPointer, [UnsafeRawBufferPointer]) throws -> Result) throws
        -> Result
    {
        let bytes = Array(line.utf8)
        return try unsafe bytes.withUnsafeBytes { unsafe try body($0, []) }
    }
}
