import Foundation
import Logging
import PatchbayConnectors
import PatchbayInput
import PatchbayModel
import Synchronization

/// Writes each call of a command into a folder, one file a call, as HAR.
///
/// It stands where a connector's request leaves the connector and where the masked answer comes back, so it never has a
/// token. Being unable to record never stops a call: a task is worth more than its recording.
package final class Recorder: Sendable {
    private struct State {
        var files = 0
        var bytes = 0
        var failure: RecordingError?
    }

    /// Where the recordings go.
    package let folder: String
    private let version: String
    private let logger: Logger
    /// Tells the files of this run from those of others in the same folder.
    private let run: String
    private let state = Mutex(State())

    /// Makes the folder, for the owner alone, when it is missing. Throws `recording_unwritable`.
    package init(folder: String, version: String, logger: Logger) throws(RecordingError) {
        self.folder = URL(fileURLWithPath: folder).standardizedFileURL.path
        self.version = version
        self.logger = logger
        run = Self.moment(.now) + "-" + String(UUID().uuidString.lowercased().prefix(8))
        do {
            // The program's umask takes away what others could do with it, and with the files in it.
            try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        } catch {
            throw RecordingError(
                .recordingUnwritable,
                "The folder \(folder) cannot be made: \(error.localizedDescription). Name another with --record.")
        }
        let facts = try? FileManager.default.attributesOfItem(atPath: self.folder)
        let mode = (facts?[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
        guard facts?[.type] as? FileAttributeType == .typeDirectory, mode & 0o022 == 0, access(self.folder) else {
            throw RecordingError(
                .recordingUnwritable,
                "The folder \(folder) cannot be written, or can be by others too: recordings hold your tasks. Name "
                    + "another with --record."
            )
        }
    }

    private func access(_ folder: String) -> Bool { FileManager.default.isWritableFile(atPath: folder) }

    /// For the calls of one integration.
    package func link(
        _ connector: Connector, integration: String, type: String, opening: ConnectorOpening, base: BaseURL
    ) -> LinkRecorder {
        let identity = RecordedCall.Identity(
            connector: connector.descriptor.id, version: connector.descriptor.version, type: type,
            integration: integration)
        return LinkRecorder(recorder: self, connector: connector, identity: identity, opening: opening, base: base)
    }

    /// Files written, and why it stopped, if it did.
    package var written: (files: Int, failure: RecordingError?) { state.withLock { ($0.files, $0.failure) } }

    /// Writes one call: whole or not at all, under a name of its own.
    func write(_ recording: Recording, base: BaseURL) {
        let number = state.withLock { state -> Int? in
            guard state.failure == nil else { return nil }
            guard state.files < Limits.recordingFilesMax, state.bytes < Limits.recordingRunBytesMax else {
                state.failure = RecordingError(
                    .recordingUnwritable,
                    "The recording is as large as one may be; what came later was not recorded. Sync less at once.")
                return nil
            }
            state.files += 1
            return state.files
        }
        guard let number else { return }
        let call = recording.call
        let place = String(repeating: "0", count: max(0, 5 - "\(number)".count)) + "\(number)"
        let name = "\(run)-\(place)-\(Self.plain(call.identity.integration))-\(Self.plain(call.operation.name)).har"
        do {
            let bytes = try HARWriting.bytes(of: recording, base: base, version: version)
            let unfinished = folder + "/." + name + ".part"
            try bytes.write(to: URL(fileURLWithPath: unfinished), options: .withoutOverwriting)
            try FileManager.default.moveItem(atPath: unfinished, toPath: folder + "/" + name)
            state.withLock { $0.bytes += bytes.count }
        } catch {
            let failure = RecordingError(
                .recordingUnwritable,
                "A recording could not be written to \(folder): \(error.localizedDescription). The calls themselves "
                    + "went on."
            )
            state.withLock {
                $0.files -= 1
                $0.failure = failure
            }
            logger.warning(
                "recording stopped", metadata: ["folder": "\(folder)", "reason": "\(error.localizedDescription)"])
        }
    }

    /// A word as part of a file's name.
    private static func plain(_ text: String) -> String {
        let allowed = text.unicodeScalars.prefix(64).map { scalar -> Character in
            let isWord = scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-"
            return isWord && scalar.isASCII ? Character(scalar) : "_"
        }
        return String(allowed)
    }

    private static func moment(_ time: Timestamp) -> String {
        String(time.text.prefix(19)).replacingOccurrences(of: "-", with: "").replacingOccurrences(of: ":", with: "")
    }
}

/// A recorder with what is the same in all calls of one opened integration.
package struct LinkRecorder: Sendable {
    let recorder: Recorder
    let connector: Connector
    let identity: RecordedCall.Identity
    let opening: ConnectorOpening
    let base: BaseURL

    /// An instance for one call alone: what another call left in an instance's memory would make the recording one that
    /// cannot be replayed by itself.
    package func session() async throws -> ConnectorSession { try await connector.open(opening) }

    /// A call that begins.
    package func call(_ operation: ConnectorOperation) -> CallRecorder {
        CallRecorder(link: self, operation: operation)
    }
}

/// Takes down one call, and writes it when it has ended.
package struct CallRecorder: Sendable {
    private let link: LinkRecorder
    private let operation: ConnectorOperation
    private var exchanges: [RecordedExchange] = []
    private var bytes = 0
    private var isCut = false

    init(link: LinkRecorder, operation: ConnectorOperation) {
        self.link = link
        self.operation = operation
    }

    /// Takes down an exchange; without its bodies when there is no room left for them.
    package mutating func add(_ exchange: RecordedExchange) {
        bytes += exchange.bytes
        let fits = bytes <= Limits.recordingCallBytesMax
        exchanges.append(fits ? exchange : exchange.withoutBodies)
        if !fits { isCut = true }
    }

    /// The call came to a result.
    package func finish(_ result: CallResult) { finish(end: result.words) }

    /// The call ended otherwise, in this word and with this sentence.
    package func finish(stopped word: String, _ sentence: String) {
        finish(end: .object(["stopped": .string(word), "message": .string(sentence)]))
    }

    private func finish(end: JSONValue) {
        let call = RecordedCall(
            identity: link.identity, opening: RecordedCall.Opening(link.opening),
            operation: RecordedCall.Operation(operation), end: end,
            isCut: isCut)
        link.recorder.write(Recording(call: call, exchanges: exchanges), base: link.base)
    }
}
