import Foundation
import PatchbayModel

/// A directory to look for connectors in.
package struct PluginDirectory: Sendable, Hashable {
    package let path: String
    /// Named by the user: that it is missing is an error. Otherwise it is empty.
    package let isRequired: Bool

    package init(path: String, isRequired: Bool) {
        self.path = path
        self.isRequired = isRequired
    }
}

/// A plugin whose bytes can no longer change: what is looked at is what will run.
struct PluginFile: Sendable {
    let path: String
    /// BLAKE2b-256 of the bytes, lower-case hexadecimal: the plugin's identity.
    let digest: String
    /// The sealed copy.
    let copy: OwnedDescriptor
}

/// One file that was found, before it is opened.
struct PluginPlace: Sendable {
    let directory: OwnedDescriptor
    let name: String
    let path: String
}

/// Finds plugins and takes them into memory, step by step, each step with its own reason to refuse.
enum PluginScanner {
    /// Every `*.so` in the directories, in their order, sorted within each. Throws `plugins_unreadable`.
    static func places(in directories: [PluginDirectory]) throws(ConnectorError) -> [PluginPlace] {
        var places: [PluginPlace] = []
        var seen: Set<String> = []
        for directory in directories where seen.insert(directory.path).inserted {
            let open: OwnedDescriptor
            do {
                open = try PluginFiles.openDirectory(directory.path)
            } catch {
                if error.number == ENOENT && !directory.isRequired { continue }
                throw ConnectorError(.pluginsUnreadable, "The plugins directory \(directory.path) cannot be read: \(error.text).")
            }
            let listing = PluginFiles.names(in: open, suffix: ".so", countMax: Limits.pluginsMax)
            guard !listing.isCut else {
                let words = "The plugins directory \(directory.path) holds more than \(Limits.pluginsMax) plugins. Move some away."
                throw ConnectorError(.pluginsUnreadable, words)
            }
            places += listing.names.map { PluginPlace(directory: open, name: $0, path: directory.path + "/" + $0) }
        }
        return places
    }

    /// Opens a file, copies and seals its bytes, and only then hashes them. Throws `LoadRefusal`.
    static func take(_ place: PluginPlace) throws(LoadRefusal) -> PluginFile {
        do {
            let file = try PluginFiles.open(place.name, in: place.directory)
            guard let bytes = try PluginFiles.regularSize(of: file) else {
                throw LoadRefusal(reason: .notRegularFile, sentence: "It is not a regular file.")
            }
            guard bytes > 0 else { throw LoadRefusal(reason: .empty, sentence: "It is empty: it may still be on its way here.") }
            let copy = try PluginFiles.sealedCopy(of: file, bytesMax: Limits.pluginBytesMax)
            return PluginFile(path: place.path, digest: try PluginFiles.digest(of: copy), copy: copy)
        } catch let refusal as LoadRefusal {
            throw refusal
        } catch let fault as SystemFault {
            throw refusal(for: fault)
        } catch {
            throw LoadRefusal(reason: .unreadable, sentence: "It cannot be read.")
        }
    }

    private static func refusal(for fault: SystemFault) -> LoadRefusal {
        switch fault.number {
        case ELOOP: LoadRefusal(reason: .link, sentence: "It is a symbolic link, which is not followed: put the file itself there.")
        case ENXIO: LoadRefusal(reason: .notRegularFile, sentence: "It is not a regular file.")
        case EFBIG:
            LoadRefusal(reason: .tooLarge, sentence: "It is larger than \(Limits.pluginBytesMax / 1_048_576) MiB.")
        default: LoadRefusal(reason: .unreadable, sentence: "It cannot be read: \(fault.text).")
        }
    }
}
