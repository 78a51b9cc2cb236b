import PatchbayConnectors
import PatchbayModel

/// What a limit of one operation holds for: the requests of one operation of a connector that have the same effect.
///
/// Which operation of the system's a request is, only its connector knows. So a limit that the descriptor does not name
/// holds for the kinds of request whose answers tell of it: a create first asks what it has to know, which is one kind,
/// and then creates, which is another.
package struct RequestKind: Sendable, Hashable {
    package let operation: OperationNumber
    package let effect: RequestEffect

    package init(_ operation: OperationNumber, _ effect: RequestEffect) {
        (self.operation, self.effect) = (operation, effect)
    }

    /// The form in which it is noted.
    var text: String { "\(operation.word) \(effect)" }

    /// Nil for what no host of this version would note.
    init?(text: String) {
        let effects: [RequestEffect] = [.none, .repeatable, .once, .repeatableInCall]
        let known = OperationNumber.allCases.lazy.flatMap { operation in effects.map { RequestKind(operation, $0) } }
        guard let found = known.first(where: { $0.text == text }) else { return nil }
        self = found
    }
}

/// That a limit has no room before a time.
package struct BudgetWait: Sendable, Hashable {
    package let until: Timestamp
    /// It is a limit of this kind of request alone: others with the same token need not wait.
    package let isOfKind: Bool
}
