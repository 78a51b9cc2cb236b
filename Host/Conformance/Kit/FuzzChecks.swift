import PatchbayModel

/// Answers damaged at random: the same seed damages the same way.
struct FuzzChecks {
    let stage: Stage
    let scripts: [Script]
    let seed: UInt64
    let rounds: Int

    private static let statuses = [
        200, 200, 200, 201, 204, 207, 301, 400, 401, 403, 404, 409, 412, 422, 429, 500, 502, 503,
    ]
    /// What stands in for answers where none are recorded.
    private static let seeds = [
        #"""
        {"data": {"id": "1", "gid": "2", "key": "K-1", "name": "n", "issueCreate": {"success": true, "issue": null}}}
        """#,
        #"{"errors": [{"message": "m", "code": 1, "extensions": {"code": "X"}}], "data": null}"#,
        #"""
        {"id": 1, "issues": [{"id": "1", "key": "K", "fields": {}}], "total": 1, "isLast": true, "nextPageToken": "t"}
        """#,
        #"[{"status_code": 201, "body": {"data": {"gid": "1"}}, "headers": {}}]"#,
    ]

    func run() async {
        guard !scripts.isEmpty else { return }
        var chance = SplitMix(seed)
        for round in 0..<rounds {
            let script = scripts[round % scripts.count]
            let answers = (0..<8).map { place in
                damaged(
                    place < script.answers.count ? script.answers[place] : AnswerChecks.json(pick(Self.seeds, &chance)),
                    &chance)
            }
            let trace = await stage.call(script) { place, _ in answers[place % answers.count] }
            stage.notes.look(.fuzz, "\(rounds) calls, seed \(seed)")
            if let error = trace.error, error.code != .settingsInvalid {
                stage.notes.fail(.fuzz, "\(script.name), round \(round) of seed \(seed): \(trace.told)")
            }
        }
    }

    private func pick<Element>(_ elements: [Element], _ chance: inout SplitMix) -> Element {
        elements[Int(chance.next() % UInt64(elements.count))]
    }

    private func damaged(_ answer: HTTPResponse, _ chance: inout SplitMix) -> HTTPResponse {
        var answer = answer
        if chance.next() % 3 == 0 { answer.status = pick(Self.statuses, &chance) }
        if chance.next() % 8 == 0 {
            answer.headers.append(
                HTTPField(pick(["retry-after", "x-ratelimit-remaining", "location"], &chance), "\(chance.next())"))
        }
        for _ in 0..<(chance.next() % 4) { damage(&answer.body, &chance) }
        return answer
    }

    private func damage(_ body: inout [UInt8], _ chance: inout SplitMix) {
        guard !body.isEmpty else { return body = Array("{}".utf8) }
        let place = Int(chance.next() % UInt64(body.count))
        switch chance.next() % 6 {
        case 0: body[place] ^= UInt8(1 << (chance.next() % 8))
        case 1: body.removeSubrange(place...)
        case 2: body.insert(contentsOf: body[place...].prefix(64), at: place)
        case 3: body.removeSubrange(place..<min(body.count, place + Int(chance.next() % 16)))
        case 4: body.replaceSubrange(place..<min(body.count, place + 1), with: pick(Self.pieces, &chance).utf8)
        default:
            // A value of another kind in the place of a text or a number.
            guard let colon = body[place...].firstIndex(of: UInt8(ascii: ":")) else { return }
            let end = body[colon...].firstIndex { ",}".utf8.contains($0) } ?? body.count
            body.replaceSubrange((colon + 1)..<max(colon + 1, end), with: pick(Self.pieces, &chance).utf8)
        }
    }

    private static let pieces = [
        "null", "true", "-1", "1e999", "99999999999999999999", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "[]", "{}",
        "[[[[]]]]", "\"x\"",
        "\u{0}",
        "\"" + String(repeating: "y", count: 5_000) + "\"",
    ]
}

/// Random numbers that a seed determines, on every machine.
struct SplitMix {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
