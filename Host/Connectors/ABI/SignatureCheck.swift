import CSodium

/// Ed25519, by libsodium.
enum SignatureCheck {
    /// Whether a signature fits some bytes.
    static func fits(_ data: [UInt8], key: [UInt8], signature: [UInt8]) -> Bool {
        guard hasLengths(key, signature) else { return false }
        return unsafe patchbay_signature_fits(key, data, data.count, signature) == 1
    }

    /// Whether it fits a sealed file.
    static func fits(_ file: OwnedDescriptor, isHashed: Bool, key: [UInt8], signature: [UInt8]) -> Bool {
        guard hasLengths(key, signature) else { return false }
        return unsafe patchbay_file_signature_fits(key, file.number, isHashed ? 1 : 0, signature) == 1
    }

    private static func hasLengths(_ key: [UInt8], _ signature: [UInt8]) -> Bool {
        key.count == Int(PATCHBAY_PUBLIC_KEY_BYTES) && signature.count == Int(PATCHBAY_SIGNATURE_BYTES)
    }
}
