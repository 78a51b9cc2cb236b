import Foundation
import PatchbayModel

/// Takes one file through every check that loading it makes, and tells the result of each: for a person who asks why.
package struct PluginVerifier: Sendable {
    /// One check and what came of it.
    package struct Check: Sendable, Hashable {
        package let name: String
        package let result: Result
    }

    package enum Result: Sendable, Hashable {
        /// With what was seen, where that says more.
        case passed(String?)
        case failed(RefusalReason, String)
        /// Not looked at, because an earlier check failed.
        case skipped
    }

    private let launch: Worker.Launch
    private let lockFile: PluginLockFile
    private let directories: [PluginDirectory]

    /// `directories` are those whose shipped lists count.
    package init(
        worker: String, home: String?, directories: [PluginDirectory], deadlines: WorkerDeadlines = WorkerDeadlines()
    ) {
        launch = Worker.Launch(program: worker, deadlines: deadlines, sandboxMayBePartial: !PluginFiles.sandboxIsWhole)
        lockFile = PluginLockFile(home: home)
        self.directories = directories
    }

    /// Every check of a file, in the order of loading. Throws `input_unreadable` when its directory cannot be opened,
    /// `worker_missing`, or `plugins_unreadable` for what the home keeps.
    package func verify(_ path: String) async throws -> [Check] {
        let place = try PluginPlace(path: path)
        let rule = TrustRule(
            lock: try lockFile.read(), shipped: (try? PluginScanner.look(in: directories))?.shipped ?? [],
            sandboxIsWhole: !launch.sandboxMayBePartial)
        var checks = Progress()
        let opened = checks.step("its directory and it are yours, and no one else can write them") {
            () throws(LoadRefusal) in
            try PluginScanner.open(place)
        }
        let file = checks.step("its bytes can be sealed and hashed", after: opened, detail: \.digest) {
            opened throws(LoadRefusal) in
            try PluginScanner.take(opened)
        }
        let image = checks.step("it is an ELF file for this machine", after: file) { file throws(LoadRefusal) in
            try ElfImage(file.copy, size: file.bytes)
        }
        var isSound = image != nil
        for rule in ElfRules.all {
            let kept = checks.step("it \(rule.name)", after: image) { image throws(LoadRefusal) in
                if let refusal = rule.breach(image) { throw refusal }
                return true
            }
            isSound = isSound && kept == true
        }
        let basis = checks.step("it is trusted (policy \(rule.policy.rawValue))", after: file, detail: \.rawValue) {
            file throws(LoadRefusal) in
            try rule.basis(of: file.digest, path: place.path) { () throws(LoadRefusal) in
                guard try Minisign.read(PluginScanner.signature(of: place), keys: rule.publicKeys).fits(file.copy)
                else {
                    throw Minisign.misfit
                }
            }
        }
        try await load(isSound && basis != nil ? file : nil, &checks)
        return checks.all
    }

    private func load(_ file: PluginFile?, _ checks: inout Progress) async throws {
        let name = "a worker loads it in its sandbox, and it describes itself, twice the same"
        guard let file else { return checks.add(name, .skipped) }
        do {
            let worker = try await Worker.start(file, launch: launch) { _ in }
            let descriptor = worker.descriptor
            await worker.stop()
            checks.add(
                name,
                .passed(
                    "\(descriptor.id) \(descriptor.version) for \(descriptor.integrationTypes.joined(separator: ", "))")
            )
        } catch let refusal as LoadRefusal {
            checks.add(name, .failed(refusal.reason, refusal.sentence))
        } catch let error as ConnectorError where error.code != .workerMissing {
            checks.add(name, .failed(PluginLoader.reason(for: error), error.message))
        }
    }

    /// The checks so far.
    private struct Progress {
        private(set) var all: [Check] = []

        mutating func add(_ name: String, _ result: Result) { all.append(Check(name: name, result: result)) }

        mutating func step<Value>(
            _ name: String, detail: ((Value) -> String)? = nil, _ body: () throws(LoadRefusal) -> Value
        ) -> Value? {
            do {
                let value = try body()
                add(name, .passed(detail?(value)))
                return value
            } catch {
                add(name, .failed(error.reason, error.sentence))
                return nil
            }
        }

        mutating func step<Before, Value>(
            _ name: String, after before: Before?, detail: ((Value) -> String)? = nil,
            _ body: (Before) throws(LoadRefusal) -> Value
        ) -> Value? {
            guard let before else {
                add(name, .skipped)
                return nil
            }
            return step(name, detail: detail) { () throws(LoadRefusal) in try body(before) }
        }
    }
}

extension PluginPlace {
    /// A file by its path, wherever it lies. Throws `input_unreadable`.
    init(path: String) throws(ConnectorError) {
        let url = URL(fileURLWithPath: path).standardizedFileURL
        do {
            let directory = try PluginFiles.openDirectory(url.deletingLastPathComponent().path)
            self.init(directory: directory, name: url.lastPathComponent, path: url.path)
        } catch {
            throw ConnectorError(.inputUnreadable, "The folder of \(path) cannot be read: \(error.text).")
        }
    }
}
