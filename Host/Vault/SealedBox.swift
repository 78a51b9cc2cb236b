import CSodium
import PatchbayModel

/// Sealing and opening in format 1, and the sentence for each way in which opening fails.
enum SealedBox {
    /// Seals `payload`, which must have room for one block of padding. `nonce` is nil everywhere but in the frozen test
    /// vectors.
    static func seal(
        _ payload: inout SecretBytes, key: borrowing SecretBytes, number: UInt32, generation: Int64, place: SealPlace,
        nonce: [UInt8]? = nil
    ) throws(VaultError) -> [UInt8] {
        precondition(nonce.map { $0.count == Int(PATCHBAY_NONCE_BYTES) } ?? true, "a nonce has 24 bytes")
        let header = patchbay_seal_header(key_number: number, generation: UInt64(bitPattern: generation))
        var sealed = [UInt8](
            repeating: 0, count: payload.count + 2 * Int(PATCHBAY_SEAL_BLOCK_BYTES) + Int(PATCHBAY_SEAL_HEADER_BYTES))
        var sealedCount = 0
        let code = unsafe key.withBytes { key in
            unsafe payload.withMutableBytes { payload, count in
                unsafe place.withPlace { place in
                    unsafe patchbay_seal(
                        key.bytes, header, place, payload.mutableBytes, count, payload.count, nonce, &sealed,
                        sealed.count, &sealedCount)
                }
            }
        }
        guard code == PATCHBAY_SEAL_OK else {
            throw VaultError(
                .tokenInvalid, "The token with what belongs to it is too long to be sealed. Use a shorter one.")
        }
        sealed.removeLast(sealed.count - sealedCount)
        return sealed
    }

    /// The header, after a check of the shape; needs no key.
    static func inspect(_ sealed: [UInt8], what: String) throws(VaultError) -> patchbay_seal_header {
        var header = patchbay_seal_header()
        let code = unsafe patchbay_seal_inspect(sealed, sealed.count, &header)
        if code != PATCHBAY_SEAL_OK { throw failure(code, what: what) }
        return header
    }

    /// Opens a sealed value. `what` begins the sentence of the error: "The token", "The data key 2".
    static func open(_ sealed: [UInt8], key: borrowing SecretBytes, place: SealPlace, what: String) throws(VaultError)
        -> SecretBytes
    {
        var payload = SecretBytes(capacity: max(sealed.count, 1))
        let code = unsafe key.withBytes { key in
            unsafe payload.withMutableBytes { payload, count in
                unsafe place.withPlace { place in
                    unsafe patchbay_open(
                        key.bytes, place, sealed, sealed.count, payload.mutableBytes, payload.count, &count)
                }
            }
        }
        if code != PATCHBAY_SEAL_OK { throw failure(code, what: what) }
        return payload
    }

    static func failure(_ code: Int32, what: String) -> VaultError {
        let again = "Set the token again, or restore the store from a backup."
        return switch code {
        case PATCHBAY_SEAL_NOT_SEALED: VaultError(.tokenDamaged, "\(what) in the store is not a sealed value. \(again)")
        case PATCHBAY_SEAL_NEWER: VaultError(.storeTooNew, "\(what) was sealed by a newer patchbay. Upgrade patchbay.")
        case PATCHBAY_SEAL_WRONG_KEY:
            VaultError(.keyWrong, "\(what) was sealed under another key than the one it names. \(again)")
        case PATCHBAY_SEAL_CHANGED:
            VaultError(
                .tokenDamaged, "\(what) was changed in the store, or moved from the place it was sealed for. \(again)")
        default:
            VaultError(
                .tokenDamaged,
                "\(what) in the store has a length that no sealed value has: it was cut or extended. \(again)")
        }
    }
}
