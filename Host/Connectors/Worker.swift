import Foundation
import Logging
import PatchbayModel

/// A process that holds one loaded connector. Ended when the last one lets go of it.
final class Worker: Sendable {
    let link: WorkerLink
    let descriptor: ConnectorDescriptor
    private let ended: EndSignal

    private init(link: WorkerLink, descriptor: ConnectorDescriptor, ended: EndSignal) {
        self.link = link
        self.descriptor = descriptor
        self.ended = ended
    }

    deinit { link.stop() }

    /// Starts a worker and loads the connector. Throws `LoadRefusal` when the connector cannot be used, or `ConnectorError`.
    static func start(
        plugin: OwnedDescriptor, name: String, program: String, deadlines: WorkerDeadlines, logger: Logger
    ) async throws -> Worker {
        let channel: WorkerChannel
        let far: WorkerChannel.FarEnds
        do {
            (channel, far) = try WorkerChannel.make()
        } catch {
            throw ConnectorError(.workerMissing, "No worker could be started: \(error.text). Too many files may be open.")
        }
        let link = WorkerLink(channel: channel, deadlines: deadlines)
        let ended = EndSignal()
        let frame = try await link.greeting {
            Thread.detachNewThread {
                WorkerThread(link: link, name: name, logger: logger).run(program: program, plugin: plugin, far: far)
                ended.fire()
            }
        }
        do {
            let descriptor = try greet(frame)
            return Worker(link: link, descriptor: descriptor, ended: ended)
        } catch {
            link.stop()
            await ended.wait()
            throw error
        }
    }

    /// Reads the worker's first words.
    private static func greet(_ frame: Frame) throws -> ConnectorDescriptor {
        do {
            switch FrameKind(rawValue: frame.kind) {
            case .hello:
                let descriptor = try DescriptorDecoding.descriptor(frame.payload)
                try DescriptorRules(descriptor).check()
                return descriptor
            case .loadFailed:
                var reader = FrameReader(frame.payload)
                let reason = try reader.required("reason")
                let words = try reader.words(bytesMax: Limits.lastWordsBytesMax) ?? ""
                throw LoadRefusal(reason: RefusalReason(rawValue: reason), sentence: words)
            default: throw WireFault("greeted with a frame of kind \(frame.kind)")
            }
        } catch let fault as WireFault {
            throw LoadRefusal(reason: .descriptorInvalid, sentence: "It \(fault.text).")
        }
    }

    /// Ends the worker and waits until nothing is left of it. Open calls end as cancelled.
    func stop() async {
        link.stop()
        await ended.wait()
    }
}

/// Why a file in a plugins directory is not used, as a stable word.
package struct RefusalReason: RawRepresentable, Hashable, Sendable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    // Seen by the host
    package static let unreadable = RefusalReason(rawValue: "unreadable")
    package static let link = RefusalReason(rawValue: "link")
    package static let notRegularFile = RefusalReason(rawValue: "not_regular_file")
    package static let empty = RefusalReason(rawValue: "empty")
    package static let tooLarge = RefusalReason(rawValue: "too_large")
    package static let duplicate = RefusalReason(rawValue: "duplicate")
    package static let descriptorInvalid = RefusalReason(rawValue: "descriptor_invalid")
    package static let crashedOnLoad = RefusalReason(rawValue: "crashed_on_load")
    package static let timeoutOnLoad = RefusalReason(rawValue: "timeout_on_load")
    // Seen by the worker; load.c names them
    package static let notLoadable = RefusalReason(rawValue: "not_loadable")
    package static let symbolMissing = RefusalReason(rawValue: "symbol_missing")
    package static let entryMalformed = RefusalReason(rawValue: "entry_malformed")
    package static let majorVersion = RefusalReason(rawValue: "abi_major")
    package static let minorVersion = RefusalReason(rawValue: "abi_minor")
    package static let descriptorMalformed = RefusalReason(rawValue: "descriptor_malformed")
    package static let descriptorChanges = RefusalReason(rawValue: "descriptor_changes")
}

/// A file that cannot be used, with its reason.
struct LoadRefusal: Error {
    let reason: RefusalReason
    /// Whole sentences for a person.
    let sentence: String
}
