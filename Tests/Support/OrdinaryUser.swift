import Foundation
import Glibc

/// A user without rights, for tests that run as root: root may read, trace and write whatever a rule is to forbid, so
/// that a test of the rule would see nothing. Runs the built command as that user, from a folder that the user cannot
/// read.
package struct OrdinaryUser: Sendable {
    /// Everywhere the number of `nobody`.
    package static let number: UInt32 = 65_534
    /// A user that is neither root nor that one.
    package static let stranger: UInt32 = 65_533

    /// Belongs to the user, with all that is in it now; gone with this value.
    package let scratch: ScratchFolder
    private let closed: ScratchFolder

    package init() throws {
        scratch = try ScratchFolder()
        closed = try ScratchFolder()
        let programs = try scratch.folder("bin")
        for name in ["patchbay", "patchbay-worker"] {
            // Linked, because they are large: they stay root's, which any user runs.
            let (source, target) = (Built.folder + "/" + name, programs + "/" + name)
            if (try? FileManager.default.linkItem(atPath: source, toPath: target)) == nil {
                try FileManager.default.copyItem(atPath: source, toPath: target)
            }
        }
        _ = try scratch.folder("user")
        for folder in [scratch.path, programs, scratch("user")] { try Self.give(folder) }
    }

    package var program: String { scratch("bin/patchbay") }

    /// The words before a program that this user runs.
    package var through: [String] {
        [
            "/usr/bin/env", "-C", closed.path, "/usr/bin/setpriv", "--reuid=\(Self.number)", "--regid=\(Self.number)",
            "--clear-groups",
        ]
    }

    package var environment: [String: String] { ["HOME": scratch("user"), "TMPDIR": scratch("user")] }

    /// A home that the user can make, the plugins named, and the command.
    package func desk(plugins: String = Built.plugins, home: String? = nil) throws -> Workbench {
        try Workbench(
            plugins: plugins, environment: environment, home: home ?? scratch("home"), through: through,
            program: program)
    }

    /// A folder that belongs to the user.
    package func folder(_ name: String) throws -> String {
        let path = try scratch.folder(name)
        try Self.give(path)
        return path
    }

    /// A plugins folder of the user's with some of the shipped connectors, which are root's.
    package func plugins(_ names: [String] = ["Asana"]) throws -> String {
        let path = try folder("plugins-\(UUID().uuidString)")
        for name in names { try Built.copy(name, into: path) }
        return path
    }

    /// Gives one entry away.
    package static func give(_ path: String, to user: UInt32 = number, mode: mode_t? = nil) throws {
        guard unsafe lchown(path, user, user) == 0, mode.map({ unsafe chmod(path, $0) == 0 }) ?? true else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM)
        }
    }

    /// Whether there is a way to run the built programs as that user: this needs root, `setpriv`, and a toolchain that
    /// everybody may read.
    package static func isPossible() async -> Bool {
        guard geteuid() == 0, FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv"),
            let user = try? OrdinaryUser()
        else {
            return false
        }
        let run = try? await user.desk().run(["--version"], raw: true)
        return run?.status == 0
    }

    package static let condition = "this needs root, setpriv, and built programs that any user can run"
}
