import Foundation
import Testing

/// What the linker made of worker and connectors, as it would be installed.
@Suite("What ships") struct ShippedFileTests {
    /// The libraries that every system of the kind has.
    private static let system = [
        "libc.so", "libm.so", "libgcc_s.so", "libstdc++.so", "ld-linux", "libpthread.so", "libdl.so", "librt.so",
        "libutil.so",
    ]

    @Test(
        "each connector exports one symbol and needs nothing but the system",
        arguments: ["asana.so", "jira.so", "linear.so", "redmine.so"])
    func connector(_ name: String) async throws {
        let scratch = try ScratchFolder()
        let path = Built.plugins + "/" + name
        let symbols = try await output(
            ["nm", "-D", "--defined-only", "--extern-only", "--format=posix", path], scratch)
        #expect(symbols.map { $0.split(separator: " ").first.map(String.init) } == ["patchbay_connector_v1"])
        try await expectSelfContained(path, scratch)
    }

    @Test("the worker needs nothing but the system") func worker() async throws {
        try await expectSelfContained(Built.folder + "/patchbay-worker", ScratchFolder())
    }

    /// From the debug build, by someone whose files their group may write.
    @Test("an installation vouches for its connectors, whatever the umask, and goes without a trace")
    func installation() async throws {
        let scratch = try ScratchFolder()
        let (prefix, install) = (scratch("prefix"), Built.root + "/scripts/install")
        let built = ["env", "PATCHBAY_BUILT=" + Built.folder, "bash", "-c", "umask 002; exec \"$@\"", "bash", install]
        _ = try await output(built + [prefix], scratch)
        let home = ["--home", scratch("home"), "--output", "json"]
        func patchbay(_ words: String...) async throws -> JSON {
            try JSON(parsing: String(try await output([prefix + "/bin/patchbay"] + words + home, scratch).last ?? ""))[
                "result"]
        }
        _ = try await patchbay("init")
        _ = try await patchbay("connector", "trust", "--policy", "pin")
        let connectors = try await patchbay("connector", "list")["connectors"].items
        #expect(connectors.compactMap { $0["file"].text } == ["asana.so", "jira.so", "linear.so", "redmine.so"])
        #expect(
            connectors.allSatisfy { $0["trust"] == "shipped" && $0["state"] == "usable" }, "\(connectors.map(\.line))")
        _ = try await output([install, "--remove", prefix], scratch)
        #expect(try FileManager.default.contentsOfDirectory(atPath: prefix).isEmpty)
    }

    private func expectSelfContained(_ path: String, _ scratch: ScratchFolder) async throws {
        let needed = try await output(["readelf", "-d", "-W", path], scratch).filter { $0.contains("(NEEDED)") }
        #expect(!needed.isEmpty)
        for line in needed { #expect(Self.system.contains { line.contains("[" + $0) }, "\(line)") }
    }

    private func output(_ words: [String], _ scratch: ScratchFolder) async throws -> [Substring] {
        let log = try OpenFile(writing: scratch("out"))
        let child = try ChildProcess(
            "/usr/bin/env", words, environment: Built.environment(home: scratch.path),
            descriptors: [1: log.descriptor, 2: log.descriptor])
        let end = await child.end(within: .seconds(60))
        let text = try String(contentsOfFile: scratch("out"), encoding: .utf8)
        try #require(end.status == 0 && end.signal == nil, "\(text)")
        return text.split(separator: "\n")
    }
}
