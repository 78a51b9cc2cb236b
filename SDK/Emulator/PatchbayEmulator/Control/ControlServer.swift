import Foundation
import Hummingbird

/// The control port: JSON over HTTP, by which a test or a person looks in and makes things go wrong.
struct ControlServer: Sendable {
    let servers: [SystemName: VendorServer]
    let faults: FaultBook
    let log: RequestLog

    func respond(to request: Request) async -> Response {
        guard let emulated = try? await EmulatedRequest(request) else { return Response(status: .contentTooLarge) }
        let answer: EmulatedResponse
        do {
            answer = .json(200, try route(emulated))
        } catch let error as ControlError {
            answer = .json(400, ["error": .string(error.message)])
        } catch {
            answer = .json(400, ["error": .string("The body could not be read: \(error)")])
        }
        return VendorServer.plain(answer)
    }

    private func route(_ request: EmulatedRequest) throws -> JSON {
        switch "\(request.method) \(request.path)" {
        case "GET /", "GET /help": return Self.help
        case "GET /state": return try state(request)
        case "GET /counters":
            return .object(SystemName.allCases.map { .init($0.rawValue, servers[$0]?.gate.counters.json ?? .null) })
        case "DELETE /counters":
            servers.values.forEach { $0.gate.resetCounters() }
            return ["ok": true]
        case "GET /log":
            let system = try request.parameter("system").map(Self.system)
            return log.json(last: Int(request.parameter("last") ?? "") ?? 100, system: system)
        case "POST /reset":
            reset()
            return ["ok": true]
        case "GET /faults": return ["faults": faults.json]
        case "POST /faults": return try addFaults(request)
        case "DELETE /faults":
            faults.removeAll()
            return ["ok": true]
        case "GET /limits":
            return .object(SystemName.allCases.map { .init($0.rawValue, Self.json(servers[$0]?.gate.settings)) })
        case "POST /limits": return try changeLimits(request)
        case "POST /tokens": return try setTokens(request)
        case "GET /oauth": return OAuthControl(servers: servers).json
        case "POST /oauth":
            let body = try JSON(parsing: request.body)
            return try OAuthControl(servers: servers).change(server(body), by: body)
        case "POST /latency": return try setLatency(request)
        case "POST /clock": return try setClock(request)
        case "POST /changes":
            let body = try JSON(parsing: request.body)
            let server = try server(body)
            return try server.system.change(TaskChange(body), at: server.clock.now)
        case "POST /people":
            let body = try JSON(parsing: request.body)
            try server(body).system.change(PersonChange(body))
            return ["ok": true]
        case "POST /settings": return try changeSettings(request)
        default: throw ControlError("There is no \(request.method) \(request.path); GET / lists what there is")
        }
    }

    private static let help: JSON = [
        "GET /state": "the tasks of each system; ?system=jira, ?last=10, ?count=true",
        "GET /counters": "what each system has seen", "DELETE /counters": "back to zero",
        "GET /log": "the last requests; ?last=100, ?system=asana",
        "POST /reset": "forget tasks, faults, limits, tokens, counters, log",
        "GET /faults": "the faults that wait", "POST /faults": "add one or a list", "DELETE /faults": "remove all",
        "GET /limits": "the limits", "POST /limits": "set the limits of one system",
        "POST /tokens": "add or change tokens",
        "GET /oauth": "what the token endpoints have seen",
        "POST /oauth": "change a token endpoint, add a grant, revoke all",
        "POST /latency": "slow a system down",
        "POST /clock": "what time it is in a system, and what its answers say of it",
        "POST /changes": "change one task as a colleague does: move it, replace its text, take our mark away",
        "POST /people": "let a person leave a system, or come back",
        "POST /settings": "change a system's behaviour, or the seed",
    ]

    private static func system(_ text: String) throws -> SystemName {
        guard let system = SystemName(rawValue: text) else {
            throw ControlError("\"system\" is asana, jira or linear, not \"\(text)\"")
        }
        return system
    }

    private func server(_ body: JSON) throws -> VendorServer {
        guard let text = body["system"]?.text else {
            throw ControlError("\"system\" is missing: asana, jira or linear")
        }
        guard let server = servers[try Self.system(text)] else { throw ControlError("\(text) is not served here") }
        return server
    }

    private func state(_ request: EmulatedRequest) throws -> JSON {
        let wanted = try request.parameter("system").map(Self.system)
        var members: [JSON.Member] = []
        for name in SystemName.allCases where wanted == nil || wanted == name {
            guard let system = servers[name]?.system else { continue }
            var inner: [JSON.Member] = [.init("count", .integer(system.taskCount))]
            if request.parameter("count") == nil {
                inner.append(
                    .init(
                        "tasks",
                        .array(
                            system.plainTasks(last: request.parameter("last").flatMap { Int($0) }.map { max(0, $0) }))))
            }
            members.append(.init(name.rawValue, .object(inner)))
        }
        return .object(members)
    }

    /// Back to the start: what was made and what was set.
    func reset() {
        faults.removeAll()
        for server in servers.values {
            server.system.reset()
            server.gate.change(LimitSettings())
            server.gate.resetCounters()
            server.tokens.reset(server.system.name)
            server.grants.reset()
            server.latency.set(milliseconds: 0, workMilliseconds: 0)
            server.clock.set(SystemClock.Setting())
        }
        log.reset()
    }

