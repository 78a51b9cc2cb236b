import Foundation
import PatchbayModel

/// What is wrong between an author, a connector's file and the kit.
package struct ConformanceError: PatchbayFailure {
    package let code: ErrorCode
    package let message: String
    package let context: ErrorContext

    package init(_ code: ErrorCode, _ message: String) {
        self.code = code
        self.message = message
        context = ErrorContext()
    }
}

/// A connector's project that builds as it stands: the template's files with the author's name in place of the
/// template's.
package struct ProjectTemplate: Sendable {
    /// The languages that there is a template for; the name is that of its folder.
    package enum Language: String, CaseIterable, Sendable {
        case swift, c
    }

    /// What the templates are called throughout, as a word and as part of a type's name.
    private static let word = "tasklist"
    private static let typeWord = "Tasklist"

    private let name: String
    private let language: Language
    private let sdk: String
    private let command: String

    /// `sdk` is the folder of the SDK's sources, `command` the path of this program: both are written into the project.
    /// Throws `input_invalid` for a name that cannot be a file's name and an integration type, and for paths that a
    /// Makefile cannot hold.
    package init(name: String, language: Language, sdk: String, command: String) throws(ConformanceError) {
        guard Self.isName(name) else {
            throw ConformanceError(
                .inputInvalid,
                "\(name.prefix(60)) cannot be a connector's name: it is lower-case letters and digits in words joined "
                    + "by -, a letter first, "
                    + "at most \(Limits.connectorNameBytesMax).")
        }
        let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._+-@~,")
        for path in [sdk, command] where path.unicodeScalars.contains(where: { !plain.contains($0) }) {
            throw ConformanceError(
                .inputInvalid, "\(path) holds a character that a Makefile cannot: install Patchbay elsewhere.")
        }
        self.name = name
        self.language = language
        self.sdk = sdk
        self.command = command
    }

    /// The SDK of the command at `executable`: beside it where it is installed, above it in a checkout. Throws
    /// `sdk_missing`.
    package static func sdk(of executable: String) throws(ConformanceError) -> String {
        var folder = URL(fileURLWithPath: executable).resolvingSymlinksInPath().deletingLastPathComponent()
        let installed = folder.deletingLastPathComponent().appendingPathComponent("share/patchbay/sdk").path
        if FileManager.default.fileExists(atPath: installed + "/Templates") { return installed }
        // A build's folder lies at most so deep in its checkout.
        for _ in 0..<4 {
            folder.deleteLastPathComponent()
            if FileManager.default.fileExists(atPath: folder.path + "/SDK/Templates") { return folder.path + "/SDK" }
        }
        throw ConformanceError(
            .sdkMissing, "The SDK is missing: \(installed) is not there. Install Patchbay with `make install`.")
    }

    /// Makes the folder and the files in it, and gives their paths below it, sorted. Throws `project_exists` when
    /// something is there already, and `output_failed`; then nothing of it is left.
    package func write(into folder: String) throws(ConformanceError) -> [String] {
        let files = FileManager.default
        guard (try? files.attributesOfItem(atPath: folder)) == nil else {
            throw ConformanceError(
                .projectExists, "\(folder) is there already, and nothing was written. Name another folder.")
        }
        let template = "\(sdk)/Templates/\(language.rawValue)"
        do {
            let sources = try files.subpathsOfDirectory(atPath: template).filter { !Self.isBuilt($0) }.sorted()
            try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
            var written: [String] = []
            for source in sources {
                let facts = try files.attributesOfItem(atPath: template + "/" + source)
                let target = renamed(source)
                if facts[.type] as? FileAttributeType == .typeDirectory {
                    try files.createDirectory(atPath: folder + "/" + target, withIntermediateDirectories: true)
                } else {
                    let text = try String(contentsOfFile: template + "/" + source, encoding: .utf8)
                    try Data(placed(renamed(text)).utf8).write(to: URL(fileURLWithPath: folder + "/" + target))
                    written.append(target)
                }
            }
            return written
        } catch {
            try? files.removeItem(atPath: folder)
            throw ConformanceError(
                .outputFailed, "The project could not be written to \(folder): \(error.localizedDescription).")
        }
    }

    /// What a build leaves in a template's folder.
    private static func isBuilt(_ path: String) -> Bool {
        path.hasPrefix(".build") || path.hasSuffix(".so") || path.hasSuffix("-test") || path == "Package.resolved"
    }

    private func renamed(_ text: String) -> String {
        let type = name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        return text.replacing(Self.word, with: name).replacing(Self.typeWord, with: type)
    }

    /// The template finds the SDK above itself; a project is told where it is.
    private func placed(_ text: String) -> String {
        text.replacing("PATCHBAY_SDK ?= ../..", with: "PATCHBAY_SDK ?= \(sdk)").replacing(
            "\"../..\"", with: "\"\(sdk)\""
        )
        .replacing("PATCHBAY ?= patchbay", with: "PATCHBAY ?= \(command)")
    }

    private static func isName(_ name: String) -> Bool {
        guard name.utf8.count <= Limits.connectorNameBytesMax, let first = name.utf8.first,
            (0x61...0x7A).contains(first)
        else {
            return false
        }
        let words = name.split(separator: "-", omittingEmptySubsequences: false)
        return words.allSatisfy { word in
            !word.isEmpty && word.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
        }
    }
}
