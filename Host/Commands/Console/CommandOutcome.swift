import Foundation
import PatchbayInput
import PatchbayModel

/// What a command has to say when it did not throw.
struct CommandOutcome {
    var exit = ExitStatus.done
    /// Counts and the like; the same facts as in `text`, for a script.
    var summary: [String: JSONValue] = [:]
    var result: any Encodable & Sendable = JSONValue.object([:])
    /// For a person, on standard output; without a final line end.
    var text = ""
    /// The command has written its result itself, as it came.
    var isPrinted = false
    /// Advice and remarks for a person, on standard error.
    var notes: [String] = []
}

/// Where a command's words go: results to standard output, the rest to standard error.
struct Console {
    let format: OutputFormat
    let isQuiet: Bool

    func show(_ outcome: CommandOutcome, of command: String) throws {
        switch format {
        case .json where outcome.isPrinted:
            // The result has left as it is, so what there is to say of it goes where it is in nobody's way.
            err(try line(outcome.result, outcome, command) + "\n")
        case .json:
            try out(line(outcome.result, outcome, command) + "\n")
        case .text:
            // Whatever a task, a vendor or a connector brought in: on a terminal it is text.
            let lines = outcome.text.split(separator: "\n", omittingEmptySubsequences: false).map {
                Printable.text(String($0))
            }
            if !outcome.text.isEmpty { try out(lines.joined(separator: "\n") + "\n") }
            for note in outcome.notes where !isQuiet { err(Printable.text(note) + "\n") }
        }
    }

    func show(_ error: ErrorObject, of command: String) throws {
        switch format {
        case .json:
            try out(
                Envelope<JSONValue>(command: command, ok: false, summary: [:], result: nil, error: error).line() + "\n")
        case .text:
            err(Printable.text("patchbay: \(error.message) [\(error.code)]") + "\n")
        }
    }

    /// Throws when nobody reads any more, which ends the command.
    func out(_ text: String) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        } catch {
            throw CommandError(
                .outputFailed,
                "the result could not be written to standard output (\(error.localizedDescription)); what was done is "
                    + "done"
            )
        }
    }

    /// Remarks that cannot be written are dropped: the command's work is worth more.
    func err(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

    private func line(_ result: some Encodable, _ outcome: CommandOutcome, _ command: String) throws -> String {
        try Envelope(command: command, ok: outcome.exit == .done, summary: outcome.summary, result: result, error: nil)
            .line()
    }
}
