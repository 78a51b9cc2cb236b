import CSodium
import Foundation
import PatchbayModel

/// Whom a recovery slot is for. Its mark, made with the root, covers all of it.
package struct SlotPlace: Sendable, Hashable {
    package let storeID: String
    package let name: String
    /// `passphrase` or `public-key`.
    package let kind: String
    package let salt: [UInt8]
    package let publicKey: [UInt8]

    package init(storeID: String, name: String, kind: String, salt: [UInt8], publicKey: [UInt8]) {
        self.storeID = storeID
        self.name = name
        self.kind = kind
        self.salt = salt
        self.publicKey = publicKey
    }
}

extension RootHold {
    func mark(_ slot: SlotPlace) -> [UInt8] {
        var fields: [UInt8] = []
        for text in [slot.storeID, slot.name, slot.kind] { SealPlace.append(text.utf8, to: &fields) }
        for bytes in [slot.salt, slot.publicKey] { SealPlace.append(bytes, to: &fields) }
        var mark = [UInt8](repeating: 0, count: 32)
        let code = unsafe slotKey.withBytes { key in
            unsafe patchbay_fingerprint(key.bytes, fields, fields.count, &mark, mark.count)
        }
        precondition(code == 0, "a slot can always be marked")
        return mark
    }
}

extension Vault {
    /// Whether a slot was made by somebody who had the root, for this owner. One that was written into the store by
    /// others was not.
    package func bears(mark: [UInt8], _ slot: SlotPlace) -> Bool {
        let own = keys.withLock { $0.root }.mark(slot)
        return unsafe mark.count == own.count && sodium_memcmp(mark, own, own.count) == 0
    }
}

extension RootKey {
    /// The root as a slot holds it, and the mark of that slot. Only the owner of the public key opens it. Throws
    /// `key_invalid`.
    package borrowing func sealed(for slot: SlotPlace) throws(VaultError) -> (sealedRoot: [UInt8], mark: [UInt8]) {
        guard slot.publicKey.count == Int(PATCHBAY_KEY_BYTES) else {
            throw VaultError(.keyInvalid, "The public key of the recovery slot \(slot.name) has the wrong length.")
        }
        let line = KeyFile.line(for: self)
        var sealed = [UInt8](repeating: 0, count: line.count + Int(PATCHBAY_BOX_OVERHEAD_BYTES))
        let code = unsafe line.withBytes { unsafe patchbay_box_seal(slot.publicKey, $0.bytes, $0.count, &sealed) }
        guard code == 0 else {
            throw VaultError(
                .keyInvalid, "The public key of the recovery slot \(slot.name) is none. Name the file that keygen made."
            )
        }
        return (sealed, RootHold(self).mark(slot))
    }
}

/// What opens a recovery slot: made of a passphrase, or read from an offline private key.
package struct SlotSecret: ~Copyable, Sendable {
    private let seed: SecretBytes
    package let publicKey: [UInt8]

    init(seed: consuming SecretBytes) {
        var key = [UInt8](repeating: 0, count: Int(PATCHBAY_KEY_BYTES))
        unsafe seed.withBytes { unsafe patchbay_box_pair($0.bytes, &key, nil) }
        self.seed = seed
        publicKey = key
    }

    /// A second of work and 256 MiB. Throws `key_missing` where memory is short.
    package init(passphrase: borrowing SecretBytes, salt: [UInt8]) throws(VaultError) {
        guard salt.count == Int(PATCHBAY_SALT_BYTES) else {
            throw VaultError(.keyInvalid, "The recovery slot was changed in the store: its salt has the wrong length.")
        }
        self.init(seed: try Passphrase.stretch(passphrase, salt: salt))
    }

    package static func newSalt() -> [UInt8] { (0..<Int(PATCHBAY_SALT_BYTES)).map { _ in UInt8.random(in: 0...255) } }

    /// The root in a slot. Throws `key_wrong` for what does not open it, `key_invalid` for what no slot holds.
    package borrowing func open(_ sealed: [UInt8], of slot: SlotPlace) throws(VaultError) -> RootKey {
        let (name, overhead) = (slot.name, Int(PATCHBAY_BOX_OVERHEAD_BYTES))
        guard publicKey == slot.publicKey else {
            let what = slot.kind == "passphrase" ? "passphrase" : "private key"
            throw VaultError(
                .keyWrong, "This is not the \(what) of the recovery slot \(name), or the slot was changed in the store."
            )
        }
        guard sealed.count > overhead, sealed.count <= overhead + Limits.keyFileBytesMax else {
            throw Self.changed(name)
        }
        var line = SecretBytes(capacity: sealed.count)
        let code = unsafe seed.withBytes { seed in
            unsafe line.withMutableBytes { memory, count in
                count = sealed.count - overhead
                return unsafe patchbay_box_open(seed.bytes, sealed, sealed.count, memory.mutableBytes)
            }
        }
        guard code == 0 else { throw Self.changed(name) }
        return try KeyFile.parse(line, what: "What the recovery slot \(name) holds")
    }

    private static func changed(_ name: String) -> VaultError {
        VaultError(
            .keyInvalid,
            "The recovery slot \(name) was changed in the store and opens nothing. Remove it, and add it anew.")
    }
}

/// The offline pair of a recovery slot, in two files.
package enum RecoveryPair {
    /// Makes a pair in a folder; gives the id that both files bear. Throws `key_exists`, `key_unsafe`, `home_unusable`.
    package static func make(in folder: String) throws(VaultError) -> (
        id: String, privatePath: String, publicPath: String
    ) {
        let folder = KeyFile.absolute(folder)
        let (privatePath, publicPath) = (folder + "/recovery.key", folder + "/recovery.pub")
        for path in [privatePath, publicPath] {
            var facts = stat()
            guard unsafe lstat(path, &facts) != 0 else {
                throw VaultError(
                    .keyExists,
                    "There is already a file at \(path), and a key is never overwritten. Name another folder.")
            }
        }
        let seed = SecretBytes(randomCount: Int(PATCHBAY_KEY_BYTES))
        let secret = unsafe seed.withBytes { unsafe SlotSecret(seed: SecretBytes(copying: $0)) }
        let publicKey = secret.publicKey
        let id = hexText(publicKey.prefix(8))
        try KeyFile.write(KeyFile.line(for: RootKey(id: id, secret: seed), kind: .recovery), to: privatePath)
        var shown = SecretBytes(capacity: publicKey.count)
        shown.append(publicKey)
        try KeyFile.write(KeyFile.line(for: RootKey(id: id, secret: shown), kind: .recoveryPublic), to: publicPath)
        return (id, privatePath, publicPath)
    }

    /// Throws `key_missing`, `key_unsafe`, `key_invalid`.
    package static func readPrivate(_ path: String) throws(VaultError) -> SlotSecret {
        let path = KeyFile.absolute(path)
        let key = try KeyFile.parse(KeyFile.readLine(path: path), what: "The file \(path)", kind: .recovery)
        return SlotSecret(seed: key.releaseSecret())
    }

    /// It is no secret, so it may lie open; who could change it would get the root, so nobody else may. Throws as
    /// `readPrivate` does.
    package static func readPublic(_ path: String) throws(VaultError) -> (id: String, key: [UInt8]) {
        let path = KeyFile.absolute(path)
        let line = try KeyFile.readLine(path: path, isSecret: false)
        let key = try KeyFile.parse(line, what: "The file \(path)", kind: .recoveryPublic)
        let bytes = unsafe key.withSecret { unsafe [UInt8]($0) }
        return (key.id, bytes)
    }
}
