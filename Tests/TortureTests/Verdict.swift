import Foundation

/// Compares what the store says with what the systems hold.
struct Verdict {
    let desk: Desk
    let emulator: EmulatorProcess
    /// To each system.
    let tasks: Int
    let settled: Bool

    private struct Listing: Decodable {
        struct Result: Decodable { let tasks: [Entry] }
        struct Entry: Decodable {
            let id: String
            let title: String
            let deliveries: [Delivery]
        }
        let result: Result
    }

    private struct Delivery: Decodable {
        let integration: String
        let state: String
        let deliveryId: String
        let externalId: String?
    }

    /// One line for each task that is lost, doubled or not known by its external id.
    func problems() async throws -> [String] {
        let listed = try JSONDecoder().decode(Listing.self, from: try await desk.must("task", "list", "--limit", "1000")).result.tasks
        var found: [String] = settled ? [] : ["it never came to rest: \(String(decoding: try await desk.must("status"), as: UTF8.self))"]
        if listed.count != tasks { found.append("the store holds \(listed.count) tasks instead of \(tasks)") }
        var questionable: [String] = []
        for system in Systems.all {
            let remote = Dictionary(grouping: try await emulator.tasks(system), by: { $0.deliveryId ?? "" })
            var expected: Set<String> = []
            for entry in listed {
                guard let delivery = entry.deliveries.first(where: { $0.integration == system }) else {
                    found.append("\(system): \(entry.id) has no delivery")
                    continue
                }
                expected.insert(delivery.deliveryId)
                guard let flaw = flaw(of: delivery, entry.title, remote[delivery.deliveryId] ?? []) else { continue }
                found.append("\(system): \(entry.id), delivery \(delivery.deliveryId), \(delivery.state): \(flaw)")
                questionable.append(entry.id)
            }
            for (id, strangers) in remote where !expected.contains(id) {
                found.append("\(system): \(strangers.count) tasks of a delivery the store does not know: \(strangers.map(\.title))")
            }
        }
        if let first = questionable.first { found.append(try await story(of: first)) }
        return found.count > 20 ? found.prefix(19) + ["and \(found.count - 19) more", found.last ?? ""] : found
    }

    private func flaw(of delivery: Delivery, _ title: String, _ there: [RemoteTask]) -> String? {
        switch there.count {
        case 0: "lost"
        case 1 where delivery.state != "delivered": "not delivered in the store"
        case 1 where delivery.externalId != there[0].id: "external id \(delivery.externalId ?? "none") instead of \(there[0].id)"
        case 1 where there[0].title != title: "it has the title of another task: \(there[0].title)"
        case 1: nil
        default: "doubled: \(there.map(\.id))"
        }
    }

    /// The life of one task, for whoever looks for the cause.
    private func story(of task: String) async throws -> String {
        let child = try desk.start(["explain", task])
        _ = await child.end(within: .seconds(60))
        return (try? String(contentsOfFile: child.output, encoding: .utf8)) ?? ""
    }
}
