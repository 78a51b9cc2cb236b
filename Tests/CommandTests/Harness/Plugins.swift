import Foundation
import Testing

/// Plugins folders other than the usual one.
enum Plugins {
    /// A folder in the scratch folder with some of the shipped connectors.
    static func folder(_ scratch: ScratchFolder, _ connectors: [String]) throws -> String {
        let folder = try scratch.folder("plugins-\(UUID().uuidString)")
        for name in connectors { try Built.copy(name, into: folder) }
        return folder
    }

    /// Compiles a connector from a C source of the checkout into a folder.
    static func compile(
        _ source: String, into folder: String, as name: String, _ scratch: ScratchFolder, flags: [String] = []
    ) async throws {
        let shape = ["-shared", "-fPIC", "-fvisibility=hidden", "-I", Built.root + "/SDK/CPatchbay/include"]
        try await compileProgram(source, to: folder + "/" + name, scratch, flags: shape + flags)
    }

    /// Compiles a C source of the checkout by itself.
    static func compileProgram(_ source: String, to path: String, _ scratch: ScratchFolder, flags: [String] = [])
        async throws
    {
        let words = ["cc", "-o", path, Built.root + "/" + source] + flags
        let log = try OpenFile(writing: scratch("cc.log"))
        let child = try ChildProcess(
            "/usr/bin/env", words, environment: Built.environment(home: scratch.path),
            descriptors: [1: log.descriptor, 2: log.descriptor])
        let end = await child.end(within: .seconds(60))
        try #require(
            end.status == 0 && end.signal == nil,
            "\((try? String(contentsOfFile: scratch("cc.log"), encoding: .utf8)) ?? "")")
        // Whatever the user's umask: what others could write is not loaded.
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
}
