import Foundation
import PatchbayModel

/// What the operator has decided about plugins, and what was seen of them: the content of `plugins.lock` in the home. A
/// plain value.
package struct PluginLock: Codable, Sendable, Hashable {
    /// Which plugins are used.
    package enum Policy: String, Codable, Sendable, CaseIterable {
        /// What belongs to root or to us and cannot be written by others.
        case owner
        /// Only digests that the operator approved, and those that came with the installation.
        case pin
        /// Those, and what carries a signature by a trusted key.
        case signed
    }

    /// A file as it was first seen.
    struct Sighting: Codable, Sendable, Hashable {
        var digest: String
        /// Since when this digest has been there, milliseconds since 1970.
        var sinceUnixMs: Int64
        /// The digest before it.
        var digestBefore: String?
    }

    /// What the operator approved.
    struct Approval: Codable, Sendable, Hashable {
        var file: String
        var atUnixMs: Int64
    }

    /// Workers of a digest that died, one after the other, without having finished a call, or that loaded slowly.
    struct Deaths: Codable, Sendable, Hashable {
        var file: String
        var count: Int
        var atUnixMs: Int64
        /// How the last one ended, in whole sentences.
        var last: String
        /// Slow loads in a row; nil where there was none.
        var slowLoads: Int?
        /// Milliseconds that the last of them took.
        var slowMs: Int64?

        var isTooSlow: Bool { (slowLoads ?? 0) >= Limits.slowLoadsMax }

        /// Why the digest is in quarantine, and how it gets out, in whole sentences.
        func sentences(_ what: String, path: String) -> String {
            let why =
                count < Limits.workerDeathsMax
                ? "it was slow to load \(slowLoads ?? 0) times in a row, the last time it took \(slowMs ?? 0) ms."
                : "\(count) workers in a row ended before a call did. The last one: \(last)"
            return "\(what) is in quarantine, because \(why) To try it again: patchbay connector trust \(path)"
        }
    }

    private(set) var version = 1
    package var policy = Policy.owner
    /// minisign public keys, as their file's second line holds them.
    package var publicKeys: [String] = []
    /// By digest.
    var approved: [String: Approval] = [:]
    /// By path.
    var seen: [String: Sighting] = [:]
    /// By digest. With `Limits.workerDeathsMax` deaths, or `Limits.slowLoadsMax` slow loads, the digest is in
    /// quarantine.
    var deaths: [String: Deaths] = [:]
    /// Connector id, or a whole digest, by integration type.
    package var routes: [String: String] = [:]

    package init() {}

    /// All but what was seen: when it changes, plugins are judged anew.
    var decisions: PluginLock {
        var copy = self
        copy.seen = [:]
        return copy
    }

    /// Why a digest is in quarantine; nil when it is not.
    func quarantine(of digest: String) -> Deaths? {
        deaths[digest].flatMap { $0.count >= Limits.workerDeathsMax || $0.isTooSlow ? $0 : nil }
    }

    /// Notes that a file is there with this digest; tells what is new about that.
    mutating func see(_ path: String, digest: String, at now: Timestamp) -> PluginNews? {
        let before = seen[path]
        guard before?.digest != digest else { return nil }
        seen[path] = Sighting(digest: digest, sinceUnixMs: now.milliseconds, digestBefore: before?.digest)
        if seen.count > Limits.pluginsRememberedMax,
            let oldest = seen.min(by: { $0.value.sinceUnixMs < $1.value.sinceUnixMs })
        {
            seen[oldest.key] = nil
        }
        return before.map { .changed(from: $0.digest) } ?? .first
    }

    /// Notes the end of a worker; true when that puts its digest in quarantine.
    mutating func bury(_ digest: String, file: String, hadFinishedCalls: Bool, last: String, at now: Timestamp) -> Bool
    {
        let count = hadFinishedCalls ? 1 : (deaths[digest]?.count ?? 0) + 1
        let (slowLoads, slowMs) = (deaths[digest]?.slowLoads, deaths[digest]?.slowMs)
        deaths[digest] = Deaths(
            file: file, count: count, atUnixMs: now.milliseconds, last: last, slowLoads: slowLoads, slowMs: slowMs)
        forgetOldestDeath()
        return count >= Limits.workerDeathsMax
    }

    /// Notes how long a load took; true when that puts its digest in quarantine. One that is quick ends the row.
    mutating func noteLoad(_ digest: String, file: String, took: Duration, isSlow: Bool, at now: Timestamp) -> Bool {
        guard isSlow else {
            deaths[digest]?.slowLoads = nil
            deaths[digest]?.slowMs = nil
            if deaths[digest]?.count == 0 { deaths[digest] = nil }
            return false
        }
        var entry = deaths[digest] ?? Deaths(file: file, count: 0, atUnixMs: now.milliseconds, last: "")
        entry.slowLoads = (entry.slowLoads ?? 0) + 1
        entry.slowMs = took.wholeMilliseconds
        entry.atUnixMs = now.milliseconds
        deaths[digest] = entry
        forgetOldestDeath()
        return entry.isTooSlow
    }

    private mutating func forgetOldestDeath() {
        guard deaths.count > Limits.pluginsRememberedMax,
            let oldest = deaths.min(by: { $0.value.atUnixMs < $1.value.atUnixMs })
        else { return }
        deaths[oldest.key] = nil
    }

    /// Approves a digest, and lets it out of quarantine.
    mutating func approve(_ digest: String, file: String, at now: Timestamp) {
        approved[digest] = Approval(file: file, atUnixMs: now.milliseconds)
        deaths[digest] = nil
    }
}

/// What is new about a file.
package enum PluginNews: Sendable, Hashable {
    /// It was never seen here before.
    case first
    /// It had another digest before.
    case changed(from: String)
}
