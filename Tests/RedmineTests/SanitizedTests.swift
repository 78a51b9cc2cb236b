import Foundation
import TestSupport
import Testing

/// The connector's sources, compiled with sanitizers into a harness of their own: a worker cannot be sanitized.
@Suite("The Redmine connector, sanitized", .timeLimit(.minutes(12)))
struct SanitizedTests {
    @Test("recorded, damaged and hostile answers do no harm, and the same call twice comes out the same")
    func harmless() async throws {
        let scratch = try ScratchFolder()
        let harness = try await compiled(scratch)
        let calls = try await run([harness, "6000", "1"], scratch)
        #expect(calls.hasPrefix("6000 calls"), "\(calls)")
        // Leaks of a parser that ran out of memory are the library's own; any other is ours.
        let known = try scratch.write("known", "leak:json_tokener_parse_ex\n")
        let starved = try await run(
            [harness, "400", "2", "starve"], scratch,
            ["ASAN_OPTIONS": "fast_unwind_on_malloc=0", "LSAN_OPTIONS": "print_suppressions=0:suppressions=\(known)"])
        #expect(starved.hasPrefix("400 calls"), "\(starved)")
    }

    private func compiled(_ scratch: ScratchFolder) async throws -> String {
        let sources = try FileManager.default.contentsOfDirectory(atPath: Built.root + "/Plugins/Redmine").filter {
            $0.hasSuffix(".c")
        }
        try #require(!sources.isEmpty)
        let flags = [
            "-std=c11", "-D_GNU_SOURCE", "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
            "-Wall", "-Wextra",
            "-Werror",
            "-I", Built.root + "/SDK/CPatchbay/include", "-I", Built.root + "/Plugins/Redmine",
        ]
        _ = try await run(
            ["cc"] + flags + ["-o", scratch("harness"), Built.root + "/Tests/RedmineTests/Fixtures/harness.c"]
                + sources.sorted().map { Built.root + "/Plugins/Redmine/" + $0 }
                + ["-l:libjson-c.a", "-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc"], scratch)
        return scratch("harness")
    }

    /// Runs a program to its end and gives what it printed; fails the test when it fails.
    private func run(_ words: [String], _ scratch: ScratchFolder, _ variables: [String: String] = [:]) async throws
        -> String
    {
        let log = try OpenFile(writing: scratch("log"))
        let child = try ChildProcess(
            "/usr/bin/env", words, environment: Built.environment(home: scratch.path).merging(variables) { $1 },
            descriptors: [1: log.descriptor, 2: log.descriptor])
        let end = await child.end(within: .seconds(120))
        let text = try String(contentsOfFile: scratch("log"), encoding: .utf8)
        try #require(end.status == 0 && end.signal == nil, "\(words[0]): \(end)\n\(text.prefix(4_000))")
        return text
    }
}
