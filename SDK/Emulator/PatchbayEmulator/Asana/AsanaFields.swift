import Foundation

/// The fields a client asked for: `gid,assignee.name` is a tree of names.
struct AsanaFields: Sendable {
    private(set) var children: [String: AsanaFields] = [:]

    /// Reads `opt_fields` or a batch action's `options.fields`. `nil` means that nothing was asked for.
    init?(_ names: [String]) {
        guard !names.isEmpty else { return nil }
        for name in names {
            insert(
                name.split(separator: ".").prefix(EmulatorLimits.nestingMax).map {
                    $0.trimmingPrefix(while: { $0 == " " })
                }[...])
        }
    }

    init?(query: String?) {
        guard let query else { return nil }
        self.init(query.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty })
    }

    private init() {}

    private mutating func insert(_ path: ArraySlice<Substring>) {
        guard let first = path.first else { return }
        var child = children[String(first)] ?? AsanaFields()
        child.insert(path.dropFirst())
        children[String(first)] = child
    }

    /// Keeps of a compact inner object what was asked for; the gid always stays.
    func narrowed(_ value: JSON) -> JSON {
        guard !children.isEmpty else { return value }
        switch value {
        case .object(let members):
            return .object(
                members.compactMap { member in
                    if let child = children[member.name] { return .init(member.name, child.narrowed(member.value)) }
                    return member.name == "gid" ? member : nil
                })
        case .array(let items): return .array(items.map(narrowed))
        default: return value
        }
    }
}
