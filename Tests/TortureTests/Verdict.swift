import TestSupport
import Testing

/// Compares what the store says with what the systems hold.
struct Verdict {
    let bench: Bench
    /// To each system.
    let tasks: Int
    let settled: Bool
    /// Fewer than a listing shows at once.
    static let tasksOfMeeting = 500

    /// One line for each task that is lost, doubled or not known by its external id.
    func problems() async throws -> [String] {
        var listed: [JSON] = []
        for meeting in 0...tasks / Self.tasksOfMeeting {
            listed += try await bench.desk.must("task", "list", "--meeting", "m-\(meeting)", "--limit", "1000").result[
                "tasks"
            ].items
        }
        var found: [String] = settled ? [] : ["it never came to rest: \(try await bench.desk.must("status").out)"]
        if listed.count != tasks { found.append("the store holds \(listed.count) tasks instead of \(tasks)") }
        var questionable: [String] = []
        for system in Bench.systems {
            let remote = Dictionary(
                grouping: try await bench.emulator.tasks(system), by: { $0["deliveryId"].text ?? "" })
            var expected: Set<String> = []
            for entry in listed {
                let id = entry["id"].text ?? ""
                guard let delivery = entry["deliveries"].items.first(where: { $0["integration"].text == system }) else {
                    found.append("\(system): \(id) has no delivery")
                    continue
                }
                let deliveryID = delivery["deliveryId"].text ?? ""
                expected.insert(deliveryID)
                guard let flaw = flaw(of: delivery, entry["title"], remote[deliveryID] ?? []) else { continue }
                found.append("\(system): \(id), delivery \(deliveryID), \(delivery["state"].text ?? ""): \(flaw)")
                questionable.append(id)
            }
            for (id, strangers) in remote where !expected.contains(id) {
                found.append(
                    "\(system): \(strangers.count) tasks of a delivery the store does not know: "
                        + "\(strangers.map(\.line))"
                )
            }
        }
        if let first = questionable.first { found.append(try await story(of: first)) }
        return found.count > 20 ? found.prefix(19) + ["and \(found.count - 19) more", found.last ?? ""] : found
    }

    private func flaw(of delivery: JSON, _ title: JSON, _ there: [JSON]) -> String? {
        switch there.count {
        case 0: "lost"
        case 1 where delivery["state"] != "delivered": "not delivered in the store"
        case 1 where delivery["externalId"] != there[0]["id"]:
            "external id \(delivery["externalId"]) instead of \(there[0]["id"])"
        case 1 where there[0]["title"] != title: "it has the title of another task: \(there[0]["title"])"
        case 1: nil
        default: "doubled: \(there.map(\.line))"
        }
    }

    /// The life of one task, for whoever looks for the cause.
    private func story(of task: String) async throws -> String { try await bench.desk.run("explain", task).out }
}
