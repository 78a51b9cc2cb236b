import PatchbayModel

/// Every plugin file as the last look found it, by path. A plain value: the catalog guards it.
struct PluginTable: Sendable {
    private(set) var paths: [String] = []
    private var loaded: [String: PluginLoader.Loaded] = [:]

    /// In the order of the directories and names.
    var entries: [PluginLoader.Loaded] { paths.compactMap { loaded[$0] } }

    func entry(at path: String) -> PluginLoader.Loaded? { loaded[path] }

    /// Puts a new look in the place of the last one; gives the connectors that nothing leads to any more.
    ///
    /// Where a file was replaced by one that cannot be used, the connector that was there goes on serving: a bad copy
    /// must not stop what works.
    mutating func replace(with fresh: [PluginLoader.Loaded]) -> [Connector] {
        let before = loaded
        paths = fresh.map(\.report.path)
        loaded = [:]
        for var entry in fresh {
            let path = entry.report.path
            if let old = before[path], let serving = old.connector {
                if serving.digest == entry.connector?.digest {
                    // Its workers go on; who may share one is what was decided now.
                    let isStranger = entry.connector?.isStranger ?? serving.isStranger
                    entry.connector = serving
                    entry.connector?.isStranger = isStranger
                } else if case .refused(let reason, let sentence) = entry.report.state,
                    entry.report.digest != serving.digest
                {
                    entry.connector = serving
                    entry.report.digest = serving.digest
                    entry.report.state = .usable(serving.descriptor)
                    entry.report.basis = old.report.basis
                    entry.report.replacementRefused = "\(sentence) (\(reason.rawValue))"
                }
            }
            loaded[path] = entry
        }
        let kept = Set(entries.compactMap { $0.connector.map { ObjectIdentifier($0.shelf) } })
        return before.values.compactMap(\.connector).filter { !kept.contains(ObjectIdentifier($0.shelf)) }
    }

    /// All files, where the same bytes in two places are one connector: the first one counts.
    func withoutDuplicates() -> [PluginLoader.Loaded] {
        var firstPaths: [String: String] = [:]
        return entries.map { entry in
            guard let connector = entry.connector else { return entry }
            guard let first = firstPaths[connector.digest] else {
                firstPaths[connector.digest] = entry.report.path
                return entry
            }
            var copy = entry
            copy.refuse(.duplicate, "It is the same, byte for byte, as \(first), which is used.")
            return copy
        }
    }
}
