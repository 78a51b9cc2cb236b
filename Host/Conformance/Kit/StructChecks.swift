import PatchbayConnectors
import PatchbayModel

/// Gives a connector structs of other sizes, numbers that it cannot know, and many instances.
struct StructChecks {
    let stage: Stage
    let scripts: [Script]

    private var notes: Notebook { stage.notes }
    private var probe: ConnectorProbe { ConnectorProbe(stage.connector) }
    /// An answer that every connector has to get along with.
    private static let fault = HTTPResponse(
        status: 500, headers: [HTTPField("content-type", "text/plain")], body: Array("fault".utf8))

    /// All of them. Throws what ended the worker for good.
    func run() async throws {
        await larger()
        await tooSmall()
        await unknownNumbers()
        await endEarly()
        await memory()
    }

    private func answers(_ script: Script) -> (Int, HTTPRequest) -> HTTPResponse? {
        { place, _ in place < script.answers.count ? script.answers[place] : Self.fault }
    }

    private func larger() async {
        for script in scripts {
            let ours = await stage.call(script, answers(script))
            guard (try? await probe.shape(.larger)) != nil else { return }
            let larger = await stage.call(script, answers(script))
            try? await probe.shape(.ours)
            notes.look(.larger)
            if !ours.isSame(as: larger) {
                notes.fail(.larger, "\(script.name) with larger structs differs: \(ours.difference(to: larger))")
            }
        }
    }

    private func tooSmall() async {
        for script in scripts {
            await refuses(script, .tooSmall, "an opening", opens: true)
            if !script.opening.settings.isEmpty { await refuses(script, .elementsTooSmall, "a setting", opens: true) }
            await refuses(script, .tooSmall, "an operation", opens: false)
            if !script.operation.tasks.isEmpty { await refuses(script, .elementsTooSmall, "a task", opens: false) }
            await refusesResponse(script)
        }
    }

    /// The status of a refusal is that of a broken rule; anything else is none.
    private func judge(_ error: (any Error)?, _ script: Script, _ what: String) {
        notes.look(.tooSmall)
        guard let error else {
            return notes.fail(.tooSmall, "\(script.name): \(what) smaller than in version 1 is taken")
        }
        guard let error = error as? ConnectorError, error.code != .connectorCrashed || error.status != nil else {
            return notes.fail(.crashes, "\(script.name): \(what) smaller than in version 1 ends its process: \(error)")
        }
        guard error.status != 2 else { return }
        let status = error.status.map { "status \($0)" } ?? error.message
        notes.fail(
            .tooSmall,
            "\(script.name): \(what) smaller than in version 1 is answered with \(status), not with INVALID_ARGUMENT")
    }

    private func refuses(_ script: Script, _ shape: StructShape, _ what: String, opens: Bool) async {
        var fault: (any Error)?
        do {
            let session = opens ? nil : try await stage.connector.open(script.opening)
            try await probe.shape(shape)
            if let session {
                _ = try await session.call(script.operation).begin()
            } else {
                _ = try await stage.connector.open(script.opening)
            }
        } catch {
            fault = error
        }
        try? await probe.shape(.ours)
        judge(fault, script, what)
    }

    private func refusesResponse(_ script: Script) async {
        do {
            let call = try await stage.connector.open(script.opening).call(script.operation)
            defer { call.end() }
            guard case .request = try await call.begin().action else { return }
            try await probe.shape(.tooSmall)
            var fault: (any Error)?
            do { _ = try await call.resume(script.answers.first ?? Self.fault) } catch { fault = error }
            try? await probe.shape(.ours)
            judge(fault, script, "a response")
        } catch {
            // That it cannot be begun at all is told by the other checks.
        }
    }

    private func unknownNumbers() async {
        guard let script = scripts.first else { return }
        do {
            let session = try await stage.connector.open(script.opening)
            for number in [UInt32(0), 7, 4_711, .max] {
                let status = try await probe.begin(number, in: session)
                notes.look(.unknownOperation)
                if status != 1 {
                    let word = status.map { "status \($0)" } ?? "a call"
                    notes.fail(.unknownOperation, "operation \(number) is answered with \(word), not with UNSUPPORTED")
                }
            }
            for number in OperationNumber.allCases where stage.connector.descriptor.operations[number] == nil {
                let status = try await probe.begin(number.rawValue, in: session)
                notes.look(.notOffered)
                if status != 1 {
                    let word = status.map { "status \($0)" } ?? "a call"
                    notes.fail(
                        .notOffered,
                        "\(number.word), which it does not offer, is answered with \(word), not with UNSUPPORTED")
                }
            }
        } catch {
            notes.fail(.crashes, "an operation that it does not know: \(error)")
        }
    }

    /// Ends calls after each of their steps, and closes instances with calls open.
    private func endEarly() async {
        for script in scripts {
            for steps in 0...script.answers.count {
                _ = await stage.call(script) { place, _ in place < steps ? script.answers[place] : nil }
                notes.look(.endEarly)
            }
        }
        // What broke shows when the next call is made.
        do { _ = try await probe.memoryBytes() } catch {
            notes.fail(.endEarly, "ending calls early ended its process: \(error)")
        }
    }

    private static let warmUp = 100
    private static let instances = 2_000
    /// A leak of one pointer an instance is 32,000 bytes: the allocator gives no less than 16.
    private static let growthBytesMax = 16_000

    private func memory() async {
        guard let script = scripts.first(where: { !$0.operation.tasks.isEmpty }) ?? scripts.first else { return }
        do {
            // What is kept once, such as a table that grows, is not a leak.
            for _ in 0..<Self.warmUp { _ = await stage.call(script, answers(script)) }
            let before = try await probe.memoryBytes()
            for _ in 0..<Self.instances { _ = await stage.call(script, answers(script)) }
            let after = try await probe.memoryBytes()
            notes.look(.memory, "\(Self.instances) instances left \(max(0, after - before)) bytes")
            if after - before > Self.growthBytesMax {
                notes.fail(
                    .memory,
                    "\(Self.instances) instances with a call each, all closed, left \(after - before) bytes behind")
            }
        } catch {
            notes.fail(.memory, "\(error)")
        }
    }
}
