import Foundation
import Testing

/// A house is moved with everything in it. `PATCHBAY_HOUSE=long` moves one of 2,000 tasks, `PATCHBAY_HOUSE_SEED`
/// another one than usual.
@Suite("Moving house", .timeLimit(.minutes(30)))
struct MovingTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let isLong = environment["PATCHBAY_HOUSE"] == "long"
    private static let seed = environment["PATCHBAY_HOUSE_SEED"].flatMap { UInt64($0) } ?? 20_260_511

    @Test(
        """
        what is moved from home to home is nowhere made twice: the systems hold what they held, and what was pending \
        once
        """,
        arguments: ["jsonl", "csv"])
    func moved(_ format: String) async throws {
        let seed = Self.seed + (format == "csv" ? 1 : 0)
        let old = try await OldHouse(tasks: Self.isLong ? 2_000 : 80, seed: seed)
        let (file, lines) = try await old.live(format: format)
        let before = Inventory(lines)
        for state in ["pending", "sending", "delivered", "refused", "waiting", "unknown", "cancelled"] {
            #expect(before.states[state, default: 0] > 0, "seed \(seed): nothing was \(state)")
        }
        var held: [String: [String: Int]] = [:]
        for system in Bench.systems { held[system] = try await old.held(system) }

        let new = try await NewHouse(beside: old.bench)
        let taken = try await new.desk.must("task", "import", file)
        #expect(
            taken.summary["added"].int == lines.count && taken.summary["refused"] == 0, "seed \(seed): \(taken.told)")
        Self.expectSame(before, Inventory(try await new.lines()), "seed \(seed), taken")
        let again = try await new.desk.must("task", "import", file)
        #expect(again.summary["unchanged"].int == lines.count, "seed \(seed): \(again.told)")
        Self.expectSame(before, Inventory(try await new.lines()), "seed \(seed), taken twice")
        for system in Bench.systems {
            #expect(try await old.held(system) == held[system], "seed \(seed): an import sends nothing")
        }

        try await new.settle()
        let after = Inventory(try await new.lines())
        for system in Bench.systems {
            let holds = try await old.held(system)
            Self.expectHeld(before, after, system, held[system] ?? [:], holds, seed)
        }
        let late = try await new.desk.run("task", "import", file)
        #expect(late.status == 0 && late.summary["unchanged"].int == lines.count, "seed \(seed): \(late.told)")
        #expect(
            Inventory(try await new.lines()).states == after.states,
            "seed \(seed): what was taken before does not come again")
    }

    /// Nothing of a delivery is lost on the way, but that nobody sends it just now.
    private static func expectSame(_ old: Inventory, _ new: Inventory, _ when: String) {
        #expect(old.titles == new.titles, "\(when)")
        for system in Bench.systems {
            let (there, here) = (old.all(system), new.all(system))
            #expect(there.map(\.task) == here.map(\.task), "\(when)")
            for (one, other) in zip(there, here) where one.delivery != other.delivery {
                let isSame =
                    one.delivery["state"] == "sending" && other.delivery["state"] == "unknown"
                    && one.delivery["origin"] == other.delivery["origin"]
                    && one.delivery["deliveryId"] == other.delivery["deliveryId"]
                #expect(isSame, "\(when), \(one.task) at \(system): \(one.delivery.line) became \(other.delivery.line)")
            }
        }
    }

    private static func expectHeld(
        _ before: Inventory, _ after: Inventory, _ system: String, _ held: [String: Int], _ holds: [String: Int],
        _ seed: UInt64
    ) {
        let place = "seed \(seed), \(system)"
        #expect(holds.values.allSatisfy { $0 == 1 }, "\(place): doubled \(holds.filter { $0.value > 1 }.keys.sorted())")
        for title in held.keys { #expect(holds[title] == 1, "\(place): \(title) is gone") }
        for (task, title, delivery) in before.all(system) {
            let now = after.deliveries[task]?[system] ?? .null
            let words: Comment = "\(place), \(task): \(delivery.line) became \(now.line)"
            switch delivery["state"].text {
            case "delivered": #expect(now == delivery, words)
            case "refused", "cancelled":
                #expect(now == delivery, words)
                #expect(holds[title] == nil, words)
            case "pending", "waiting":
                #expect(
                    holds[title] == 1 && now["state"] == "delivered" && now["deliveryId"] == delivery["deliveryId"],
                    words)
            default:
                // It was there and is found; or it was not, and is made or left to a person: where no clock spans the
                // move, none decides.
                #expect(now["deliveryId"] == delivery["deliveryId"], words)
                #expect(held[title] == nil || now["state"] == "delivered", words)
                #expect((now["state"] == "delivered") == (holds[title] == 1), words)
                if system == "linear" { #expect(now["state"] == "delivered", words) }
            }
        }
    }

    @Test("an export says what the home that takes it will send, and that this one must not") func told() async throws {
        let bench = try await Bench(["asana", "linear"])
        try await bench.take(Bench.tasks(3), for: "asana")
        try await bench.take(Bench.tasks(2, meeting: "n"), for: "linear")
        try await bench.desk.must("sync", "--integration", "linear")
        let json = try await bench.desk.must("task", "export")
        let said = try #require(json.log.first { $0["command"] == "task export" })
        #expect(
            said["summary"]["count"] == 5 && said["summary"]["toSend"] == 3 && said["summary"]["toLookUp"] == 0,
            json.told)
        #expect(said["summary"]["deliveries"] == ["pending": 3, "delivered": 2], json.told)
        let text = try await bench.desk.run(
            ["task", "export", "--home", bench.desk.home, "--plugins", bench.desk.plugins], raw: true)
        #expect(text.err.contains("3 deliveries are still to be sent") && text.err.contains("must not sync"), text.told)
        #expect(JSON.lines(text.out).count == 5, text.told)
    }
}
