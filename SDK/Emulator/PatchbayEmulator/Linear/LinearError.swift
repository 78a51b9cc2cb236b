/// A refusal in Linear's own shape: HTTP status, message, type and code.
struct LinearError: Error {
    var status = 200
    let message: String
    let type: String
    let code: String
    /// What `extensions.statusCode` says, whatever the HTTP status is.
    var innerStatus = 400
    var isUserError = true
    var presentable: String?

    static func input(_ message: String, _ presentable: String? = nil) -> LinearError {
        LinearError(message: message, type: "invalid input", code: "INPUT_ERROR", presentable: presentable ?? message)
    }

    static func argument(_ text: String) -> LinearError {
        LinearError(message: "Argument Validation Error", type: "invalid input", code: "INPUT_ERROR", presentable: text)
    }

    static func notFound(_ entity: String) -> LinearError {
        input("Entity not found: \(entity)", "Could not find referenced \(entity).")
    }

    static func conflict(_ id: String) -> LinearError {
        input("conflict on insert of Issue", "Entity Issue with id \(id) already exists.")
    }

    static func validation(_ message: String) -> LinearError {
        LinearError(
            status: 400, message: message, type: "graphql error", code: "GRAPHQL_VALIDATION_FAILED", isUserError: true)
    }

    /// The entry of the `errors` list.
    func json(path: String?) -> JSON {
        var members: [JSON.Member] = [.init("message", .string(message))]
        if let path { members.append(.init("path", [.string(path)])) }
        var inner: [JSON.Member] = [
            .init("type", .string(type)), .init("code", .string(code)), .init("statusCode", .integer(innerStatus)),
            .init("userError", .bool(isUserError)),
        ]
        if let presentable { inner.append(.init("userPresentableMessage", .string(presentable))) }
        members.append(.init("extensions", .object(inner)))
        return .object(members)
    }
}
