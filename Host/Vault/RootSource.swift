import Foundation
import PatchbayModel

/// The sources of the root key that were named: usually one, and when there are two they must give the same key.
package struct RootSource: Sendable {
    package let first: KeySource
    private let second: KeySource?
    private let storeID: String

    /// `storeID` salts a passphrase.
    package init(_ first: KeySource, and second: KeySource?, storeID: String) {
        self.first = first
        self.second = second == first ? nil : second
        self.storeID = storeID
    }

    /// The root key. Two sources that disagree stop the start: one of them is a mistake, and which one only a person
    /// knows. Throws `key_sources_disagree`, and what the sources throw.
    package func read() throws(VaultError) -> RootKey {
        let root = try first.read(storeID: storeID)
        if let second { try check(root, against: second) }
        return root
    }

    private func check(_ root: borrowing RootKey, against second: KeySource) throws(VaultError) {
        let other = try second.read(storeID: storeID)
        if root.isSame(as: other) { return }
        let (one, two) = (root.id, other.id)
        throw VaultError(
            .keySourcesDisagree,
            "Two key sources are named and give different keys: \(first) (--key) gives \(one), \(second) "
                + "(PATCHBAY_KEY) gives \(two). "
                + "Name one.")
    }

    /// The root key of this store. Where a rewrap died before its key file got its name, the file is found under its
    /// first one, and the change is ended. Throws as `read` and `Vault.open` do.
    package func read(for keyring: VaultKeyring) throws(VaultError) -> RootKey {
        do {
            let root = try read()
            guard case .file(let path) = first, !RootHold(root).fits(keyring) else { return root }
            if let newer = successor(KeySuccession(path: path), keyring) { return newer }
            return root
        } catch  where error.code == .keyMissing {
            guard case .file(let path) = first, let root = successor(KeySuccession(path: path), keyring) else {
                throw error
            }
            return root
        }
    }

    private func successor(_ succession: KeySuccession, _ keyring: VaultKeyring) -> RootKey? {
        for path in [succession.newPath, succession.path] {
            // Another process may give it its name between the two looks.
            guard second == nil, let root = try? KeyFile.read(path: path), RootHold(root).fits(keyring) else {
                continue
            }
            // The key is good under either name; a folder that may not be written now is written at another start.
            try? succession.finish(newID: root.id)
            return root
        }
        return nil
    }

    /// Whether it gives the key a second time without asking anybody.
    var isReadableAgain: Bool {
        switch first {
        case .file, .credential, .command: second == nil
        case .descriptor, .prompt: false
        }
    }

    /// Opens a store's keys. Throws as `read` and `Vault.open` do.
    package func open(_ keyring: VaultKeyring) throws(VaultError) -> Vault {
        let root = try read(for: keyring)
        do {
            return try Vault.open(rootKey: root, keyring: keyring, source: self)
        } catch  where error.code == .keyWrong {
            guard case .file(let path) = first else { throw error }
            let old = KeySuccession(path: path).oldPath(keyring.keyID)
            guard unsafe access(old, F_OK) == 0 else { throw error }
            throw VaultError(.keyWrong, "\(error.message) The file \(old) bears its id.")
        }
    }

    /// The keys of a new store, under the root key that is there.
    package func newKeyring() throws(VaultError) -> (vault: Vault, keyring: VaultKeyring) {
        let root = try read()
        return try Vault.create(rootKey: root, storeID: storeID)
    }

    /// New keys under the root key that is there; nil when that opens the ones that are to be replaced. Reads the
    /// source once.
    package func newKeyring(unlessOpening keyring: VaultKeyring) throws(VaultError) -> (
        vault: Vault, keyring: VaultKeyring
    )? {
        // Also under the name that a rewrap gave it first.
        let root = try read(for: keyring)
        if try opens(root, keyring) { return nil }
        return try Vault.create(rootKey: root, storeID: storeID)
    }

    private func opens(_ root: borrowing RootKey, _ keyring: VaultKeyring) throws(VaultError) -> Bool {
        do {
            _ = try Vault.open(rootKey: root, keyring: keyring)
            return true
        } catch {
            guard error.code == .keyWrong || error.code == .tokenDamaged else { throw error }
            return false
        }
    }

    /// The keys of a new store, under a root key that is made at the first source.
    package func newKeyringAndRoot() throws(VaultError) -> (vault: Vault, keyring: VaultKeyring) {
        let root = try first.create(storeID: storeID)
        return try Vault.create(rootKey: root, storeID: storeID)
    }
}
