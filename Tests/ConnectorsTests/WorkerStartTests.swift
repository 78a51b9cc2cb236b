import Foundation
import PatchbayConnectors
import Testing

/// What a worker is started with: a script in its place changes the words.
@Suite("A worker's start")
struct WorkerStartTests {
    /// The only file's report, from a worker whose start words a line of shell has set anew.
    private func report(_ line: String) async throws -> PluginReport {
        let shop = try Workshop()
        try await shop.echo()
        let program = shop.folder.appendingPathComponent("worker")
        try Data("#!/bin/sh\n\(line)\nexec \(Workshop.worker) \"$@\"\n".utf8).write(to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program.path)
        let catalog = shop.catalog(worker: program.path)
        let reports = try await catalog.list()
        await catalog.shutdown()
        return try #require(reports.first)
    }

    @Test("with a library that is not there refuses the connector, and names it") func missingLibrary() async throws {
        let report = try await report("set -- \"$@\" libnowhere.so.6")
        #expect(report.refusal == "not_loadable" && report.sentence.contains("It needs libnowhere.so.6"))
    }

    @Test("with the words as they are loads the connector") func unchanged() async throws {
        #expect(try await report("").refusal == nil)
    }
}
