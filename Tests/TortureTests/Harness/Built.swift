import Foundation

/// What the build made, and where.
enum Built {
    /// The folder of the programs: where PATCHBAY_TEST_BIN says, else that of the running test bundle.
    static let folder: String = {
        if let named = ProcessInfo.processInfo.environment["PATCHBAY_TEST_BIN"] { return named }
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let candidates = [own] + CommandLine.arguments
        for candidate in candidates {
            let folder = URL(fileURLWithPath: candidate).deletingLastPathComponent().path
            if FileManager.default.isExecutableFile(atPath: folder + "/patchbay-worker") { return folder }
        }
        return "."
    }()

    /// Makes a plugins folder with the three connectors; hard links where that can be, because they are large.
    static func plugins(in scratch: String) throws -> String {
        let target = scratch + "/plugins"
        let files = FileManager.default
        try files.createDirectory(atPath: target, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        for system in Systems.all {
            let source = "\(folder)/lib\(system.capitalized)Plugin.so"
            do { try files.linkItem(atPath: source, toPath: "\(target)/\(system).so") } catch {
                try files.copyItem(atPath: source, toPath: "\(target)/\(system).so")
            }
        }
        return target
    }
}

/// The three systems and how an integration with the emulator's is set up.
enum Systems {
    static let all = ["asana", "jira", "linear"]

    /// A line of `integration import`.
    static func line(_ system: String, at address: String) -> String {
        switch system {
        case "asana":
            #"{"name":"asana","type":"asana","settings":{"workspaceId":"1200000000000001","projectId":"1200000000000201"},"baseUrl":"\#(address)","accessToken":"asana-demo-token"}"#
        case "jira":
            #"{"name":"jira","type":"jira","settings":{"host":"\#(address)","projectKey":"ED","email":"demo@example.com"},"accessToken":"jira-demo-token"}"#
        default:
            #"{"name":"linear","type":"linear","settings":{"teamId":"0a1b2c3d-0002-4000-8000-000000000001"},"baseUrl":"\#(address)","accessToken":"lin_api_demo_token"}"#
        }
    }
}
