import Foundation
import PatchbayModel

/// A directory to look for connectors in.
package struct PluginDirectory: Sendable, Hashable {
    package let path: String
    /// Named by the user: that it is missing is an error. Otherwise it is empty.
    package let isRequired: Bool
    /// Laid down by an installation, with a list of digests that it vouches for.
    package let isShipped: Bool

    package init(path: String, isRequired: Bool, isShipped: Bool = false) {
        self.path = path
        self.isRequired = isRequired
        self.isShipped = isShipped
    }
}

/// One file that was found, before it is opened.
struct PluginPlace: Sendable {
    let directory: OwnedDescriptor
    let name: String
    let path: String
    /// Why nothing in its directory may be used.
    var directoryRefusal: LoadRefusal?
}

/// A file that was opened and may be read.
struct OpenedPlugin: Sendable {
    let place: PluginPlace
    let file: OwnedDescriptor
    let facts: FileFacts
}

/// A plugin whose bytes can no longer change: what is looked at is what will run.
struct PluginFile: Sendable {
    let path: String
    /// BLAKE2b-256 of the bytes, lower-case hexadecimal: the plugin's identity.
    let digest: String
    /// The sealed copy.
    let copy: OwnedDescriptor
    let bytes: UInt64
}

/// Finds plugins and takes them into memory, step by step, each step with its own reason to refuse.
enum PluginScanner {
    /// What was found in the directories.
    struct Finding {
        /// Every `*.so`, in the order of the directories, sorted within each.
        var places: [PluginPlace] = []
        /// Directories that hold more than is looked at, each with its sentence.
        var crowded: [PluginReport] = []
        /// Digests that an installation vouches for.
        var shipped: Set<String> = []
    }

    /// The list of digests beside shipped connectors: lines of a digest and a file name, as b2sum writes them.
    static let shippedList = "digests"

    /// Throws `plugins_unreadable`.
    static func look(in directories: [PluginDirectory]) throws(ConnectorError) -> Finding {
        var finding = Finding()
        var seen: Set<String> = []
        for directory in directories where seen.insert(directory.path).inserted {
            let open: OwnedDescriptor
            let facts: FileFacts
            do {
                open = try PluginFiles.openDirectory(directory.path)
                facts = try PluginFiles.facts(of: open)
            } catch {
                if error.number == ENOENT && !directory.isRequired { continue }
                throw ConnectorError(
                    .pluginsUnreadable, "The plugins directory \(directory.path) cannot be read: \(error.text).")
            }
            let listing = PluginFiles.names(in: open, suffix: ".so", countMax: Limits.pluginsMax)
            if listing.count > listing.names.count { finding.crowded.append(crowd(directory.path, of: listing.count)) }
            let refusal = facts.ownershipRefusal("Its directory", path: directory.path)
            finding.places += listing.names.map {
                PluginPlace(directory: open, name: $0, path: directory.path + "/" + $0, directoryRefusal: refusal)
            }
            if directory.isShipped, refusal == nil { finding.shipped.formUnion(shippedDigests(in: open)) }
        }
        return finding
    }

    /// What is left of a directory beyond the limit is told in one line, under the directory's own name.
    private static func crowd(_ path: String, of count: Int) -> PluginReport {
        let most = Limits.pluginsMax
        let words =
            "It holds \(count) plugins, and at most \(most) of one directory are looked at: "
            + "the first \(most) in the order of their names. Move some away."
        return PluginReport(path: path, state: .refused(.tooMany, words))
    }

    /// Nothing where the list is missing or could have been written by others.
    private static func shippedDigests(in directory: OwnedDescriptor) -> Set<String> {
        guard let file = try? PluginFiles.open(shippedList, in: directory),
            let facts = try? PluginFiles.facts(of: file),
            facts.isRegular, facts.ownershipRefusal("", path: "") == nil,
            let bytes = try? PluginFiles.contents(of: shippedList, in: directory, bytesMax: Limits.pluginLockBytesMax)
        else { return [] }
        return Set(
            String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap {
                $0.split(separator: " ").first.map(String.init)
            })
    }

    /// Opens a file and looks whose it is. Throws `LoadRefusal`.
    static func open(_ place: PluginPlace) throws(LoadRefusal) -> OpenedPlugin {
        if let refusal = place.directoryRefusal { throw refusal }
        do {
            let file = try PluginFiles.open(place.name, in: place.directory)
            let facts = try PluginFiles.facts(of: file)
            guard facts.isRegular else { throw LoadRefusal(.notRegularFile, "It is not a regular file.") }
            guard facts.bytes > 0 else { throw LoadRefusal(.empty, "It is empty: it may still be on its way here.") }
            guard facts.bytes <= Limits.pluginBytesMax else { throw tooLarge }
            if let refusal = facts.ownershipRefusal("It", path: place.path) { throw refusal }
            return OpenedPlugin(place: place, file: file, facts: facts)
        } catch let refusal as LoadRefusal {
            throw refusal
        } catch let fault as SystemFault {
            throw refusal(for: fault)
        } catch {
            throw LoadRefusal(.unreadable, "It cannot be read.")
        }
    }

    /// Copies and seals its bytes, and only then hashes them. Throws `LoadRefusal`.
    static func take(_ plugin: OpenedPlugin) throws(LoadRefusal) -> PluginFile {
        do {
            let copy = try PluginFiles.sealedCopy(of: plugin.file, bytesMax: Limits.pluginBytesMax)
            let bytes = try PluginFiles.facts(of: copy).bytes
            return PluginFile(
                path: plugin.place.path, digest: try PluginFiles.digest(of: copy), copy: copy, bytes: bytes)
        } catch {
            throw refusal(for: error)
        }
    }

    /// The bytes of the signature that lies beside a plugin. Throws `LoadRefusal`.
    static func signature(of place: PluginPlace) throws(LoadRefusal) -> [UInt8] {
        do {
            return try PluginFiles.contents(
                of: place.name + Minisign.suffix, in: place.directory, bytesMax: Limits.signatureBytesMax)
        } catch {
            guard error.number == ENOENT else {
                throw LoadRefusal(
                    .signatureInvalid, "Its signature \(place.name)\(Minisign.suffix) cannot be read: \(error.text).")
            }
            throw LoadRefusal(
                .signatureMissing,
                "The policy is signed, and \(place.name)\(Minisign.suffix) is not there. Get it from its maker, or: "
                    + "patchbay connector trust \(place.path)"
            )
        }
    }

    private static var tooLarge: LoadRefusal {
        LoadRefusal(.tooLarge, "It is larger than \(Limits.pluginBytesMax / 1_048_576) MiB.")
    }

    private static func refusal(for fault: SystemFault) -> LoadRefusal {
        switch fault.number {
        case ELOOP: LoadRefusal(.link, "It is a symbolic link, which is not followed: put the file itself there.")
        case ENXIO: LoadRefusal(.notRegularFile, "It is not a regular file.")
        case EFBIG: tooLarge
        default: LoadRefusal(.unreadable, "It cannot be read: \(fault.text).")
        }
    }
}
