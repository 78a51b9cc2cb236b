import Foundation
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What the emulator tells of one task.
struct RemoteTask: Decodable, Sendable {
    let id: String
    let title: String
    let deliveryId: String?
}

/// A fault, in the words of the emulator's control port.
struct Fault: Encodable, Sendable {
    var kind: String
    var id: String?
    var system: String?
    var operation: String?
    var skip: Int?
    var times: Int?
    var probability: Double?
    var when: String?
    var pid: Int?
}

/// The emulator as its own program; it ends when its standard input closes.
final class EmulatorProcess: Sendable {
    private struct Addresses: Decodable {
        let asana: String
        let jira: String
        let linear: String
        let control: String
    }

    private let addresses: Addresses
    private let child: Child
    private let alive: FileHandle

    init(scratch: String, seed: UInt64) async throws {
        // Closed in every other child: else an emulator would keep its neighbours alive.
        var ends: [Int32] = [0, 0]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let made = unsafe socketpair(AF_UNIX, kind, 0, &ends)
        try #require(made == 0)
        alive = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
        defer { close(ends[0]) }
        let child = try Child(
            Built.folder + "/patchbay-emulator", ["--until-stdin-closes", "--seed", "\(seed)"],
            environment: ["HOME": scratch, "TMPDIR": scratch],
            input: ends[0], place: scratch + "/emulator")
        self.child = child
        addresses = try await Wait.until("the emulator is ready") {
            try #require(!child.hasEnded, "the emulator ended at once")
            return try? JSONDecoder().decode(Addresses.self, from: Data(contentsOf: URL(fileURLWithPath: child.output)))
        }
    }

    deinit { child.send(SIGKILL) }

    func address(_ system: String) -> String {
        system == "asana" ? addresses.asana : system == "jira" ? addresses.jira : addresses.linear
    }

    /// The tasks that a system holds.
    func tasks(_ system: String) async throws -> [RemoteTask] {
        struct Holding: Decodable { let tasks: [RemoteTask] }
        let data = try await ask("GET", "/state?system=\(system)")
        return try #require(try JSONDecoder().decode([String: Holding].self, from: data)[system]).tasks
    }

    /// Requests that all systems together have seen.
    func requests() async throws -> Int {
        struct Counters: Decodable { let requests: Int }
        let counters = try JSONDecoder().decode([String: Counters].self, from: try await ask("GET", "/counters"))
        return counters.values.reduce(0) { $0 + $1.requests }
    }

    /// How often the fault of that id struck.
    func strikes(_ id: String) async throws -> Int {
        struct Entry: Decodable {
            let id: String
            let applied: Int
        }
        struct Book: Decodable { let faults: [Entry] }
        return try JSONDecoder().decode(Book.self, from: try await ask("GET", "/faults")).faults.first { $0.id == id }?.applied ?? 0
    }

    /// These faults from now on, and no others.
    func suffer(_ faults: [Fault]) async throws {
        try await ask("DELETE", "/faults")
        for fault in faults { try await add(fault) }
    }

    func add(_ fault: Fault) async throws { try await ask("POST", "/faults", body: JSONEncoder().encode(fault)) }

    @discardableResult
    func ask(_ method: String, _ path: String, body: Data? = nil) async throws -> Data {
        var request = URLRequest(url: try #require(URL(string: addresses.control + path)))
        request.httpMethod = method
        request.timeoutInterval = 60
        if let body {
            request.httpBody = body
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        try #require((response as? HTTPURLResponse)?.statusCode == 200, "\(method) \(path): \(String(decoding: data, as: UTF8.self))")
        return data
    }
}

/// Waits for something to become true.
enum Wait {
    struct Late: Error, CustomStringConvertible { let description: String }

    static func until<Value>(
        _ what: String, within limit: Duration = .seconds(60), _ look: () async throws -> Value?
    ) async throws -> Value {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            if let value = try await look() { return value }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw Late(description: "not within \(limit): \(what)")
    }
}
