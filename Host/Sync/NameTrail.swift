import PatchbayStore

/// Follows the names of integrations while a sync waits: a person may rename one, and its id stays.
struct NameTrail {
    private var names: [Int64: String]

    init(_ integrations: [IntegrationRecord]) { names = Self.names(of: integrations) }

    /// What each one that was renamed since the last look was named then, and its name of now.
    mutating func follow(_ integrations: [IntegrationRecord]) -> [String: String] {
        let now = Self.names(of: integrations)
        var renamed: [String: String] = [:]
        for (id, name) in now {
            if let old = names[id], old != name { renamed[old] = name }
        }
        names.merge(now) { $1 }
        return renamed
    }

    private static func names(of integrations: [IntegrationRecord]) -> [Int64: String] {
        Dictionary(uniqueKeysWithValues: integrations.map { ($0.id, $0.name) })
    }
}

extension [String: String] {
    /// The name of now.
    func now(_ name: String) -> String { self[name] ?? name }
}
