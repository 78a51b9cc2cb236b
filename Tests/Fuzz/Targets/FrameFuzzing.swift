import Foundation
@testable import PatchbayConnectors
import PatchbayModel

/// What the host reads of a worker: the first byte says what the rest is.
enum FrameFuzzing {
    static func read(_ input: [UInt8]) {
        guard input.count > 1 else { return }
        let payload = Array(input[2...])
        switch input[0] & 7 {
        case 6: descriptor(payload)
        case 7: frames(payload)
        case let number:
            let operation = OperationNumber(rawValue: UInt32(number) + 1) ?? .check
            step(payload, operation, tasks: Int(input[1] % 4))
        }
    }

    private static func step(_ payload: [UInt8], _ operation: OperationNumber, tasks: Int) {
        guard let step = try? StepDecoding.step(payload, operation: operation, tasks: tasks) else { return }
        for fact in step.budgetFacts {
            precondition(fact.limit ?? 0 <= Limits.budgetUnitsMax && fact.remaining ?? 0 <= Limits.budgetUnitsMax)
        }
        switch step.action {
        case .request(let request):
            precondition(!StepDecoding.isResult(payload) && request.writeCost >= 1)
            precondition(request.writeCost <= Limits.budgetUnitsMax)
        case .done(let result):
            precondition(StepDecoding.isResult(payload))
            precondition(result.outcome != .completed || result.outcomes.count + result.missing.count == tasks)
            for outcome in result.outcomes {
                precondition(outcome.index < tasks && outcome.candidates.count <= Limits.candidatesMax)
                precondition(!outcome.saysItExists || operation == .fetch || outcome.externalID?.isEmpty == false)
                precondition(outcome.warnings.count <= Limits.warningsMax)
            }
        }
    }

    private static func descriptor(_ payload: [UInt8]) {
        guard let descriptor = try? DescriptorDecoding.descriptor(payload) else { return }
        guard (try? DescriptorRules(descriptor).check()) != nil else { return }
        precondition(!descriptor.id.isEmpty && !descriptor.integrationTypes.isEmpty)
        _ = try? descriptor.completed([:])
        _ = try? descriptor.completed(["host": .text("https://example.com")], isPartial: true)
        _ = descriptor.tokenKind(named: nil)
    }

    /// The same socket each time: an input is read to its end, or until it is refused.
    private static func frames(_ bytes: [UInt8]) {
        guard let (channel, far) = try? WorkerChannel.make() else { return }
        try? far.give { ends in _ = unsafe send(ends.socket.number, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
        var inbox = FrameInbox(frameBytesMax: 4_096)
        while true {
            guard case .frames(let frames) = inbox.read(from: channel) else { return }
            for frame in frames {
                precondition(frame.payload.count <= 4_096)
                switch FrameKind(rawValue: frame.kind) {
                case .hello?: descriptor(frame.payload)
                case .step?: step(frame.payload, .find, tasks: 2)
                default: break
                }
            }
        }
    }
}
