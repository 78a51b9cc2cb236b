extension Connector {
    /// One operation as a coroutine's body.
    func perform(_ operation: Operation, _ tasks: [ConnectorTask], _ api: API) async throws -> CallResult {
        switch operation {
        case .check: return .account(try await check(api))
        case .discover: return .discovered(try await discover(api))
        case _ where tasks.isEmpty: return .outcomes([])
        case .create: return try matched(await create(tasks, api), tasks)
        case .update: return try matched(await update(tasks, api), tasks)
        case .find: return try matched(await find(tasks, api), tasks)
        case .fetch: return try matched(await fetch(tasks, api), tasks)
        }
    }

    /// Outcomes stand for tasks by their place, so their number must be the same.
    private func matched(_ outcomes: [TaskOutcome], _ tasks: [ConnectorTask]) throws -> CallResult {
        guard outcomes.count == tasks.count else {
            throw CallFailure.protocolError("The connector gave \(outcomes.count) outcomes for \(tasks.count) tasks.")
        }
        return .outcomes(outcomes)
    }
}
