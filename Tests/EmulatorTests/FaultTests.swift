import Foundation
import PatchbayEmulator
import Testing

@Suite("Faults")
struct FaultTests {
    private static let systems = ["asana", "jira", "linear"]

    @Test("drop before: the connection is cut and nothing is made", arguments: systems)
    func dropBefore(system: String) async throws {
        try await withEmulator { (vendors) async throws in
            try await vendors.control(
                "POST", "/faults", ["system": .string(system), "operation": "create", "kind": "drop-before"])
            await #expect(throws: (any Error).self) { try await vendors.create(system) }
            #expect(try await vendors.count(system) == 0)
            _ = try await vendors.create(system)
            #expect(try await vendors.count(system) == 1)
        }
    }

    @Test("drop after: the task is made and the answer lost", arguments: systems)
    func dropAfter(system: String) async throws {
        try await withEmulator { (vendors) async throws in
            try await vendors.control(
                "POST", "/faults", ["system": .string(system), "operation": "create", "kind": "drop-after"])
            await #expect(throws: (any Error).self) { try await vendors.create(system) }
            #expect(try await vendors.count(system) == 1)
        }
    }

    @Test("status: any status, in the vendor's shape or none, before or after the work", arguments: systems)
    func status(system: String) async throws {
        try await withEmulator { (vendors) async throws in
            let name = JSON.string(system)
            try await vendors.control(
                "POST", "/faults",
                [
                    ["system": name, "operation": "create", "kind": "status", "status": 503, "retryAfter": 0],
                    [
                        "system": name, "operation": "create", "kind": "status", "status": 502, "body": "html",
                        "skip": 1,
                    ],
                    [
                        "system": name, "operation": "create", "kind": "status", "status": 500, "body": "empty",
                        "processed": true,
                        "skip": 2,
                    ],
                    [
                        "system": name, "operation": "create", "kind": "status", "status": 418, "body": "text",
                        "text": "tea", "skip": 3,
                    ],
                ])
            let first = try await vendors.create(system)
            #expect(first.status == 503)
            #expect(first.header("retry-after") == "0")
            #expect((first.json["errors"] ?? first.json["errorMessages"]) != nil)
            let second = try await vendors.create(system)
            #expect(second.status == 502)
            #expect(second.text.hasPrefix("<!DOCTYPE html>"))
            #expect(try await vendors.count(system) == 0)
            let third = try await vendors.create(system)
            #expect(third.status == 500)
            #expect(third.data.isEmpty)
            #expect(try await vendors.count(system) == 1)
            #expect(try await vendors.create(system).text == "tea")
        }
    }

