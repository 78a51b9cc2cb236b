import Foundation
import Testing

@Suite("The keys of TLS connections", .timeLimit(.minutes(5)))
struct KeyLogTests {
    @Test("are written nowhere, whatever SSLKEYLOGFILE says; libcurl by itself would do it")
    func written() async throws {
        let bench = try await Bench(["asana"])
        let (ours, control) = (bench.desk.scratch("ours.keys"), bench.desk.scratch("control.keys"))
        let run = try await bench.desk.run(
            ["integration", "check", "asana"], environment: ["SSLKEYLOGFILE": ours])
        #expect(run.status == 0, run.told)
        #expect(!FileManager.default.fileExists(atPath: ours))

        let words = "import ctypes; ctypes.CDLL('libcurl.so.4').curl_global_init(3)"
        let output = try OpenFile(writing: bench.desk.scratch("control"))
        var environment = Built.environment(home: bench.desk.home)
        environment["SSLKEYLOGFILE"] = control
        let child = try ChildProcess(
            "/usr/bin/env", ["python3", "-c", words], environment: environment,
            descriptors: [1: output.descriptor, 2: output.descriptor])
        _ = await child.end(within: .seconds(20))
        #expect(FileManager.default.fileExists(atPath: control), "the harness would not see it")
    }
}
