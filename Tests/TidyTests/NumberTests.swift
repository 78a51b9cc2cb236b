import Foundation
import Testing

/// Numbers from outside must not trap: where they are read, a conversion says what becomes of one that does not fit.
@Suite struct NumberTests {
    /// The rooms that read what connectors and systems send.
    private static let rooms = ["Host/Connectors/Wire/", "Host/Transport/"]

    /// Files in which numbers are converted that are ours, or always fit.
    private static let allowed: [String: String] = [
        "Host/Connectors/Wire/LittleEndian.swift": "widens bytes and halves, which always fit",
        "Host/Connectors/Wire/FrameWriter.swift": "writes our own lengths, which are below the most of a frame",
        "Host/Connectors/Wire/OperationEncoding.swift": "writes our own counts, which have limits",
        "Host/Transport/Curl/CurlHandles.swift": "hands our own limits to libcurl",
        "Host/Transport/Curl/CurlThread.swift": "hands our own limits and counts to libcurl",
    ]

    /// A conversion without a word for what does not fit. Constants of libcurl's and characters are no such numbers,
    /// and a text that is no number becomes nil.
    private static func conversions(in text: String) -> [Substring] {
        let pattern =
            #/\bU?Int(?:8|16|32|64)?\((?!exactly:|clamping:|truncatingIfNeeded:|bitPattern:|ascii:|CURL|[^)]*, radix:)/#
        return text.split(separator: "\n").filter { line in
            let code = line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
            return code.contains(pattern)
        }
    }

    @Test("in the rooms that read them, numbers from outside are converted with a word for what does not fit")
    func conversions() {
        let files = SourceTree.swift.filter { file in Self.rooms.contains { file.path.hasPrefix($0) } }
        #expect(files.count > 10)
        for file in files where Self.allowed[file.path] == nil {
            let found = Self.conversions(in: file.text)
            #expect(found.isEmpty, "\(file.path): \(found.joined(separator: "\n"))")
        }
        for path in Self.allowed.keys { #expect(files.contains { $0.path == path }, "\(path) is gone") }
    }

    @Test("a conversion that could trap is found, and one that says what it does is let pass")
    func control() {
        for bad in ["let a = Int(number)", "UInt32(total + 1)", "x = Int64(seconds * 1_000)"] {
            #expect(Self.conversions(in: bad).count == 1, "\(bad)")
        }
        for good in ["Int(clamping: number)", "Int64(exactly: x)", "Int(CURL_ERROR_SIZE)", "point(3)", "// Int(x)"] {
            #expect(Self.conversions(in: good).isEmpty, "\(good)")
        }
    }
}
