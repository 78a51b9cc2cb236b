import Foundation
import Testing

/// A connector's sound sources, and patches that each take one care out of its look-ups
/// (Tests/ConformanceTests/Mutants).
///
/// Copies of the sources lie in a scratch folder of their own, with a build folder that all mutants of one subject
/// share.
package final class Mutants: Sendable {
    package enum Subject: String, CaseIterable, Sendable {
        case c, swift, asana, jira, linear, redmine

        /// Where its patches lie.
        private var folder: String { Built.root + "/Tests/ConformanceTests/Mutants/" + rawValue }

        /// The names of its patches, without the ending.
        package var patches: [String] {
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return files.filter { $0.hasSuffix(".patch") }.map { String($0.dropLast(6)) }.sorted()
        }

        fileprivate func path(_ patch: String) -> String { folder + "/" + patch + ".patch" }

        /// What is copied, from the project's root; what patches name is in it.
        fileprivate var sources: [String] {
            switch self {
            case .c, .swift: ["SDK/Templates/" + rawValue]
            case .redmine: ["Plugins/Redmine", "Plugins/exports.map"]
            case .asana, .jira, .linear: ["Plugins/JSON", "Plugins/" + rawValue.capitalized, "Plugins/exports.map"]
            }
        }
    }

    /// Whether those that take long are wanted, too.
    package static let isLong = ProcessInfo.processInfo.environment["PATCHBAY_MUTANTS"] == "long"

    private let subject: Subject
    private let scratch: ScratchFolder

    package init(_ subject: Subject) throws {
        self.subject = subject
        scratch = try ScratchFolder()
        let files = FileManager.default
        for source in subject.sources {
            let place = URL(fileURLWithPath: scratch(source)).deletingLastPathComponent()
            try files.createDirectory(at: place, withIntermediateDirectories: true)
            try files.copyItem(atPath: Built.root + "/" + source, toPath: scratch(source))
            // What a build left there belongs to another place.
            for left in [".build", "Package.resolved"] { try? files.removeItem(atPath: scratch(source) + "/" + left) }
        }
        if [.asana, .jira, .linear].contains(subject) {
            try scratch.write("Package.swift", Self.package(subject.rawValue.capitalized))
        }
    }

    /// Fails where the patch does not apply to the sources any more.
    package func check(_ patch: String) async throws {
        try await run(["git", "-C", scratch.path, "apply", "--check", subject.path(patch)])
    }

    /// The library made of the sources with a patch, or of the sound ones. Fails where the patch does not apply any
    /// more.
    package func built(_ patch: String? = nil) async throws -> String {
        if let patch { try await run(["git", "-C", scratch.path, "apply", subject.path(patch)]) }
        try await build()
        if let patch { try await run(["git", "-C", scratch.path, "apply", "-R", subject.path(patch)]) }
        let file = scratch("\(patch ?? "sound").so")
        try? FileManager.default.removeItem(atPath: file)
        try FileManager.default.copyItem(atPath: library, toPath: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
        return file
    }

    /// What the kit says of a library's look-ups, and of everything.
    package static func lookUps(_ library: String, recordings: String, _ desk: Workbench) async throws -> (
        finding: JSON, run: Run
    ) {
        let run = try await desk.run(
            "connector", "test", library, "--recordings", recordings, "--rounds", "0", "--seed", "1")
        return (run.result["rules"].items.first { $0["rule"] == "R13.1" } ?? .null, run)
    }

    private var library: String {
        switch subject {
        case .c, .redmine: scratch("built.so")
        case .swift: scratch("SDK/Templates/swift/.build/debug/libTasklistPlugin.so")
        case .asana, .jira, .linear: scratch(".build/debug/lib\(subject.rawValue.capitalized)Plugin.so")
        }
    }

    private func build() async throws {
        let c = [
            "cc", "-std=c11", "-D_GNU_SOURCE", "-shared", "-fPIC", "-fvisibility=hidden", "-I",
            Built.root + "/SDK/CPatchbay/include",
        ]
        let swift = ["swift", "build", "--disable-local-rpath", "--package-path"]
        switch subject {
        case .c: try await run(c + ["-o", library, scratch("SDK/Templates/c/tasklist.c")])
        case .redmine:
            let folder = scratch("Plugins/Redmine")
            let sources = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".c") }
                .sorted()
            let rest = ["-l:libjson-c.a", "-Wl,--version-script=" + scratch("Plugins/exports.map")]
            try await run(c + ["-o", library] + sources.map { folder + "/" + $0 } + rest)
        case .swift: try await run(swift + [scratch("SDK/Templates/swift"), "--product", "TasklistPlugin"])
        case .asana, .jira, .linear:
            try await run(swift + [scratch.path, "--product", subject.rawValue.capitalized + "Plugin"])
        }
    }

    private func run(_ words: [String]) async throws {
        let log = try OpenFile(writing: scratch("log"))
        var environment = Built.environment(home: scratch.path)
        environment["PATCHBAY_SDK"] = Built.root + "/SDK"
        // Wherever the scratch folder lies: patches are from its top.
        environment["GIT_CEILING_DIRECTORIES"] = URL(fileURLWithPath: scratch.path).deletingLastPathComponent().path
        let child = try ChildProcess(
            "/usr/bin/env", words, environment: environment, descriptors: [1: log.descriptor, 2: log.descriptor])
        let end = await child.end(within: .seconds(600))
        let told = (try? String(contentsOfFile: scratch("log"), encoding: .utf8)) ?? ""
        try #require(end.status == 0 && end.signal == nil, "\(words.joined(separator: " ")): \(told.suffix(4_000))")
    }

    /// One shipped connector as a package of its own, so that nothing but it is built.
    private static func package(_ name: String) -> String {
        """
        // swift-tools-version: 6.2
        import PackageDescription

        let kit: Target.Dependency = .product(name: "PatchbayConnectorKit", package: "SDK")
        let flags = [
            "-static-stdlib", "-lswiftSynchronization", "-Xlinker", "-l:libjson-c.a", "-Xlinker", "-s",
            "-Xlinker", "--version-script=\\(Context.packageDirectory)/Plugins/exports.map",
        ]
        let package = Package(
            name: "mutant", products: [.library(name: "\(name)Plugin", type: .dynamic, targets: ["\(name)Plugin"])],
            dependencies: [.package(path: "\(Built.root)/SDK")],
            targets: [
                .systemLibrary(name: "CLibjson", path: "Plugins/JSON/Library"),
                .target(name: "ConnectorJSON", dependencies: ["CLibjson", kit], path: "Plugins/JSON/ConnectorJSON"),
                .target(name: "\(name)Connector", dependencies: ["ConnectorJSON", kit], path: \
        "Plugins/\(name)/\(name)Connector"),
                .target(
                    name: "\(name)Plugin",
                    dependencies: ["\(name)Connector", kit, .product(name: "CPatchbay", package: "SDK")],
                    path: "Plugins/\(name)/\(name)Plugin", linkerSettings: [.unsafeFlags(flags)]),
            ])
        """
    }
}
