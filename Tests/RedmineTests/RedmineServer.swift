import Foundation
import Glibc
import TestSupport
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A real Redmine, for the length of a test: a shell beside it stops it when its standard input closes, in whatever way
/// this process ends.
final class RedmineServer: Sendable {
    /// The program that starts and stops one: `start DIR PORT`, `stop DIR`.
    static let program = ProcessInfo.processInfo.environment["PATCHBAY_REDMINE"].flatMap { $0.isEmpty ? nil : $0 }

    /// The one that the tests share which set up their own projects in it.
    static let shared = Task { try await RedmineServer() }

    private static let script = """
        "$PROGRAM" start "$PLACE" "$PORT" >"$PLACE.info"
        cat >/dev/null
        "$PROGRAM" stop "$PLACE"
        rm -rf -- "$PLACE" "$PLACE.info" "$PLACE.log" "$PLACE.second"
        """

    let port: Int
    let key: String
    /// The administrator's.
    let adminKey: String
    /// Where it keeps its files.
    let place: String
    /// The person whose key it is.
    let userID: String
    private let child: ChildProcess
    private let alive: OpenFile

    init() async throws {
        let port = try #require(Self.freePort())
        self.port = port
        let place = FileManager.default.temporaryDirectory.appendingPathComponent(
            "patchbay-redmine-\(UUID().uuidString)"
        ).path
        self.place = place
        let (input, alive) = try OpenFile.pipe()
        let log = try OpenFile(writing: place + ".log")
        var variables = Built.environment(home: FileManager.default.temporaryDirectory.path)
        for (name, value) in ["PROGRAM": try #require(Self.program), "PLACE": place, "PORT": "\(port)"] {
            variables[name] = value
        }
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
                    let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                        String.init)
                    return (parts[0], parts.last ?? "")
                }
            ) { $1 }
        }
        key = try #require(info["user_key"])
        adminKey = try #require(info["key"])
        userID = try #require(
            try await Self.ask("http://127.0.0.1:\(port)", key, "/users/current.json")["user"]["id"].int.map(
                String.init))
    }

    var url: String { "http://127.0.0.1:\(port)" }

    static func freePort() -> Int? {
        let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(probe) }
        return Loopback.bind(probe)
    }

    func ask(_ path: String) async throws -> JSON { try await Self.ask(url, key, path) }

    /// All issues of the project that comes with the server, oldest first.
    func issues() async throws -> [JSON] {
        try await ask("/projects/demo/issues.json?status_id=*&sort=id&limit=100")["issues"].items
    }

    /// Makes or changes something as the administrator, through the server's own interface.
    @discardableResult
    func order(_ method: String, _ path: String, _ body: JSON = .object([:])) async throws -> JSON {
        try await Self.ask(url, adminKey, path, method, body)
    }

    /// Runs one statement a line in the server's own database and gives the rows of the last: for what its interface
    /// does not offer. Redmine's own Ruby can do that wherever Redmine runs.
    @discardableResult
    func sql(_ statements: String) async throws -> [[JSON]] {
        let program = """
            db = SQLite3::Database.new(ARGV[0]); db.busy_timeout = 10_000; rows = []
            ARGV[1].each_line { |line| rows = db.execute(line) }
            puts JSON.generate(rows)
            """
        let out = place + ".\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: out) }
        let log = try OpenFile(writing: out)
        let child = try ChildProcess(
            "/usr/bin/env", ["ruby", "-rsqlite3", "-rjson", "-e", program, place + "/redmine.sqlite3", statements],
            environment: Built.environment(home: FileManager.default.temporaryDirectory.path),
            descriptors: [1: log.descriptor, 2: log.descriptor])
        let end = await child.end(within: .seconds(60))
        let text = try String(contentsOfFile: out, encoding: .utf8)
        try #require(end.status == 0, "\(statements)\n\(text)")
        return try JSON(parsing: text).items.map(\.items)
    }

    private static func ask(
        _ server: String, _ key: String, _ path: String, _ method: String = "GET", _ body: JSON? = nil
    ) async throws -> JSON {
        var request = URLRequest(url: try #require(URL(string: server + path)), timeoutInterval: 30)
        request.httpMethod = method
        request.httpBody = body.map { Data($0.line.utf8) }
        request.setValue(key, forHTTPHeaderField: "X-Redmine-API-Key")
        if body != nil { request.setValue("application/json", forHTTPHeaderField: "Content-Type") }
        let (data, response) = try await URLSession.shared.data(for: request)
        let text = String(decoding: data, as: UTF8.self)
        try #require(
            (200...204).contains((response as? HTTPURLResponse)?.statusCode ?? 0), "\(method) \(path): \(text)")
        return text.isEmpty ? .null : try JSON(parsing: text)
    }
}

/// A second process of the same Redmine, on the same database; it ends with this process at the latest.
final class SecondServer: Sendable {
    /// Debian's gems want Debian's own Bundler, not the newer one beside it.
    private static let script = """
        cd "$PLACE/app" || exit 1
        bundler=$(ls -d /usr/share/rubygems-integration/all/gems/bundler-* 2>/dev/null | sort -V | tail -n 1 | sed \
        's/.*bundler-//')
        [ -z "$bundler" ] || export BUNDLER_VERSION="$bundler"
        bundle exec puma -e production -w 0 -t 1:5 -b "tcp://127.0.0.1:$PORT" config.ru &
        cat >/dev/null
        kill $!
        """

    let port: Int
    private let child: ChildProcess
    private let alive: OpenFile

    init(beside first: RedmineServer) async throws {
        let port = try #require(RedmineServer.freePort())
        self.port = port
        let (input, alive) = try OpenFile.pipe()
        self.alive = alive
        let log = try OpenFile(writing: first.place + ".second")
        var variables = Built.environment(home: first.place + "/home")
        let more = [
            "PLACE": first.place, "PORT": "\(port)", "BUNDLE_GEMFILE": first.place + "/app/Gemfile",
            "RAILS_ENV": "production",
            "RACK_ENV": "production", "LANG": "C.UTF-8", "TZ": "UTC", "RUBYOPT": "-W0",
            "BUNDLE_APP_CONFIG": first.place + "/home/.bundle",
        ]
        for (name, value) in more { variables[name] = value }
        child = try ChildProcess(
            "/bin/sh", ["-c", Self.script], environment: variables,
            descriptors: [0: input.descriptor, 1: log.descriptor, 2: log.descriptor])
        let address = try #require(URL(string: "http://127.0.0.1:\(port)/issues.json"))
        _ = try await Wait.until("the second Redmine answers", within: .seconds(60)) { () -> Bool? in
            (try? await URLSession.shared.data(from: address)).map { _ in true }
        }
    }
}
