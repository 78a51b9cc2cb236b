import Foundation
import PatchbayModel
import Testing

@testable import PatchbayTransport

@Suite("A lost answer")
struct LostAnswerTests {
    @Test("is told from a request that was never sent")
    func refusedConnection() async throws {
        let server = try ScriptedServer { _ in .close }
        let port = server.port
        server.stop()
        let transport = try Transport(TransportConfiguration(version: "test"))
        // The port may stay open for a moment after the stop.
        var result: TransferResult
        repeat {
            result = await transport.perform(
                create(), to: try BaseURL(parsing: "http://127.0.0.1:\(port)"), credential: nil)
        } while result.kind == "lost"
        #expect(result.kind == "notSent" && result.error?.code == .unreachable)
        let name = await transport.perform(
            create(), to: try BaseURL(parsing: "https://no-such-host.invalid"), credential: nil)
        #expect(name.kind == "notSent" && name.error?.message.contains("no-such-host.invalid") == true)
        await transport.shutdown()
    }

    @Test("is lost when the server closes, cuts its body or its headers, or breaks the protocol")
    func broken() async throws {
        let full = answer(200, Array(repeating: 65, count: 1_000))
        let actions: [ServerAction] = [
            .close, .answerThenClose(Array(full.prefix(500))),
            .answerThenClose(Array("HTTP/1.1 200 OK\r\nContent-Le".utf8)),
            .answerThenClose(Array("nonsense\r\n\r\n".utf8)),
            .answerThenClose(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab".utf8)),
            .answerThenClose(answer(200, Array("not gzip".utf8), headers: ["Content-Encoding: gzip"])),
        ]
        for action in actions {
            try await withServer { _ in
                action
            } _: { transport, base, server in
                let result = await transport.perform(create(), to: base, credential: TestCredential())
                #expect(result.kind == "lost", "\(action): \(result)")
                #expect(server.received.count == 1)
            }
        }
    }

    @Test("of a once request on a kept connection is not sent a second time behind our back")
    func keptConnection() async throws {
        try await withServer { request in
            request.ordinal == 0 ? .answer(answer()) : .close
        } _: { transport, base, server in
            _ = try await transport.perform(get(), to: base, credential: nil).response()
            let result = await transport.perform(create(), to: base, credential: nil)
            #expect(result.kind == "lost")
            #expect(server.received.filter { $0.head.hasPrefix("POST") }.count == 1)
        }
    }

    @Test("of a repeatable request on a kept connection is tried on a fresh one")
    func repeatable() async throws {
        try await withServer { request in
            request.ordinal == 0 ? .answer(answer()) : .close
        } _: { transport, base, server in
            _ = try await transport.perform(get("/1"), to: base, credential: nil).response()
            _ = try await transport.perform(get("/2"), to: base, credential: nil).response()
            #expect(server.received.map(\.target) == ["/1", "/2", "/2"])
        }
    }

    @Test("is lost when the server is silent for too long")
    func slow() async throws {
        var limits = TransportLimits()
        limits.exchangeTimeout = .milliseconds(200)
        try await withServer(limits) { _ in
            .hang(Array("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab".utf8))
        } _: { transport, base, _ in
            let result = await transport.perform(create(), to: base, credential: nil)
            #expect(result.kind == "lost" && result.error?.message.contains("too long") == true)
        }
    }

    @Test("is lost when it is cancelled under way, and not sent when cancelled before")
    func cancel() async throws {
        let (sent, signal) = AsyncStream<Void>.makeStream()
        try await withServer { _ in
            signal.yield()
            return .hang([])
        } _: { transport, base, server in
            let task = Task { await transport.perform(create(), to: base, credential: nil) }
            for await _ in sent { break }
            task.cancel()
            let result = await task.value
            #expect(result.kind == "lost" && result.error?.code == .cancelled)
            let early = Task {
                unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                return await transport.perform(create(), to: base, credential: nil)
            }
            #expect(await early.value.kind == "notSent")
            #expect(server.received.count == 1)
        }
    }

    @Test("ends a shutdown at once, and nothing is taken after it")
    func shutdown() async throws {
        let (sent, signal) = AsyncStream<Void>.makeStream()
        let server = try ScriptedServer { _ in
            signal.yield()
            return .hang([])
        }
        defer { server.stop() }
        let base = try BaseURL(parsing: server.url)
        let transport = try Transport(TransportConfiguration(version: "test"))
        let task = Task { await transport.perform(create(), to: base, credential: nil) }
        for await _ in sent { break }
        await transport.shutdown()
        #expect(await task.value.kind == "lost")
        #expect(await transport.perform(create(), to: base, credential: nil).kind == "notSent")
        await transport.shutdown()
    }

    @Test("leaves none of the tasks on its thread behind when it shuts down under them")
    func tasksOnTheThread() async throws {
        let (sent, signal) = AsyncStream<Void>.makeStream()
        let server = try ScriptedServer { _ in
            signal.yield()
            return .hang([])
        }
        defer { server.stop() }
        let base = try BaseURL(parsing: server.url)
        let transport = try Transport(TransportConfiguration(version: "test"))
        let threads = AsyncStream<UInt>.makeStream()
        let tasks = (0..<20).map { _ in
            Task(executorPreference: transport.executor) {
                threads.continuation.yield(UInt(pthread_self()))
                return await transport.perform(create(), to: base, credential: nil).kind
            }
        }
        var seen: Set<UInt> = []
        for await thread in threads.stream.prefix(20) { seen.insert(thread) }
        #expect(seen.count == 1)
        for await _ in sent { break }
        await transport.shutdown()
        for task in tasks { #expect(["lost", "notSent"].contains(await task.value)) }
        let late = Task(executorPreference: transport.executor) {
            await transport.perform(create(), to: base, credential: nil).kind
        }
        #expect(await late.value == "notSent")
    }
}
