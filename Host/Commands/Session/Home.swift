import Foundation
import PatchbayModel

/// Why the host's own surroundings are not usable.
package struct CommandError: PatchbayFailure {
    package let code: ErrorCode
    package let message: String
    package let context: ErrorContext

    package init(_ code: ErrorCode, _ message: String, context: ErrorContext = ErrorContext()) {
        self.code = code
        self.message = message
        self.context = context
    }
}

/// Where everything is: resolved once from flags, environment and the place of the program.
package struct Home: Sendable, Hashable {
    package let directory: String
    package let databasePath: String
    /// Text of the key source, such as `file:/home/a/.config/patchbay/root.key`.
    package let keySource: String
    /// Text of a second one, where `--key` and PATCHBAY_KEY both name one: they must give the same key.
    package let otherKeySource: String?
    package let pluginsDirectories: [String]
    /// The folder was named by the user: then it must exist.
    package let pluginsNamed: Bool
    package let workerPath: String

    package init(flags: GlobalValues, environment: [String: String], executable: String) throws(CommandError) {
        func absolute(_ path: String) -> String {
            URL(fileURLWithPath: (path as NSString).expandingTildeInPath).standardizedFileURL.path
        }
        func xdg(_ name: String, _ fallback: String) throws(CommandError) -> String {
            if let value = environment[name], value.hasPrefix("/") { return value }
            guard let home = environment["HOME"], home.hasPrefix("/") else {
                throw CommandError(
                    .homeUnusable,
                    "neither --home nor PATCHBAY_HOME nor HOME says where to keep things; name a folder with --home")
            }
            return home + "/" + fallback
        }
        func filled(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

        otherKeySource = flags.key == nil ? nil : filled("PATCHBAY_KEY")
        if let named = flags.home ?? filled("PATCHBAY_HOME") {
            directory = absolute(named)
            keySource = flags.key ?? filled("PATCHBAY_KEY") ?? "file:\(directory)/keys/root.key"
        } else {
            directory = absolute(try xdg("XDG_DATA_HOME", ".local/share") + "/patchbay")
            let standard = try xdg("XDG_CONFIG_HOME", ".config") + "/patchbay/root.key"
            keySource = flags.key ?? filled("PATCHBAY_KEY") ?? "file:" + standard
        }
        databasePath =
            try Self.databasePath(flags.store, home: directory).map(absolute) ?? directory + "/patchbay.sqlite"
        let programs = URL(fileURLWithPath: executable).resolvingSymlinksInPath().deletingLastPathComponent()
        let prefix = programs.deletingLastPathComponent().path
        if let plugins = flags.plugins ?? filled("PATCHBAY_PLUGINS") {
            pluginsDirectories = [absolute(plugins)]
            pluginsNamed = true
        } else {
            pluginsDirectories = [prefix + "/lib/patchbay/plugins.d", directory + "/plugins.d"]
            pluginsNamed = false
        }
        let installed = prefix + "/libexec/patchbay/patchbay-worker"
        workerPath =
            FileManager.default.isExecutableFile(atPath: installed) ? installed : programs.path + "/patchbay-worker"
    }

    /// The path in `--store`; nil when the flag is absent.
    private static func databasePath(_ text: String?, home: String) throws(CommandError) -> String? {
        guard let text else { return nil }
        if text.hasPrefix("sqlite:") { return String(text.dropFirst("sqlite:".count)) }
        guard !text.contains(":") else {
            let scheme = text.prefix { $0 != ":" }
            throw CommandError(.usage, "--store takes sqlite:PATH; \(scheme): is not a store that this version knows")
        }
        return text
    }
}

/// The flags that say where things are, apart from how they are parsed.
package struct GlobalValues: Sendable, Hashable {
    package var home: String?
    package var plugins: String?
    package var key: String?
    package var store: String?

    package init(home: String? = nil, plugins: String? = nil, key: String? = nil, store: String? = nil) {
        self.home = home
        self.plugins = plugins
        self.key = key
        self.store = store
    }
}
