/// Waits for something to become true.
package enum Wait {
    package struct Late: Error, CustomStringConvertible {
        package let description: String
    }

    /// Asks again and again, until there is an answer or the time is up.
    @discardableResult
    package static func until<Value>(
        _ what: String, within limit: Duration = .seconds(90), _ ask: () async throws -> Value?
    ) async throws -> Value {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            if let value = try await ask() { return value }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw Late(description: "not in \(limit): \(what)")
    }
}
