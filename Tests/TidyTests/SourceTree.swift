import Foundation

/// The checkout as text: what the tidy tests read.
struct SourceTree {
    struct File {
        /// From the project's root.
        let path: String
        let text: String
        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every file of ours below `folders` with one of the endings.
    static func files(_ folders: [String], endings: [String]) -> [File] {
        folders.flatMap { folder -> [File] in
            let base = root.appendingPathComponent(folder)
            guard let found = FileManager.default.enumerator(atPath: base.path) else { return [] }
            return found.compactMap { entry -> File? in
                guard let path = entry as? String, !path.hasPrefix(".build"), !path.contains("/.build"),
                    endings.contains(where: { path.hasSuffix($0) }),
                    let text = try? String(contentsOf: base.appendingPathComponent(path), encoding: .utf8)
                else { return nil }
                return File(path: folder + "/" + path, text: text)
            }
        }
    }

    static let swift = files(["Host", "SDK", "Plugins", "Tests"], endings: [".swift"])
    static let c = files(["Host", "SDK", "Plugins", "Tests", "Examples"], endings: [".c", ".h"])
}