    private func addFaults(_ request: EmulatedRequest) throws -> JSON {
        let isList = try JSON(parsing: request.body).items != nil
        let decoder = JSONDecoder()
        let added: [Fault]
        do {
            added =
                isList
                ? try decoder.decode([Fault].self, from: request.body)
                : [try decoder.decode(Fault.self, from: request.body)]
        } catch {
            throw ControlError("The fault could not be read; docs/emulator.md shows each kind. \(error)")
        }
        return ["ids": .strings(try added.map(faults.add))]
    }

    private static func json(_ limits: LimitSettings?) -> JSON {
        guard let limits, let data = try? JSONEncoder().encode(limits) else { return .null }
        return (try? JSON(parsing: data)) ?? .null
    }

    private func changeLimits(_ request: EmulatedRequest) throws -> JSON {
        let body = try JSON(parsing: request.body)
        let server = try server(body)
        var limits = LimitSettings()
        if server.system.name == .jira { limits.windowSeconds = 1 }
        if server.system.name == .linear { limits.windowSeconds = 3_600 }
        for member in body.members ?? [] where member.name != "system" {
            if member.name == "windowSeconds" {
                guard let seconds = member.value.anyNumber, seconds > 0 else {
                    throw ControlError("windowSeconds is a number above 0")
                }
                limits.windowSeconds = seconds
                continue
            }
            if member.name == "retryAfterDate" {
                limits.retryAfterDate = member.value.truth
                continue
            }
            if member.name == "operations" {
                guard let operations = member.value.members else {
                    throw ControlError("operations is an object: a name to a whole number")
                }
                limits.operations = Dictionary(operations.map { ($0.name, $0.value.wholeNumber ?? 0) }) { $1 }
                continue
            }
            let number = member.value.isNull ? nil : member.value.wholeNumber
            guard member.value.isNull || (number ?? -1) >= 0 else {
                throw ControlError("\(member.name) is a whole number, or null for none")
            }
            switch member.name {
            case "requests": limits.requests = number
            case "concurrentWrites": limits.concurrentWrites = number
            case "concurrentReads": limits.concurrentReads = number
            case "complexity": limits.complexity = number
            case "retryAfter": limits.retryAfter = number
            default: throw ControlError("There is no limit \"\(member.name)\"")
            }
        }
        server.gate.change(limits)
        return Self.json(limits)
    }

    private func setTokens(_ request: EmulatedRequest) throws -> JSON {
        let body = try JSON(parsing: request.body)
        for entry in body.items ?? [body] { try setToken(entry) }
        return ["ok": true]
    }

    private func setToken(_ body: JSON) throws {
        let server = try server(body)
        let name = server.system.name
        if body["removeAll"]?.truth == true { server.tokens.removeAll() }
        guard let token = body["token"]?.text, !token.isEmpty else {
            guard body["removeAll"]?.truth == true else { throw ControlError("\"token\" is missing") }
            return
        }
        guard let kind = TokenRecord.Kind(rawValue: body["kind"]?.text ?? "personal") else {
            throw ControlError("\"kind\" is personal or oauth")
        }
        guard let state = TokenRecord.State(rawValue: body["state"]?.text ?? "valid") else {
            throw ControlError("\"state\" is valid, expired, revoked, forbidden or echo")
        }
        let user = body["user"]?.text ?? "demo@example.com"
        let end = body["validSeconds"]?.anyNumber.map { Date().addingTimeInterval($0) }
        let header = TokenRecord.header(name, kind: kind, user: user, token: token)
        server.tokens.set(TokenRecord(header: header, kind: kind, state: state, user: user, validUntil: end))
    }

    private func setLatency(_ request: EmulatedRequest) throws -> JSON {
        let body = try JSON(parsing: request.body)
        let chosen = body["system"] == nil ? Array(servers.values) : [try server(body)]
        for server in chosen {
            server.latency.set(
                milliseconds: body["milliseconds"]?.wholeNumber ?? 0,
                workMilliseconds: body["workMilliseconds"]?.wholeNumber ?? 0)
        }
        return ["ok": true]
    }

    private func setClock(_ request: EmulatedRequest) throws -> JSON {
        let body = try JSON(parsing: request.body)
        var setting = SystemClock.Setting()
        for member in body.members ?? [] where member.name != "system" && !member.value.isNull {
            let (number, text) = (member.value.anyNumber, member.value.text)
            switch (member.name, number, text) {
            case ("date", nil, nil) where member.value.truth != nil: setting.date = member.value.truth == true
            case ("clockSeconds", let seconds?, _): setting.clockSeconds = seconds
            case ("dateSeconds", let seconds?, _): setting.dateSeconds = seconds
            case ("secondDateSeconds", let seconds?, _): setting.secondDateSeconds = seconds
            case ("age", let seconds?, _): setting.age = Int(seconds)
            case ("via", _, let text?): setting.via = text
            default:
                throw ControlError(
                    "\(member.name) is no setting of a clock, or not of its type; docs/emulator.md lists them")
            }
        }
        for server in body["system"] == nil ? Array(servers.values) : [try server(body)] { server.clock.set(setting) }
        return ["ok": true]
    }

    private func changeSettings(_ request: EmulatedRequest) throws -> JSON {
        for member in try JSON(parsing: request.body).members ?? [] {
            if member.name == "seed" {
                guard let seed = member.value.wholeNumber else { throw ControlError("\"seed\" is a whole number") }
                faults.seed(UInt64(bitPattern: Int64(seed)))
                continue
            }
            try servers[try Self.system(member.name)]?.system.change(member.value)
        }
        return ["ok": true]
    }
}
