import Foundation
import PatchbayModel

/// What was learned of plugins, kept in the home so that listing them starts no worker and reads no plugin: what a
/// connector said of itself, or why its file is not used. One file for each plugin file, named by what the system calls
/// it; a file that was touched since is not believed. Only for listing: a plugin that is run is always hashed.
struct DescriptorCache: Sendable {
    /// What is known of a file that was not touched.
    struct Known: Sendable, Hashable {
        let digest: String
        let content: Content
    }

    enum Content: Sendable, Hashable {
        /// What its connector said of itself.
        case greeting([UInt8])
        /// Its bytes are refused, whatever is decided about them.
        case refused(LoadRefusal)
        /// A signature, by the digest of what was checked, that does not fit its bytes.
        case missigned(String)
        /// Only its digest: it was refused for what may be otherwise next time.
        case unsettled
    }

    private let directory: OwnedDescriptor
    /// What else has part in a refusal: this program, its worker, the C library, and the list of libraries that the
    /// loader goes by.
    private let circumstances: String

    /// Nil where there is no home to keep it in, or it cannot be written.
    init?(home: String?, worker: String) {
        guard let home, (try? PluginFiles.openDirectory(home)) != nil,
            let cache = try? PluginFiles.makeDirectory(home + "/cache")
        else {
            return nil
        }
        directory = cache
        let stamps = ["/proc/self/exe", worker, "/etc/ld.so.cache"].map(PluginFiles.stamp)
        circumstances = ([PluginFiles.libcVersion] + stamps).joined(separator: ",")
    }

    /// What is known of a file that was not touched.
    func find(_ facts: FileFacts) -> Known? {
        guard let bytes = try? PluginFiles.contents(of: name(facts), in: directory, bytesMax: Limits.cachedBytesMax),
            let end = bytes.firstIndex(of: 10)
        else { return nil }
        let line = String(decoding: bytes[..<end], as: UTF8.self)
        let rest = bytes[(end + 1)...]
        let words = line.split(separator: " ", maxSplits: 2).map(String.init)
        guard words.count == 3 else { return nil }
        let digest = Kind(rawValue: words[0]) == nil ? words[0] : words[1]
        func holds(_ content: Content) -> Known? {
            line == head(digest, facts, content) ? Known(digest: digest, content: content) : nil
        }
        switch Kind(rawValue: words[0]) {
        case nil: return holds(.greeting(Array(rest)))
        case .unsettled?: return holds(.unsettled)
        case .missigned?: return holds(.missigned(String(decoding: rest, as: UTF8.self)))
        case .refused?:
            let parts = String(decoding: rest, as: UTF8.self).split(
                separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            return holds(.refused(LoadRefusal(RefusalReason(rawValue: String(parts[0])), String(parts[1]))))
        }
    }

    /// Remembers what was learned; that this fails costs only time. Nothing is kept of a file that has just been
    /// written: the system's times are no finer than a tick, and what is written in the same tick would go unseen.
    func keep(_ facts: FileFacts, digest: String, _ content: Content) {
        guard
            facts.changed < Int64(Date().timeIntervalSince1970 * 1e9) - Limits.fileTimeTick.nanoseconds
                || content.isGreeting
        else { return }
        let bytes = Array((head(digest, facts, content) + "\n").utf8) + content.bytes
        guard bytes.count <= Limits.cachedBytesMax else { return }
        forgetTooMany()
        try? PluginFiles.replace(name(facts), in: directory, with: bytes)
    }

    /// Files come and go, and their names here stay: now and then all are forgotten.
    private func forgetTooMany() {
        let listing = PluginFiles.names(in: directory, suffix: Self.suffix, countMax: Limits.pluginsRememberedMax)
        guard listing.count > listing.names.count else { return }
        for name in listing.names { PluginFiles.remove(name, in: directory) }
    }

    private static let suffix = ".greeting"

    /// The first word of what is no greeting.
    fileprivate enum Kind: String {
        case refused, missigned, unsettled
    }

    private func name(_ facts: FileFacts) -> String { "\(facts.device)-\(facts.inode)\(Self.suffix)" }

    private func head(_ digest: String, _ facts: FileFacts, _ content: Content) -> String {
        let file = "\(digest) \(facts.bytes) \(facts.modified) \(facts.changed) \(facts.owner) \(facts.mode)"
        guard let kind = content.kind else { return file }
        return "\(kind.rawValue) \(file) \(circumstances)"
    }
}

extension DescriptorCache.Content {
    fileprivate var kind: DescriptorCache.Kind? {
        switch self {
        case .greeting: nil
        case .refused: .refused
        case .missigned: .missigned
        case .unsettled: .unsettled
        }
    }

    fileprivate var isGreeting: Bool { kind == nil }

    fileprivate var bytes: [UInt8] {
        switch self {
        case .greeting(let bytes): bytes
        case .refused(let refusal): Array("\(refusal.reason.rawValue)\n\(refusal.sentence)".utf8)
        case .missigned(let stamp): Array(stamp.utf8)
        case .unsettled: []
        }
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 { Int64(self / .nanoseconds(1)) }
}
