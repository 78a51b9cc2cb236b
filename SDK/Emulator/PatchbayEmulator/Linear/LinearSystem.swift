import Foundation
import Synchronization

/// The emulated Linear: GraphQL at `POST /graphql`.
final class LinearSystem: VendorSystem {
    let name = SystemName.linear
    let state = Mutex(LinearState())
    private let documents = Mutex<[String: GraphQLDocument]>([:])

    /// The largest body, in bytes; more gets 413.
    private static let bodyBytesMax = 10 * 1024 * 1024
    /// The most complexity points of one query.
    private static let complexityMax = 10_000.0

    func prepare(_ request: EmulatedRequest) -> PreparedCall {
        var call = PreparedCall(request: request, operation: Operation(name: "unknown", kind: .other, isWrite: false))
        guard request.segments == ["graphql"], request.method == "POST" else {
            call.answer = .json(404, ["errors": [LinearError.input("Not found").json(path: nil)]])
            return call
        }
        guard request.body.count <= Self.bodyBytesMax else {
            call.answer = .empty(413)
            return call
        }
        do {
            let body = try JSON(parsing: request.body)
            call.body = body
            guard let query = body["query"]?.text else { throw GraphQLError(message: "Must provide query string.") }
            let document = try document(query)
            let variables = body["variables"] ?? .object([])
            let (kind, fields) = try document.fields(operation: body["operationName"]?.text, variables: variables)
            call.fields = fields
            call.operation = Self.operation(kind, fields)
            if call.operation.complexity > Self.complexityMax {
                var error = LinearError.input("Query too complex")
                error.status = 400
                call.answer = Self.answer(error)
            }
        } catch let error as GraphQLError {
            call.answer = Self.answer(.validation(error.message))
        } catch {
            call.answer = Self.answer(.validation("The body is not valid JSON."))
        }
        return call
    }

    private func document(_ query: String) throws -> GraphQLDocument {
        if let known = documents.withLock({ $0[query] }) { return known }
        let document = try GraphQLReader.read(query)
        documents.withLock { documents in
            if documents.count >= EmulatorLimits.parsedDocumentsMax { documents = [:] }
            documents[query] = document
        }
        return document
    }

    private static func operation(_ kind: String, _ fields: [GraphQLField]) -> Operation {
        let first = fields.first?.name ?? "empty"
        let use: OperationKind =
            switch first {
            case "issueCreate", "issueBatchCreate": .create
            case "issueUpdate", "issueBatchUpdate": .update
            case "issueDelete", "issueArchive", "issueUnarchive": .delete
            case "issue": .read
            case "issues": .search
            case "viewer", "organization": .account
            case "teams", "team", "users", "user", "workflowStates", "issueLabels": .discover
            default: .other
            }
        let complexity = fields.reduce(0) { $0 + points($1) }
        return Operation(name: first, kind: use, isWrite: kind == "mutation", complexity: complexity)
    }

    /// A tenth for a property, one for an object, and a list times its length.
    private static func points(_ field: GraphQLField) -> Double {
        guard !field.selection.isEmpty else { return 0.1 }
        let inner = field.selection.reduce(1) { $0 + points($1) }
        guard field.selection.contains(where: { $0.name == "nodes" || $0.name == "edges" }) else { return inner }
        return inner * Double(field["first"]?.wholeNumber ?? 50)
    }

    func perform(_ call: PreparedCall, at now: Date) -> EmulatedResponse {
        let caller = LinearSeeds.users.firstIndex { $0.email == call.token.user } ?? 0
        var members: [JSON.Member] = []
        let reader =
            call.operation.isWrite
            ? nil : LinearQueries(state: state.withLock { $0 }, caller: caller, report: call.report)
        for field in call.fields {
            do throws(LinearError) {
                let value: JSON
                if let reader {
                    value = try reader.field(field)
                } else {
                    let outcome: Result<JSON, LinearError> = state.withLock { state in
                        do throws(LinearError) {
                            return .success(try LinearMutations(caller: caller, now: now).field(field, &state))
                        } catch {
                            return .failure(error)
                        }
                    }
                    value = try outcome.get()
                }
                members.append(.init(field.key, value))
            } catch {
                var refusal = error
                if error.message.hasPrefix("conflict on insert") {
                    refusal.status = state.withLock { $0.settings.conflictStatus }
                }
                return Self.answer(refusal, path: field.key)
            }
        }
        return .json(200, ["data": .object(members)])
    }

    /// `data` is null where anything failed: every field here is one that may not be null.
    private static func answer(_ error: LinearError, path: String? = nil) -> EmulatedResponse {
        .json(error.status, ["errors": [error.json(path: path)], "data": nil])
    }

    var taskCount: Int { state.withLock { $0.issues.count - $0.deleted } }

    func plainTasks(last count: Int?) -> [JSON] {
        let copy = state.withLock { $0 }
        let issues = copy.issues.lazy.filter { !$0.isTrashed }
        return (count.map { Array(issues.suffix($0)) } ?? Array(issues)).map { LinearPlain.task($0, copy) }
    }

    func opened(at origin: String) {
        state.withLock { $0.origin = origin }
    }

    func reset() {
        state.withLock { state in
            let origin = state.origin
            state = LinearState()
            state.origin = origin
        }
    }
}
