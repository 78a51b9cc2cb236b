import Foundation

/// Measures `connector list` of many plugins: what the cache in the home saves.
struct ListMeasuring {
    let programs: Programs
    private static let plugins = 100

    /// One figure for the list that has to load each plugin, one for those after it.
    func table(rounds: Int) throws -> String {
        let home = programs.scratch.appendingPathComponent("list-home").path
        let folder = programs.scratch.appendingPathComponent("list-plugins.d")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        // The smallest one that ships, made another file each time by a byte behind its end.
        let connector = try Data(contentsOf: URL(fileURLWithPath: programs.path("libRedminePlugin.so")))
        for number in 0..<Self.plugins {
            let file = folder.appendingPathComponent("redmine-\(number).so")
            try (connector + [UInt8(number)]).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
        }
        _ = try MeasuredChild.run(programs.path("patchbay"), ["--quiet", "init", "--home", home])
        let words = ["connector", "list", "--home", home, "--plugins", folder.path]
        let first = try MeasuredChild.run(programs.path("patchbay"), words).seconds * 1_000
        let later = try (0..<(rounds * 10)).map { _ in
            try MeasuredChild.run(programs.path("patchbay"), words).seconds * 1_000
        }
        return "patchbay connector list, \(Self.plugins) plugins\n" + Figure("the first time", unit: "ms", [first]).line
            + "\n"
            + Figure("later (\(later.count) times)", unit: "ms", later, digits: 1).line + "\n"
    }
}
