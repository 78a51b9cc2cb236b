import Foundation
import PatchbayModel

/// A folder of recordings.
package enum RecordingFolder {
    /// Every `*.har` of the folder, sorted by name, which is by time. Throws `recording_invalid` when there is none.
    package static func files(in folder: String) throws(RecordingError) -> [String] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
                $0.hasSuffix(".har") && !$0.hasPrefix(".")
            }
        } catch {
            throw RecordingError(
                .recordingInvalid, "The folder \(folder) cannot be read: \(error.localizedDescription).")
        }
        guard !names.isEmpty else {
            throw RecordingError(
                .recordingInvalid, "The folder \(folder) holds no recording (*.har). Make one with `sync --record DIR`."
            )
        }
        guard names.count <= Limits.recordingFilesMax else {
            throw RecordingError(
                .recordingInvalid, "The folder \(folder) holds more than \(Limits.recordingFilesMax) recordings.")
        }
        return names.sorted()
    }

    /// One recording. Throws `recording_invalid`.
    package static func read(_ name: String, in folder: String) throws(RecordingError) -> Recording {
        let url = URL(fileURLWithPath: folder).appendingPathComponent(name)
        let facts = try? FileManager.default.attributesOfItem(atPath: url.path)
        guard facts?[.type] as? FileAttributeType == .typeRegular else {
            throw RecordingError(.recordingInvalid, "\(name) is not a regular file.")
        }
        let size = (facts?[.size] as? NSNumber)?.intValue ?? 0
        guard size <= Limits.recordingFileBytesMax else {
            throw RecordingError(
                .recordingInvalid, "\(name) has more than \(Limits.recordingFileBytesMax / 1_048_576) MiB.")
        }
        guard let bytes = try? Data(contentsOf: url) else {
            throw RecordingError(.recordingInvalid, "\(name) cannot be read. Look at its owner and mode.")
        }
        return try HARReading.recording(bytes, name: name)
    }
}
