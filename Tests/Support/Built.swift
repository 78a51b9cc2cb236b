import Foundation
import Synchronization

/// What the build made, and where.
package enum Built {
    /// The checkout that these tests belong to.
    package static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// Where the programs lie: where PATCHBAY_TEST_BIN says, or beside the running test bundle.
    package static let folder: String = {
        if let folder = ProcessInfo.processInfo.environment["PATCHBAY_TEST_BIN"] { return folder }
        let running = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let places =
            ([running] + CommandLine.arguments.prefix(1) + CommandLine.arguments.filter { $0.contains(".xctest") })
            .map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
        return places.first { FileManager.default.isExecutableFile(atPath: $0 + "/patchbay-worker") } ?? places[0]
    }()

    package static let patchbay = folder + "/patchbay"
    package static let emulator = folder + "/patchbay-emulator"

    /// A plugins folder with the shipped connectors, made once for this process and gone with it.
    package static let plugins = (try? plugins(of: "Plugin")) ?? ""

    /// A plugins folder with the libraries whose names end in `kind`, gone with this process.
    package static func plugins(of kind: String) throws -> String {
        try folders.withLock { folders in
            if let made = folders[kind] { return made }
            let place = FileManager.default.temporaryDirectory.appendingPathComponent("patchbay-\(kind)s-\(getpid())")
                .path
            try? FileManager.default.removeItem(atPath: place)
            try FileManager.default.createDirectory(
                atPath: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            // The one in C has no library of another kind.
            let names = ["Asana", "Jira", "Linear"] + (kind == "Plugin" ? ["Redmine"] : [])
            for name in names { try copy(name, into: place, kind: kind) }
            if folders.isEmpty {
                atexit {
                    Built.folders.withLock { $0.values.forEach { try? FileManager.default.removeItem(atPath: $0) } }
                }
            }
            folders[kind] = place
            return place
        }
    }

    private static let folders = Mutex<[String: String]>([:])

    /// Puts one connector into a folder: the same file under another name where that can be, because it is large.
    package static func copy(_ name: String, into folder: String, kind: String = "Plugin") throws {
        let source = Built.folder + "/lib\(name)\(kind).so"
        let target = folder + "/" + name.lowercased() + ".so"
        if (try? FileManager.default.linkItem(atPath: source, toPath: target)) == nil {
            try FileManager.default.copyItem(atPath: source, toPath: target)
        }
    }

    /// The environment of every child: nothing of the user's that could change what it does.
    package static func environment(home: String) -> [String: String] {
        var variables = [
            "HOME": home, "TMPDIR": home, "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
            "LANG": "C.UTF-8",
        ]
        variables["LD_LIBRARY_PATH"] = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"]
        return variables
    }
}
