/// An id that a person needs to fill in a setting.
package struct DiscoveredID: Sendable, Hashable {
    /// The setting that it fills, if one.
    package let setting: String?
    package let kind: String
    package let id: String
    package let name: String
    package let detail: String?

    package init(setting: String? = nil, kind: String, id: String, name: String, detail: String? = nil) {
        self.setting = setting
        self.kind = kind
        self.id = id
        self.name = name
        self.detail = detail
    }
}
