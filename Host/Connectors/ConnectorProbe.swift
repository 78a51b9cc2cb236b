import PatchbayModel

/// How the structs that a connector is given are shaped. The raw values are those of the worker.
package enum StructShape: UInt32, Sendable {
    /// As this version makes them.
    case ours = 0
    /// As a later version would: with more at the end, and a larger stride.
    case larger = 1
    /// Smaller than version 1, which is to be refused.
    case tooSmall = 2
    /// The same for what lies in arrays.
    case elementsTooSmall = 3
}

/// Does to a connector what no host does, to see whether it keeps the rules.
package struct ConnectorProbe: Sendable {
    private let connector: Connector

    package init(_ connector: Connector) { self.connector = connector }

    /// From now on, until its worker ends, the connector is given structs of this shape.
    package func shape(_ shape: StructShape) async throws {
        var frame = FrameWriter(.shape, id: 0)
        frame.put(shape.rawValue)
        guard let bytes = frame.finish(bytesMax: Limits.frameBytesMax) else { return }
        let worker = try await connector.shelf.worker()
        defer { worker.use.leave() }
        worker.link.tell(bytes)
    }

    /// Bytes of memory that the worker has in use.
    package func memoryBytes() async throws -> Int {
        let worker = try await connector.shelf.worker()
        defer { worker.use.leave() }
        let answer = try await ask(worker.link) { FrameWriter(.ping, id: $0) }
        var reader = FrameReader(answer.payload)
        do { return Int(try reader.integer(in: 0...Int64(Int32.max) << 16)) } catch {
            throw ConnectorError.protocolBroken(by: connector.descriptor, error)
        }
    }

    /// Begins a call of any number, without tasks, and gives the status that the connector returned; nil when it began
    /// one, which is then ended. Throws what ended the worker.
    package func begin(_ number: UInt32, in session: ConnectorSession) async throws -> Int32? {
        let place = try await session.enter()
        defer { place.worker.use.leave() }
        let link = place.worker.link
        let answer = try await ask(link) { id in
            var frame = FrameWriter(.begin, id: id)
            frame.put(place.instance)
            frame.put(number)
            frame.put(Int64(0))
            frame.put(UInt32(0))
            return frame
        }
        guard FrameKind(rawValue: answer.kind) == .callFailed else {
            // A step that was the last has ended the call; ending it again does nothing.
            link.endCall(answer.id)
            return nil
        }
        var reader = FrameReader(answer.payload)
        do { return Int32(bitPattern: try reader.number()) } catch {
            throw ConnectorError.protocolBroken(by: connector.descriptor, error)
        }
    }

    private func ask(_ link: WorkerLink, _ frame: (UInt64) -> FrameWriter) async throws -> Frame {
        let id = try link.takeCall()
        guard let bytes = frame(id).finish(bytesMax: Limits.frameBytesMax) else {
            preconditionFailure("a small frame is too large")
        }
        let answer = try await link.ask(bytes, id: id)
        if FrameKind(rawValue: answer.kind) != .step { link.callEnded(id) }
        return answer
    }
}
