import Foundation
import PatchbayModel
import PatchbayStore

/// Where a refreshed token goes when the store cannot take it: the refresh token it came from is spent, so it must be
/// on disk somewhere.
///
/// A file for each, with the token as sealed as in the store. The next start brings it in.
package struct RescueFolder: Sendable {
    private let path: String

    /// In the home; made when it is needed.
    package init(home: String) { path = home + "/rescue" }

    /// A sealed token as a file holds it.
    private struct Rescued: Codable {
        let id: String
        let integrationID: Int64
        let kind: String
        let generation: Int64
        let keyNumber: Int64
        let origins: [String]
        let sealed: Data
        let fingerprint: String
        let setAt: Int64
        let expiresAt: Int64?
        let issuedAt: Int64
        let lapsesAt: Int64?
    }

    /// Writes the token, synced with its folder. Throws `home_unusable`.
    func keep(_ token: SealedToken) throws(RefreshError) {
        let rescued = Rescued(
            id: token.id, integrationID: token.integrationID, kind: token.kind, generation: token.generation,
            keyNumber: token.keyNumber,
            origins: token.origins, sealed: Data(token.sealed), fingerprint: token.fingerprint,
            setAt: token.setAt.milliseconds,
            expiresAt: token.expiresAt?.milliseconds, issuedAt: token.refresh?.issuedAt.milliseconds ?? 0,
            lapsesAt: token.refresh?.lapsesAt?.milliseconds)
        let name = "\(path)/\(UUID().uuidString.lowercased()).sealed"
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            // Under its own name from the first byte on: as soon as it is whole it can be brought in, whenever we die;
            // half of it is passed over. Opened before anything is in it: another host may bring it in and take it away
            // while it is being synced.
            try Data().write(to: URL(fileURLWithPath: name), options: .withoutOverwriting)
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: name))
            try file.write(contentsOf: JSONEncoder().encode(rescued))
            try file.synchronize()
            try file.close()
            let folder = FileHandle(forReadingAtPath: path)
            try folder?.synchronize()
            try folder?.close()
        } catch {
            throw RefreshError(
                .homeUnusable,
                "a refreshed token could be written neither to the store nor to \(path): \(error.localizedDescription)")
        }
    }

    /// What lies there, each with its file. A file that cannot be read is passed over, and left.
    func tokens() -> [(file: String, token: SealedToken)] {
        names.compactMap { name in
            let file = path + "/" + name
            guard let data = FileManager.default.contents(atPath: file), data.count <= Limits.rescueFileBytesMax,
                let found = try? JSONDecoder().decode(Rescued.self, from: data)
            else { return nil }
            let notes = RefreshNotes(
                issuedAt: Timestamp(milliseconds: found.issuedAt),
                lapsesAt: found.lapsesAt.map { Timestamp(milliseconds: $0) })
            return (
                file,
                SealedToken(
                    id: found.id, integrationID: found.integrationID, kind: found.kind, generation: found.generation,
                    keyNumber: found.keyNumber, origins: found.origins, sealed: [UInt8](found.sealed),
                    fingerprint: found.fingerprint,
                    setAt: Timestamp(milliseconds: found.setAt),
                    expiresAt: found.expiresAt.map { Timestamp(milliseconds: $0) },
                    refresh: notes)
            )
        }
    }

    /// How many files lie there, readable or not.
    package var waiting: Int { names.count }

    /// Whether nothing lies there.
    package var isEmpty: Bool { names.isEmpty }

    /// The files whose token only this data key opens, and those of which that cannot be told.
    package func files(under key: Int64) -> [String] {
        let readable = Dictionary(tokens().map { ($0.file, $0.token.keyNumber) }) { one, _ in one }
        return names.map { path + "/" + $0 }.filter { readable[$0].map { $0 == key } ?? true }
    }

    private var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { $0.hasSuffix(".sealed") }.sorted()
    }

    /// Takes a file away whose token is in the store, or was overtaken there.
    func remove(_ file: String) { try? FileManager.default.removeItem(atPath: file) }
}