    @Test("too large: 413 to what has more bytes than the proxy takes, as often as it comes", arguments: systems)
    func tooLarge(system: String) async throws {
        try await withEmulator { (vendors) async throws in
            try await vendors.control(
                "POST", "/faults", ["system": .string(system), "kind": "too-large", "bytes": 100_000])
            #expect(try await vendors.create(system).status < 300)
            try await vendors.control("POST", "/faults", ["system": .string(system), "kind": "too-large", "bytes": 10])
            for _ in 0..<3 { #expect(try await vendors.create(system).status == 413) }
            #expect(try await vendors.count(system) == 1)
        }
    }

    @Test("a wait told as a time counts from the answer's date", arguments: systems)
    func retryAfterDate(system: String) async throws {
        try await withEmulator { (vendors) async throws in
            try await vendors.control("POST", "/clock", ["system": .string(system), "clockSeconds": 3_600])
            try await vendors.control(
                "POST", "/faults",
                ["system": .string(system), "kind": "status", "status": 429, "retryAfter": 30, "retryAfterDate": true])
            let answer = try await vendors.create(system)
            let format = DateFormatter()
            format.locale = Locale(identifier: "en_US_POSIX")
            format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
            let times = try ["date", "retry-after"].map { try #require(format.date(from: answer.header($0) ?? "")) }
            #expect(
                (30...31).contains(times[1].timeIntervalSince(times[0])) && times[0] > Date().addingTimeInterval(3_500))
        }
    }

    @Test("a fault for one token strikes the requests that carry it and no others", arguments: systems)
    func oneToken(system: String) async throws {
        try await withEmulator { (vendors) async throws in
            let mine =
                ["asana": "asana-demo-token", "jira": "jira-demo-token", "linear": "lin_api_demo_token"][system] ?? ""
            try await vendors.control(
                "POST", "/faults",
                [
                    ["token": .string(mine.dropLast() + ""), "kind": "status", "status": 503],
                    ["token": "another", "kind": "status", "status": 503],
                ])
            #expect(try await vendors.create(system).status < 300)
            try await vendors.control("POST", "/faults", ["token": .string(mine), "kind": "status", "status": 503])
            #expect(try await vendors.create(system).status == 503)
        }
    }

    @Test("k-th request: four pass, the fifth and sixth are struck, the seventh passes")
    func kth() async throws {
        try await withEmulator { (vendors) async throws in
            try await vendors.control(
                "POST", "/faults",
                ["system": "jira", "operation": "create", "kind": "status", "status": 500, "skip": 4, "times": 2])
            var statuses: [Int] = []
            for _ in 1...7 { statuses.append(try await vendors.create("jira").status) }
            #expect(statuses == [201, 201, 201, 201, 500, 500, 201])
            let faults = try await vendors.control("GET", "/faults")["faults"]?.items
            #expect(faults?.first?["applied"] == 2)
        }
    }

    @Test("chance: the same seed strikes the same requests")
    func chance() async throws {
        let runs = Recorder()
        for _ in 1...2 {
            try await withEmulator { (vendors) async throws in
                try await vendors.control("POST", "/settings", ["seed": 42])
                try await vendors.control(
                    "POST", "/faults",
                    ["system": "asana", "kind": "status", "status": 500, "probability": .number(0.5)])
                var statuses: [Int] = []
                for _ in 1...16 { statuses.append(try await vendors.account("asana").status) }
                await runs.add(statuses)
            }
        }
        let both = await runs.runs
        #expect(both.count == 2)
        #expect(both.first == both.last)
        #expect(Set(both.first ?? []) == [200, 500])
    }

    @Test("match: a fault strikes by path and by what the body holds")
    func match() async throws {
        try await withEmulator { (vendors) async throws in
            try await vendors.control(
                "POST", "/faults",
                [
                    ["path": "/rest/api/3/priority", "kind": "status", "status": 500],
                    ["operation": "issueCreate", "bodyContains": "unlucky", "kind": "status", "status": 500],
                ])
            #expect(try await vendors.account("jira").status == 200)
            #expect(try await vendors.jira("GET", "/priority").status == 500)
            #expect(try await vendors.create("linear", title: "lucky").status == 200)
            #expect(try await vendors.create("linear", title: "unlucky").status == 500)
        }
    }

    @Test("delay: the answer takes as long as it was told to, before and after the work")
    func delay() async throws {
        try await withEmulator { (vendors) async throws in
            try await vendors.control(
                "POST", "/faults",
                [
                    ["system": "asana", "kind": "delay", "delayMilliseconds": 120],
                    ["system": "asana", "kind": "delay", "delayMilliseconds": 120, "when": "after"],
                ])
            let elapsed = try await ContinuousClock().measure { _ = try await vendors.account("asana") }
            #expect(elapsed >= .milliseconds(240))
        }
    }

    @Test("truncate: the head promises more than comes")
    func truncate() async throws {
        try await withEmulator { (vendors) async throws in
            try await vendors.control("POST", "/faults", ["system": "jira", "kind": "truncate"])
            await #expect(throws: (any Error).self) { try await vendors.account("jira") }
            #expect(try await vendors.account("jira").status == 200)
        }
    }

    @Test("garbage, redirect and huge bodies come as asked")
    func bodies() async throws {
        try await withEmulator { (vendors) async throws in
            try await vendors.control("POST", "/faults", ["kind": "garbage"])
            let garbage = try await vendors.account("asana")
            #expect(garbage.status == 200)
            #expect(throws: (any Error).self) { try JSON(parsing: garbage.data) }

            try await vendors.control("POST", "/faults", ["kind": "redirect", "location": "http://127.0.0.1:9/away"])
            let redirect = try await vendors.account("asana")
            #expect(redirect.status == 302)
            #expect(redirect.header("location") == "http://127.0.0.1:9/away")

            try await vendors.control("POST", "/faults", ["kind": "huge", "mebibytes": 3])
            #expect(try await vendors.account("asana").data.count > 3 << 20)
        }
    }

    @Test("gzip bomb: a small body unpacks to what was asked for")
    func bomb() async throws {
        try await withEmulator { (vendors) async throws in
            try await vendors.control("POST", "/faults", ["kind": "huge", "mebibytes": 8, "gzip": true])
            let url = "\(vendors.addresses.asana)/api/1.0/users/me"
            let script = "curl -s -H 'Authorization: Bearer asana-demo-token' '\(url)' | gzip -dc 2>/dev/null | wc -c"
            let text = try await ChildProcess("/bin/sh", ["-c", script]).end()?.output ?? ""
            #expect(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) == 8 << 20)
        }
    }

    @Test("kill: the process named is sent the signal", arguments: ["before", "during", "after"])
    func kill(moment: String) async throws {
        try await withEmulator { (vendors) async throws in
            let process = try ChildProcess("/bin/sleep", ["60"])
            // 9, since a child of a test may start with other signals blocked.
            let kill: JSON = [
                "kind": "kill", "pid": .integer(Int(process.pid)), "signal": 9, "when": .string(moment),
                "system": "jira",
            ]
            try await vendors.control("POST", "/faults", kill)
            #expect(try await vendors.create("jira").status == 201)
            let end = await process.end()
            #expect(end?.bySignal == true)
            #expect(end?.status == 9)
        }
    }

    @Test(
        "bad faults are refused with a sentence",
        arguments: [
            #"{"kind":"status"}"#, #"{"kind":"kill","pid":1}"#, #"{"kind":"delay"}"#, #"{"kind":"redirect"}"#,
            #"{"kind":"nonsense"}"#,
            "[1]",
            #"{"kind":"garbage","probability":2}"#, #"{"kind":"huge","mebibytes":100000}"#,
        ])
    func badFaults(body: String) async throws {
        try await withEmulator { (vendors) async throws in
            let answer = try await Vendors.send("POST", "\(vendors.addresses.control)/faults", try JSON(parsing: body))
            #expect(answer.status == 400)
            #expect(answer.json["error"]?.text?.isEmpty == false)
        }
    }
}

/// Keeps what several runs saw.
private actor Recorder {
    private(set) var runs: [[Int]] = []

    func add(_ run: [Int]) { runs.append(run) }
}
