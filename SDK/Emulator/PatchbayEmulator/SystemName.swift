/// The systems that are emulated.
package enum SystemName: String, Sendable, CaseIterable, Codable {
    case asana
    case jira
    case linear
}
