/// A remark for a person: a warning with an outcome, or a problem that a check found.
public struct Notice: Sendable, Equatable {
    /// Snake case, such as `assignee_unmapped`.
    public var code: String
    /// A setting or a task's field, if one is meant.
    public var field: String?
    /// For a person; the vendor's words where there are any.
    public var text: String

    /// A remark.
    public init(_ code: String, field: String? = nil, _ text: String) {
        self.code = code
        self.field = field
        self.text = text
    }
}
