import PatchbayModel

/// Where the root key comes from, as `--key` and `PATCHBAY_KEY` name it.
package enum KeySource: Sendable, Hashable, CustomStringConvertible {
    /// A key file.
    case file(path: String)

    /// Reads a source such as `file:/etc/patchbay/key`. Throws `key_invalid`.
    package init(parsing text: String) throws(VaultError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let form = "Write file:PATH."
        guard parts.count == 2 else {
            throw VaultError(.keyInvalid, "A key source starts with a word and a colon, and this one does not. \(form)")
        }
        switch parts[0] {
        case "file":
            guard !parts[1].isEmpty, !parts[1].utf8.contains(0) else {
                throw VaultError(.keyInvalid, "The key source file: has no path. \(form)")
            }
            self = .file(path: String(parts[1]))
        case "credential", "fd", "cmd", "prompt":
            throw VaultError(.keyInvalid, "This version of patchbay has no key source \(parts[0]):. \(form)")
        default:
            throw VaultError(.keyInvalid, "There is no key source of this kind. \(form)")
        }
    }

    package var description: String {
        switch self {
        case .file(let path): "file:\(path)"
        }
    }

    /// The root key from there. Throws `key_missing`, `key_unsafe` or `key_invalid`.
    package func read() throws(VaultError) -> RootKey {
        switch self {
        case .file(let path): try KeyFile.read(path: path)
        }
    }

    /// Makes a new root key there. Throws `key_exists` when there is something already.
    package func create() throws(VaultError) -> RootKey {
        switch self {
        case .file(let path): try KeyFile.create(path: path)
        }
    }
}
