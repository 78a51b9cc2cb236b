import Foundation
import Glibc
import TestSupport
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A real Redmine, for the length of a test: a shell beside it stops it when its standard input closes, in whatever way this process ends.
final class RedmineServer: Sendable {
    /// The program that starts and stops one: `start DIR PORT`, `stop DIR`.
    static let program = ProcessInfo.processInfo.environment["PATCHBAY_REDMINE"].flatMap { $0.isEmpty ? nil : $0 }

    private static let script = """
        "$PROGRAM" start "$PLACE" "$PORT" >"$PLACE.info"
        cat >/dev/null
        "$PROGRAM" stop "$PLACE"
        rm -rf -- "$PLACE" "$PLACE.info" "$PLACE.log"
        """

    let port: Int
    let key: String
    /// The person whose key it is.
    let userID: String
    private let child: ChildProcess
    private let alive: OpenFile

    init() async throws {
        let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let free = Loopback.bind(probe)
        close(probe)
        let port = try #require(free)
        self.port = port
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("patchbay-redmine-\(UUID().uuidString)").path
        let (input, alive) = try OpenFile.pipe()
        let log = try OpenFile(writing: place + ".log")
        var variables = Built.environment(home: FileManager.default.temporaryDirectory.path)
        for (name, value) in ["PROGRAM": try #require(Self.program), "PLACE": place, "PORT": "\(port)"] { variables[name] = value }
        let child = try ChildProcess(
            "/bin/sh", ["-c", Self.script], environment: variables,
            descriptors: [0: input.descriptor, 1: log.descriptor, 2: log.descriptor])
        self.child = child
        self.alive = alive
        let info = try await Wait.until("Redmine is ready", within: .seconds(150)) { () -> [String: String]? in
            let text = (try? String(contentsOfFile: place + ".info", encoding: .utf8)) ?? ""
            guard text.contains("version=") else { return nil }
            return Dictionary(
                text.split(separator: "\n").map { line in
                    let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                    return (parts[0], parts.last ?? "")
                }
            ) { $1 }
        }
        key = try #require(info["user_key"])
        userID = try #require(try await Self.ask("http://127.0.0.1:\(port)", key, "/users/current.json")["user"]["id"].int.map(String.init))
    }

    var url: String { "http://127.0.0.1:\(port)" }

    func ask(_ path: String) async throws -> JSON { try await Self.ask(url, key, path) }

    /// All issues, oldest first.
    func issues() async throws -> [JSON] { try await ask("/issues.json?status_id=*&sort=id&limit=100")["issues"].items }

    private static func ask(_ server: String, _ key: String, _ path: String) async throws -> JSON {
        var request = URLRequest(url: try #require(URL(string: server + path)), timeoutInterval: 30)
        request.setValue(key, forHTTPHeaderField: "X-Redmine-API-Key")
        let (data, response) = try await URLSession.shared.data(for: request)
        try #require((response as? HTTPURLResponse)?.statusCode == 200, "\(path)")
        return try JSON(parsing: String(decoding: data, as: UTF8.self))
    }
}
