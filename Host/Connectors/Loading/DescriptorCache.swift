import Foundation
import PatchbayModel

/// What connectors said of themselves, kept in the home so that listing them starts no worker. One file for each plugin file, named by what the
/// system calls it; a file that was touched since is not believed. Only for listing: a plugin that is run is always hashed.
struct DescriptorCache: Sendable {
    private let directory: OwnedDescriptor

    /// Nil where there is no home to keep it in, or it cannot be written.
    init?(home: String?) {
        guard let home, (try? PluginFiles.openDirectory(home)) != nil, let cache = try? PluginFiles.makeDirectory(home + "/cache") else {
            return nil
        }
        directory = cache
    }

    /// The digest of a file that was not touched, and its connector's greeting.
    func find(_ facts: FileFacts) -> (digest: String, greeting: [UInt8])? {
        guard let bytes = try? PluginFiles.contents(of: name(facts), in: directory, bytesMax: Limits.greetingBytesMax),
            let end = bytes.firstIndex(of: 10)
        else { return nil }
        let line = String(decoding: bytes[..<end], as: UTF8.self)
        let digest = String(line.prefix { $0 != " " })
        return line == head(digest, facts) ? (digest, Array(bytes[(end + 1)...])) : nil
    }

    /// Remembers a greeting; that this fails costs only time.
    func keep(_ facts: FileFacts, digest: String, greeting: [UInt8]) {
        let bytes = Array((head(digest, facts) + "\n").utf8) + greeting
        guard bytes.count <= Limits.greetingBytesMax else { return }
        forgetTooMany()
        try? PluginFiles.replace(name(facts), in: directory, with: bytes)
    }

    /// Files come and go, and their names here stay: now and then all are forgotten.
    private func forgetTooMany() {
        let listing = PluginFiles.names(in: directory, suffix: Self.suffix, countMax: Limits.pluginsRememberedMax)
        guard listing.isCut else { return }
        for name in listing.names { PluginFiles.remove(name, in: directory) }
    }

    private static let suffix = ".greeting"

    private func name(_ facts: FileFacts) -> String { "\(facts.device)-\(facts.inode)\(Self.suffix)" }

    private func head(_ digest: String, _ facts: FileFacts) -> String {
        "\(digest) \(facts.bytes) \(facts.modified) \(facts.changed) \(facts.owner) \(facts.mode)"
    }
}
