import Foundation
import PatchbayModel

/// Where the root key comes from, as `--key` and `PATCHBAY_KEY` name it.
package enum KeySource: Sendable, Hashable, CustomStringConvertible {
    /// A key file.
    case file(path: String)
    /// A key file that systemd hands over under this name.
    case credential(name: String)
    /// An open descriptor with a key file's line, read to its end and closed.
    case descriptor(Int32)
    /// A program that writes a key file's line to its standard output.
    case command(path: String)
    /// A passphrase that a person types.
    case prompt

    private static let form = "Write file:PATH, credential:NAME, fd:N, cmd:/PATH or prompt."

    /// Reads a source such as `file:/etc/patchbay/key`. Throws `key_invalid`.
    package init(parsing text: String) throws(VaultError) {
        if text == "prompt" {
            self = .prompt
            return
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw VaultError(
                .keyInvalid, "A key source starts with a word and a colon, and this one does not. \(Self.form)")
        }
        let value = String(parts[1])
        guard !value.isEmpty, !value.utf8.contains(0) else {
            throw VaultError(.keyInvalid, "The key source \(parts[0]): has nothing behind its colon. \(Self.form)")
        }
        switch parts[0] {
        case "file": self = .file(path: value)
        case "credential":
            // A name that climbs would leave the one directory that systemd guards.
            guard !value.contains("/"), value != ".", value != ".." else {
                throw VaultError(.keyInvalid, "A credential is named without a path: credential:NAME.")
            }
            self = .credential(name: value)
        case "fd":
            guard let number = Int32(value), number >= 3 else {
                throw VaultError(
                    .keyInvalid, "The key source fd: takes a descriptor from 3 on. Write --key fd:3 3< FILE.")
            }
            self = .descriptor(number)
        case "cmd":
            guard value.hasPrefix("/") else {
                throw VaultError(
                    .keyInvalid, "The key source cmd: takes the absolute path of a program, without arguments.")
            }
            self = .command(path: value)
        default:
            throw VaultError(.keyInvalid, "There is no key source of this kind. \(Self.form)")
        }
    }

    package var description: String {
        switch self {
        case .file(let path): "file:\(path)"
        case .credential(let name): "credential:\(name)"
        case .descriptor(let number): "fd:\(number)"
        case .command(let path): "cmd:\(path)"
        case .prompt: "prompt"
        }
    }

    /// The root key from there. A descriptor gives it once; a prompt and a command block the caller. `storeID` salts a
    /// passphrase.
    ///
    /// Throws `key_missing`, `key_unsafe` or `key_invalid`.
    package func read(storeID: String) throws(VaultError) -> RootKey {
        switch self {
        case .file(let path): return try KeyFile.read(path: path)
        case .credential(let name): return try Self.readCredential(name)
        case .descriptor(let number): return try Self.readDescriptor(number)
        case .command(let path): return try KeyCommand.read(path: path)
        case .prompt: return try RootKey(passphrase: Passphrase.ask("Passphrase of the root key: "), storeID: storeID)
        }
    }

    /// Makes a new root key there. Throws `key_exists` when there is something already, `key_missing` where none can be
    /// made.
    package func create(storeID: String) throws(VaultError) -> RootKey {
        switch self {
        case .file(let path): return try KeyFile.create(path: path)
        case .prompt:
            return try RootKey(passphrase: Passphrase.askTwice("New passphrase of the root key: "), storeID: storeID)
        case .credential, .descriptor, .command:
            throw VaultError(
                .keyMissing,
                "The source \(self) gives a key and cannot make one. Make a key file with --key file:PATH first, and "
                    + "hand that over."
            )
        }
    }

    private static func readCredential(_ name: String) throws(VaultError) -> RootKey {
        guard let directory = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"], directory.hasPrefix("/")
        else {
            throw VaultError(
                .keyMissing,
                "There is no CREDENTIALS_DIRECTORY: systemd sets it for a service with LoadCredential=\(name):PATH. "
                    + "Start it so, or name "
                    + "another source with --key.")
        }
        return try KeyFile.read(path: directory + "/" + name, mayBeGroupReadable: true)
    }

    private static func readDescriptor(_ number: Int32) throws(VaultError) -> RootKey {
        guard fcntl(number, F_GETFD) >= 0 else {
            throw VaultError(
                .keyMissing,
                "Descriptor \(number) is not open, or was read before. Open it: --key fd:\(number) \(number)< FILE.")
        }
        defer { close(number) }
        var text = SecretBytes(capacity: Limits.keyFileBytesMax + 1)
        let failure = fill(&text, from: number, upTo: Limits.keyFileBytesMax + 1)
        guard failure == 0 else {
            throw VaultError(.keyMissing, "Descriptor \(number) cannot be read: \(systemText(failure)).")
        }
        return try KeyFile.parse(text, what: "What descriptor \(number) gave")
    }
}
