import Foundation
import Hummingbird

/// One system behind one port: counts, limits, faults, and in the midst of them the system itself.
struct VendorServer: Sendable {
    let system: any VendorSystem
    let gate: Gate
    let tokens: TokenBook
    let grants: OAuthBook
    let faults: FaultBook
    let log: RequestLog
    let latency: Latency
    let clock: SystemClock

    /// Answers one request, or cuts the connection.
    func respond(to request: Request, _ context: ConnectionContext) async -> Response {
        var response = await answer(to: request, context)
        response.headers.append(contentsOf: FaultyAnswer.fields(clock.headers))
        return response
    }

    private func answer(to request: Request, _ context: ConnectionContext) async -> Response {
        let started = Date()
        let emulated: EmulatedRequest
        do {
            emulated = try await EmulatedRequest(request)
        } catch {
            return Response(status: .contentTooLarge, headers: [.connection: "close"])
        }
        if emulated.method == "GET", TaskPage.isServed(at: emulated.path) {
            return Self.plain(TaskPage.render(system))
        }
        let call = prepare(emulated)
        let struck = faults.strike(system.name, call)
        gate.count { counters in
            counters.requests += 1
            counters.byOperation[call.operation.name, default: 0] += 1
            counters.faultsApplied += struck.count
        }
        let response = await exchange(call, struck, now: started)
        let status = response?.status ?? 0
        gate.count { $0.byStatus[status, default: 0] += 1 }
        log.append(
            RequestLog.Entry(
                system: system.name, at: started, method: emulated.method, target: emulated.target,
                operation: call.operation.name,
                status: status, milliseconds: Int(Date().timeIntervalSince(started) * 1000),
                faults: struck.compactMap(\.id),
                bodyBytes: emulated.body.count))
        guard let response else {
            context.cut()
            return Response(status: .internalServerError)
        }
        return FaultyAnswer.response(response, struck, context)
    }

    /// From the faults that come first to the ones that come last. `nil` means that the connection is to be cut.
    private func exchange(_ call: PreparedCall, _ struck: [Fault], now: Date) async -> EmulatedResponse? {
        await pause(latency.milliseconds)
        for fault in struck {
            if fault.kind == .delay, fault.when ?? .before == .before { await pause(fault.delayMilliseconds ?? 0) }
            if fault.kind == .kill, fault.when ?? .before == .before { FaultyAnswer.kill(fault) }
            if fault.kind == .dropBefore { return nil }
        }
        let early = struck.first { FaultyAnswer.replaces($0) && $0.processed != true }
        if let early {
            return replaced(early, call)
        }
        var response = await process(call, struck, now: now)
        for fault in struck {
            if fault.kind == .delay, fault.when == .after || fault.when == .during {
                await pause(fault.delayMilliseconds ?? 0)
            }
            if fault.kind == .kill, fault.when == .during { FaultyAnswer.kill(fault) }
            if fault.kind == .dropAfter { return nil }
            if FaultyAnswer.replaces(fault) { response = replaced(fault, call) }
        }
        return response
    }

    private func prepare(_ request: EmulatedRequest) -> PreparedCall {
        if let call = OAuthEndpoint.prepare(request, system.name) { return call }
        guard system.name == .jira else { return system.prepare(request) }
        guard let inner = JiraGateway.unwrapped(request) else {
            var call = system.prepare(request)
            call.answer = system.refuse(.wrongToken, request)
            return call
        }
        return system.prepare(inner)
    }

    /// The request without faults: token, limits, system.
    private func process(_ call: PreparedCall, _ struck: [Fault], now: Date) async -> EmulatedResponse {
        if call.operation.kind == .token { return OAuthEndpoint.answer(call, system.name, grants, now: Date()) }
        let record: TokenRecord
        switch tokens.check(call.request.authorization, at: now) {
        case .failure(let error):
            gate.count { $0.unauthorized += 1 }
            return system.refuse(error.refusal, call.request)
        case .success(let found):
            record = found
        }
        let (admitted, report) = gate.enter(record.header, call.operation, now: now)
        guard admitted else {
            var response = system.refuse(.limited(report), call.request)
            response.headers += system.limitHeaders(report, operation: call.operation)
            return gate.settings.retryAfterDate == true ? clock.dated(response) : response
        }
        defer { gate.leave(record.header, call.operation) }
        await pause(latency.workMilliseconds)
        var authorized = call
        authorized.token = record
        authorized.report = report
        var response = authorized.answer ?? system.perform(authorized, at: clock.now)
        response.headers += system.limitHeaders(report, operation: call.operation)
        return response
    }

    private func replaced(_ fault: Fault, _ call: PreparedCall) -> EmulatedResponse {
        if let seconds = fault.retryAfter, let header = call.request.authorization {
            gate.tellToWait(
                system.name == .jira ? "\(header)\n\(call.operation.name)" : header, seconds: Double(seconds),
                now: Date())
        }
        let response = FaultyAnswer.replacement(fault, call, system)
        return fault.retryAfterDate == true ? clock.dated(response) : response
    }

    private func pause(_ milliseconds: Int) async {
        guard milliseconds > 0 else { return }
        try? await Task.sleep(for: .milliseconds(milliseconds))
    }

    static func plain(_ response: EmulatedResponse) -> Response {
        Response(
            status: .init(code: response.status), headers: FaultyAnswer.fields(response.headers),
            body: response.body.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: response.body)))
    }
}

extension EmulatedRequest {
    /// Takes a request from the wire. Throws where the body is larger than the emulator reads.
    init(_ request: Request) async throws {
        let buffer = try await request.body.collect(upTo: EmulatorLimits.requestBodyBytesMax)
        self.init(
            method: request.method.rawValue, target: request.head.path ?? "/",
            authorization: request.headers[.authorization],
            contentType: request.headers[.contentType], body: Data(buffer.readableBytesView),
            origin: "http://" + (request.head.authority ?? "127.0.0.1"))
    }
}
