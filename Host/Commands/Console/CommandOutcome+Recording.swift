import PatchbayRecording

extension CommandOutcome {
    /// Adds what was recorded, and that not all was, if so.
    mutating func tell(of recorder: Recorder) {
        let written = recorder.written
        summary["recorded"] = .integer(Int64(written.files))
        notes.append("recorded \(written.files) \(written.files == 1 ? "call" : "calls") in \(recorder.folder)")
        if let failure = written.failure { notes.append("\(failure.message) [\(failure.code)]") }
    }
}
