import Foundation

/// What is measured: the built programs, and a scratch folder with a plugins directory for them. Call `remove` at the end.
struct Programs: Sendable {
    struct Missing: Error, CustomStringConvertible { let description: String }

    let scratch: URL
    let plugins: URL
    private let folder: URL

    /// `folder` is where the programs are; nil is beside this one. Throws `Missing`, or what keeps the scratch folder from being made.
    init(folder: String?) throws {
        let beside = try URL(fileURLWithPath: FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            .deletingLastPathComponent()
        self.folder = folder.map { URL(fileURLWithPath: $0) } ?? beside
        scratch = FileManager.default.temporaryDirectory.appendingPathComponent("patchbay-bench-\(UUID().uuidString)")
        plugins = scratch.appendingPathComponent("plugins.d")
        try FileManager.default.createDirectory(at: plugins, withIntermediateDirectories: true)
        let needed = ["patchbay", "patchbay-worker", "patchbay-emulator", "patchbay-bench-curl"]
        for name in needed where !FileManager.default.isExecutableFile(atPath: path(name)) {
            remove()
            throw Missing(description: "\(path(name)) is missing: build it first, as `make bench` does.")
        }
        for system in EmulatedSystem.allCases {
            let source = path("lib\(system.rawValue.capitalized)Plugin.so")
            do {
                try FileManager.default.copyItem(atPath: source, toPath: plugins.appendingPathComponent("\(system.rawValue).so").path)
            } catch {
                remove()
                throw Missing(description: "\(source) cannot be copied: build it first, as `make bench` does. (\(error))")
            }
        }
    }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    func remove() { try? FileManager.default.removeItem(at: scratch) }
}
