import Foundation
import PatchbayInput
import PatchbayModel

/// Names the meeting of a file's tasks by the file: its name, and the day on which it was last changed, in UTC. So the
/// same file gives the same again whenever and wherever it is taken, and next week's another.
package enum MeetingName {
    /// Throws `input_unreadable`, and `input_invalid` for what has no name or no day of its own.
    package static func ofFile(_ path: String) throws(InputError) -> String {
        guard path != "-" else {
            throw InputError(
                .inputInvalid, "standard input has no name and no date; name a file, or the meeting: --meeting ID")
        }
        let facts: [FileAttributeKey: Any]
        do {
            facts = try FileManager.default.attributesOfItem(
                atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
        } catch {
            throw InputError(.inputUnreadable, "\(path) cannot be read: \(error.localizedDescription)")
        }
        let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        guard facts[.type] as? FileAttributeType == .typeRegular, let changed = facts[.modificationDate] as? Date,
            !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            throw InputError(
                .inputInvalid, "\(path) is no file with a name and a date of its own; name the meeting: --meeting ID")
        }
        return name + "-" + changed.formatted(Date.ISO8601FormatStyle().year().month().day())
    }
}
