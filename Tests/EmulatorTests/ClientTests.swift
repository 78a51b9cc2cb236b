import Foundation
import PatchbayEmulator
import Testing

/// The Python interpreter that has the packages `asana` and `jira`.
private let python = ProcessInfo.processInfo.environment["PATCHBAY_PYTHON"]

@Suite("Third-party clients")
struct ClientTests {
    @Test(
        "the Python packages asana and jira work against the emulator",
        .enabled(if: python != nil, "PATCHBAY_PYTHON names no interpreter that has the packages asana and jira"),
        arguments: ["asana", "jira"])
    func client(system: String) async throws {
        try await withEmulator { (vendors) async throws in
            let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
                "Clients/\(system)_client.py")
            let base = system == "asana" ? vendors.addresses.asana : vendors.addresses.jira
            let end = try await ChildProcess(try #require(python), ["-B", script.path, base]).end()
            #expect(end?.status == 0, "\(end?.output ?? "")")
        }
    }
}
