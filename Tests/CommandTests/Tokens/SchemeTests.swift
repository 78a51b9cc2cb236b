import Foundation
import Testing

/// A file that takes the place of another, and would send the token in another header.
@Suite("A token's scheme", .timeLimit(.minutes(10)))
struct SchemeTests {
    private let scratch: ScratchFolder
    private let folder: String

    init() throws {
        scratch = try ScratchFolder()
        folder = try scratch.folder("plugins")
    }

    /// Puts a build of the connector in the place of the one before.
    private func put(_ flags: String...) async throws {
        try await Plugins.compile(
            "Tests/ConnectorsTests/Fixtures/echo.c", into: scratch.path, as: "carrier.so", scratch,
            flags: [
                "-w", "-DSTRANGER", "-DTYPE=\"carrier\"", "-D_GNU_SOURCE",
                "-Wl,--version-script=\(Built.root)/Plugins/exports.map",
            ] + flags)
        let result = unsafe rename(scratch("carrier.so"), folder + "/carrier.so")
        try #require(result == 0)
    }

    private func bench() async throws -> Bench {
        let bench = try await Bench([], plugins: folder)
        try await bench.adopt([
            [
                "name": "carrier", "type": "carrier", "settings": ["project": "p"], "isActive": true,
                "baseUrl": .string(bench.emulator.asana), "accessToken": .string(Bench.tokens["asana"] ?? ""),
            ]
        ])
        return bench
    }

    private func deliver(_ meeting: String, _ bench: Bench) async throws -> Run {
        try await bench.take(Bench.tasks(1, meeting: meeting), for: "carrier")
        return try await bench.desk.run("sync")
    }

    @Test("is kept when another file serves the type, until the token is set again")
    func changed() async throws {
        try await put()
        let bench = try await bench()
        #expect(try await deliver("a", bench).status == 0)
        // Another file that sends the token as the one before did.
        try await put("-DMARK=\"second\"")
        #expect(try await deliver("b", bench).status == 0)
        let requests = try await bench.emulator.requests()

        try await put("-DTOKEN_HEADER=\"X-Carrier\"")
        let run = try await deliver("c", bench)
        let entry = run.result["integrations"].items.first ?? .null
        #expect(run.status != 0 && entry["error"]["code"] == "token_scheme_changed", run.told)
        let words = entry["error"]["message"].text ?? ""
        for part in [
            folder + "/carrier.so", "Authorization: Bearer", "the x-carrier header", "patchbay token set carrier",
        ] {
            #expect(words.contains(part), "\(part): \(words)")
        }
        let doctor = try await bench.desk.run("doctor")
        #expect(doctor.out.contains("token_scheme_changed"), doctor.told)
        #expect(try await bench.emulator.requests() == requests, "nothing left")

        // The person knows the file: from then on it goes out, in the header that the system does not know.
        try await bench.desk.must("token", "set", "carrier", "--no-check", input: Bench.tokens["asana"] ?? "")
        _ = try await bench.desk.run("retry", "--all")
        let after = try await bench.desk.run("sync")
        #expect(!after.out.contains("token_scheme_changed"), after.told)
        #expect(try await bench.emulator.requests() > requests, after.told)
        // And it is not sent as before, either, by the file from before.
        try await put()
        let back = try await deliver("d", bench)
        #expect(back.result["integrations"].items.first?["error"]["code"] == "token_scheme_changed", back.told)
    }
}
