import Foundation
import Synchronization

/// The faults that wait for their request.
final class FaultBook: Sendable {
    private struct Waiting {
        var fault: Fault
        var seen = 0
        var applied = 0
    }

    private struct State {
        var waiting: [Waiting] = []
        var generator: SeededGenerator
        var nextNumber = 1
    }

    private let state: Mutex<State>

    init(seed: UInt64) {
        state = Mutex(State(generator: SeededGenerator(seed: seed)))
    }

    /// Adds a fault and gives its id.
    func add(_ fault: Fault) throws -> String {
        if let defect = fault.defect { throw ControlError(defect) }
        return try state.withLock { state in
            guard state.waiting.count < EmulatorLimits.faultsMax else {
                throw ControlError("\(EmulatorLimits.faultsMax) faults wait already; remove some with DELETE /faults")
            }
            var fault = fault
            if fault.id == nil { fault.id = "fault-\(state.nextNumber)" }
            state.nextNumber += 1
            state.waiting.append(Waiting(fault: fault))
            return fault.id ?? ""
        }
    }

    func removeAll() {
        state.withLock { $0.waiting = [] }
    }

    func seed(_ seed: UInt64) {
        state.withLock { $0.generator = SeededGenerator(seed: seed) }
    }

    /// The faults that strike this request, in the order they were added.
    func strike(_ system: SystemName, _ call: PreparedCall) -> [Fault] {
        state.withLock { state in
            guard !state.waiting.isEmpty else { return [] }
            var struck: [Fault] = []
            for index in state.waiting.indices where Self.matches(state.waiting[index].fault, system, call) {
                let fault = state.waiting[index].fault
                state.waiting[index].seen += 1
                let times = fault.times ?? (fault.probability == nil && fault.kind != .tooLarge ? 1 : 0)
                if state.waiting[index].seen <= fault.skip ?? 0 { continue }
                if times > 0, state.waiting[index].applied >= times { continue }
                if let probability = fault.probability, state.generator.unit() >= probability { continue }
                state.waiting[index].applied += 1
                struck.append(fault)
            }
            return struck
        }
    }

    /// All faults with how often each was seen and applied.
    var json: JSON {
        let waiting = state.withLock { $0.waiting }
        return .array(
            waiting.map { entry in
                [
                    "id": .optional(entry.fault.id), "kind": .string(entry.fault.kind.rawValue),
                    "system": .optional(entry.fault.system?.rawValue), "operation": .optional(entry.fault.operation),
                    "seen": .integer(entry.seen), "applied": .integer(entry.applied),
                ]
            })
    }

    private static func matches(_ fault: Fault, _ system: SystemName, _ call: PreparedCall) -> Bool {
        if let wanted = fault.system, wanted != system { return false }
        if let wanted = fault.operation, wanted != call.operation.name, wanted != call.operation.kind.rawValue {
            return false
        }
        if let wanted = fault.method, wanted.uppercased() != call.request.method { return false }
        if let wanted = fault.path, !call.request.path.hasPrefix(wanted) { return false }
        if let wanted = fault.bodyContains, call.request.body.range(of: Data(wanted.utf8)) == nil { return false }
        if fault.kind == .tooLarge, call.request.body.count <= fault.bytes ?? 0 { return false }
        if let wanted = fault.token, !TokenRecord.carries(wanted, header: call.request.authorization) { return false }
        return true
    }
}

/// A small generator whose whole run follows from its seed (SplitMix64), so that a run with chance in it can be
/// repeated.
struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, not including, 1.
    mutating func unit() -> Double {
        Double(next() >> 11) / Double(1 << 53)
    }
}
