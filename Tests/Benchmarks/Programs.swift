import Foundation

/// What is measured: one build's programs, and a plugins directory for them; beside it the tools, which are always this
/// build's.
struct Programs: Sendable {
    struct Missing: Error, CustomStringConvertible { let description: String }

    let scratch: URL
    let plugins: URL
    private let folder: URL
    /// Where the emulator and the other tools of the bench are.
    private let tools: URL

    /// `folder` is where the programs are; nil is beside this one. Makes a scratch folder; call `remove` at the end.
    /// Throws `Missing`, or what keeps the scratch folder from being made.
    init(folder: String?) throws {
        let beside = try URL(fileURLWithPath: FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            .deletingLastPathComponent()
        let folder = folder.map { URL(fileURLWithPath: $0) } ?? beside
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent(
            "patchbay-bench-\(UUID().uuidString)")
        self.init(scratch: scratch, plugins: scratch.appendingPathComponent("plugins.d"), folder: folder, tools: folder)
        do {
            for name in ["patchbay", "patchbay-worker"] + Self.toolNames { try Self.need(path(name)) }
            try copyPlugins(from: folder)
        } catch {
            remove()
            throw error
        }
    }

    private init(scratch: URL, plugins: URL, folder: URL, tools: URL) {
        self.scratch = scratch
        self.plugins = plugins
        self.folder = folder
        self.tools = tools
    }

    /// The path of a program that is measured.
    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// The path of a program that helps to measure.
    func tool(_ name: String) -> String { tools.appendingPathComponent(name).path }

    func remove() { try? FileManager.default.removeItem(at: scratch) }

    /// Another build, or this one (`built` nil), laid out in the scratch folder as it would be installed: stripped
    /// copies. The copies of two builds differ in nothing but what was built, and a build that goes on meanwhile does
    /// not change them. The tools lie beside them as links, so that the build's own bench can be run there.
    func laidOut(_ name: String, from built: String?) throws -> Programs {
        let source = built.map { URL(fileURLWithPath: $0) } ?? folder
        let target = scratch.appendingPathComponent(name)
        let side = Programs(
            scratch: target, plugins: target.appendingPathComponent("plugins.d"), folder: target, tools: tools)
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        for program in ["patchbay", "patchbay-worker", "patchbay-bench"] {
            let from = source.appendingPathComponent(program).path
            try Self.need(from)
            let stripped = try? MeasuredChild.run("/usr/bin/env", ["strip", "-o", side.path(program), from])
            if stripped == nil { try FileManager.default.copyItem(atPath: from, toPath: side.path(program)) }
        }
        for tool in Self.toolNames {
            try FileManager.default.createSymbolicLink(atPath: side.path(tool), withDestinationPath: self.tool(tool))
        }
        for plugin in Self.pluginNames {
            try FileManager.default.copyItem(
                atPath: source.appendingPathComponent(plugin).path, toPath: side.path(plugin))
        }
        try side.copyPlugins(from: target)
        return side
    }

    private static let toolNames = ["patchbay-emulator", "patchbay-bench-curl", "patchbay-bench-mask"]
    private static let pluginNames = [
        "libAsanaPlugin.so", "libJiraPlugin.so", "libLinearPlugin.so", "libRedminePlugin.so",
    ]

    private func copyPlugins(from source: URL) throws {
        try FileManager.default.createDirectory(at: plugins, withIntermediateDirectories: true)
        for system in EmulatedSystem.allCases {
            let file = source.appendingPathComponent("lib\(system.rawValue.capitalized)Plugin.so").path
            do {
                try FileManager.default.copyItem(
                    atPath: file, toPath: plugins.appendingPathComponent("\(system.rawValue).so").path)
            } catch {
                throw Missing(description: "\(file) cannot be copied: build it first, as `make bench` does. (\(error))")
            }
        }
    }

    private static func need(_ path: String) throws {
        guard !FileManager.default.isExecutableFile(atPath: path) else { return }
        throw Missing(description: "\(path) is missing: build it first, as `make bench` does.")
    }
}
