/// A refusal in Asana's own shape.
struct AsanaError: Error {
    let status: Int
    let message: String

    init(_ status: Int, _ message: String) {
        self.status = status
        self.message = message
    }

    static func badRequest(_ message: String) -> AsanaError { AsanaError(400, message) }
    static func unknownObject(_ field: String, _ gid: String) -> AsanaError {
        AsanaError(400, "\(field): Unknown object: \(gid)")
    }
    static func notFound(_ field: String, _ gid: String) -> AsanaError {
        AsanaError(404, "\(field): Unknown object: \(gid)")
    }

    var body: JSON {
        var error: [JSON.Member] = [
            .init("message", .string(message)),
            .init("help", "See the API's page on errors for what the status means and how to go on."),
        ]
        if status == 500 { error.append(.init("phrase", "6 quiet lamps drift slowly")) }
        return ["errors": [.object(error)]]
    }
}
