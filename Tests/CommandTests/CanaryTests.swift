import Foundation
import Testing

/// One token goes through every command, in success and in failure; then everything that was written is searched for
/// it.
@Suite("The canary", .timeLimit(.minutes(12)))
struct CanaryTests {
    /// Holds what URLs, JSON and base64 write differently; no quote and no backslash, which an import line could not
    /// hold plainly.
    static let token = "cAnArY/7+9%41&x=~<y>?'Q-0123456789"
    static let search = SecretSearch(token, users: ["demo@example.com"])

    @Test("the search finds every form that it claims to find")
    func searchWorks() throws {
        let token = Self.token
        let plain = Data(token.utf8)
        var planted: [(String, Data)] = [
            ("raw", plain), ("hex", Data(plain.map { String(format: "%02x", $0) }.joined().utf8)),
            ("HEX", Data(plain.map { String(format: "%02X", $0) }.joined().utf8)),
            ("url", Data("https://h/?t=cAnArY%2F7%2B9%2541%26x%3D~%3Cy%3E%3F%27Q-0123456789&b".utf8)),
            ("url, small", Data("cAnArY%2f7%2b9%2541%26x%3d~%3cy%3e%3f%27Q-0123456789".utf8)),
            ("JSON, slash", try JSONEncoder().encode([token])),
            (
                "base64 0 after demo@example.com",
                Data(Data("demo@example.com:\(token)".utf8).base64EncodedString().utf8)
            ),
        ]
        for offset in 0..<3 {
            planted.append(
                (
                    "base64 \(offset)",
                    Data((Data("abc".prefix(offset).utf8) + plain + Data("xy".utf8)).base64EncodedString().utf8)
                ))
        }
        let scratch = try ScratchFolder()
        for (index, (name, bytes)) in planted.enumerated() {
            try (Data("before ".utf8) + bytes + Data(" after".utf8)).write(
                to: URL(fileURLWithPath: scratch("f\(index)")))
            #expect(try Self.search.places(below: scratch.path, inputs: []).contains("f\(index): \(name)"))
        }
        #expect(Self.search.places(in: Data("cAnArY/7+9%41".utf8)).isEmpty)
        #expect(try Self.search.places(below: scratch.path, inputs: Set(planted.indices.map { "f\($0)" })).isEmpty)
    }

    @Test("no command writes the token anywhere, whether it succeeds or fails")
    func nothing() async throws {
        let walk = try await CanaryWalk()
        try await walk.succeed()
        try await walk.fail()
        try await walk.failInText()
        try await walk.dieInTheMidst()
        try await walk.expectEveryCommand()
        let found = try Self.search.places(below: walk.bench.desk.scratch.path, inputs: ["in"])
        #expect(found.isEmpty, "the token was written: \(found)")
        // The same search finds it where it was put.
        try walk.bench.desk.scratch.write("home/planted", "x\(Self.token)y")
        #expect(try Self.search.places(below: walk.bench.desk.scratch.path, inputs: ["in"]) == ["home/planted: raw"])
        #expect(
            FileManager.default.fileExists(atPath: walk.bench.desk.home + "/patchbay.sqlite-wal"),
            "no write-ahead log was searched")
    }
}
