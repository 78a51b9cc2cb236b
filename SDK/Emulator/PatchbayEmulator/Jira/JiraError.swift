/// A refusal in Jira's own shape.
struct JiraError: Error {
    var status: Int
    var messages: [String]
    var fields: [JSON.Member]

    init(_ status: Int, _ messages: [String] = [], fields: [JSON.Member] = []) {
        self.status = status
        self.messages = messages
        self.fields = fields
    }

    static let notFound = JiraError(404, ["Issue does not exist or you do not have permission to see it."])

    var body: JSON {
        ["errorMessages": .strings(messages), "errors": .object(fields)]
    }
}
