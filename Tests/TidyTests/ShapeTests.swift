import Foundation
import Testing

/// Longer than the rule, each with its reason.
private let longFiles: [String: String] = [
    "SDK/CPatchbay/include/patchbay.h": "the whole interface is one file on purpose; it may have 600 lines",
    "SDK/Templates/c/tasklist.c": "a whole connector in one file, for an author to copy",
]

@Suite struct ShapeTests {
    @Test("no file is over 300 lines without a reason") func fileLength() {
        for file in SourceTree.swift + SourceTree.c where !file.path.contains("/Fixtures/") {
            let limit = longFiles[file.path] == nil ? 300 : 600
            #expect(file.lines.count <= limit + 1, "\(file.path) has \(file.lines.count) lines")
        }
    }

    @Test("no function is over 70 lines") func functionLength() {
        for file in SourceTree.swift + SourceTree.c {
            for function in functions(in: file) {
                #expect(function.lines <= 70, "\(file.path):\(function.start) has \(function.lines) lines")
            }
        }
    }

    @Test("no line is over 120 characters") func lineLength() {
        for file in SourceTree.swift + SourceTree.c {
            for (index, line) in file.lines.enumerated() where line.count > 120 {
                #expect(Bool(false), "\(file.path):\(index + 1)")
            }
        }
    }

    /// By indentation: the formatter is what makes that exact.
    private func functions(in file: SourceTree.File) -> [(start: Int, lines: Int)] {
        let isSwift = file.path.hasSuffix(".swift")
        var found: [(Int, Int)] = []
        var start: (line: Int, indent: Int)?
        for (index, line) in file.lines.enumerated() {
            let indent = line.prefix { $0 == " " }.count
            if let opened = start {
                if indent == opened.indent, line.dropFirst(indent).hasPrefix("}") {
                    found.append((opened.line + 1, index - opened.line + 1))
                    start = nil
                }
            } else if isSwift ? opensSwiftFunction(line) : (line == "{" || (indent == 0 && line.hasSuffix(") {"))) {
                start = (index, indent)
            }
        }
        return found
    }

    private func opensSwiftFunction(_ line: Substring) -> Bool {
        guard line.hasSuffix("{"), !line.contains("//") else { return false }
        return line.contains("func ") || line.contains(" init(") || line.contains("deinit")
    }
}
