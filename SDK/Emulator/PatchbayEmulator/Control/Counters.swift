/// What one system has seen since the start or the last reset.
struct Counters: Sendable {
    var requests = 0
    /// Answered with the vendor's "too many requests".
    var rejected = 0
    /// Sent although an earlier answer had asked to wait, and the wait was not over.
    var whileWaiting = 0
    var unauthorized = 0
    var concurrentWrites = 0
    var maxConcurrentWrites = 0
    var maxConcurrentReads = 0
    var faultsApplied = 0
    var byOperation: [String: Int] = [:]
    var byStatus: [Int: Int] = [:]

    var json: JSON {
        [
            "requests": .integer(requests), "rejected": .integer(rejected), "whileWaiting": .integer(whileWaiting),
            "unauthorized": .integer(unauthorized), "concurrentWrites": .integer(concurrentWrites),
            "maxConcurrentWrites": .integer(maxConcurrentWrites), "maxConcurrentReads": .integer(maxConcurrentReads),
            "faultsApplied": .integer(faultsApplied),
            "byOperation": .object(
                byOperation.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .integer($0.value)) }),
            "byStatus": .object(
                byStatus.sorted { $0.key < $1.key }.map { JSON.Member(String($0.key), .integer($0.value)) }),
        ]
    }
}
