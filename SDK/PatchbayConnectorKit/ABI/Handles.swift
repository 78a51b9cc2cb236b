import CPatchbay

/// One opened connector; what a `patchbay_instance` points to.
final class Instance {
    let connector: any Connector
    private let batchMaxima: [Operation: Int]

    /// Opens the connector. Throws `SettingsFailure` when it refuses its settings.
    init(_ type: any Connector.Type, _ opening: Opening) throws {
        connector = try type.init(opening)
        batchMaxima = Dictionary(type.descriptor.operations.map { ($0.operation, $0.batchMax) }) { first, _ in first }
    }

    /// Begins a call from the host's struct. Throws when the operation is not offered or the host broke a rule.
    func begin(_ pointer: UnsafePointer<patchbay_operation>?) throws -> (Call, UnsafePointer<patchbay_step>) {
        let asked: patchbay_operation = try unsafe Reading.sized(UnsafeRawPointer(pointer))
        guard let operation = unsafe Operation(rawValue: asked.number), let batchMax = batchMaxima[operation] else {
            throw BrokenRule.unsupported
        }
        let tasks = try unsafe Reading.array(asked.tasks) { (task: patchbay_task) in try unsafe ConnectorTask(task) }
        guard tasks.count <= batchMax || !operation.takesTasks else { throw BrokenRule.argument }
        let call = unsafe Call(CallEngine(nowUnixMs: asked.now_unix_ms))
        return unsafe (call, call.begin(connector, operation, tasks))
    }
}

/// One open call and the memory of its last step; what a `patchbay_call` points to.
final class Call {
    let engine: CallEngine
    private let arena = Arena()

    init(_ engine: CallEngine) {
        self.engine = engine
    }

    /// Runs to the first step.
    func begin(_ connector: any Connector, _ operation: Operation, _ tasks: [ConnectorTask]) -> UnsafePointer<
        patchbay_step
    > {
        unsafe written(engine.begin { try await connector.perform(operation, tasks, $0) })
    }

    /// Runs to the next step.
    func resume(_ response: Response) -> UnsafePointer<patchbay_step> {
        unsafe written(engine.resume(response))
    }

    private func written(_ position: CallEngine.Position) -> UnsafePointer<patchbay_step> {
        let remarks = engine.remarks
        return unsafe arena.step(position, facts: remarks.facts, diagnostic: remarks.diagnostic)
    }
}
