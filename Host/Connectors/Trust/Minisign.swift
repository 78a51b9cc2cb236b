import CSodium
import Foundation
import PatchbayModel

/// Signatures in the form of minisign (https://jedisct1.github.io/minisign): Ed25519 over the file or over its BLAKE2b-512, and a second one
/// over the first with its trusted comment.
package enum Minisign {
    /// The suffix of a signature's file.
    static let suffix = ".minisig"

    /// A trusted public key.
    package struct PublicKey: Sendable, Hashable {
        /// As people write it: base64 of `Ed`, the key's number and the key.
        package let text: String
        let number: [UInt8]
        let key: [UInt8]

        /// Reads a key as minisign prints it, or the text of its file, whose first line is a comment. Nil when it is none.
        package init?(parsing text: String) {
            let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            guard let line = lines.last(where: { !$0.isEmpty && !$0.hasPrefix("untrusted comment:") }),
                let bytes = Data(base64Encoded: line).map(Array.init), bytes.count == 42, bytes.starts(with: Array("Ed".utf8))
            else { return nil }
            self.text = line
            number = Array(bytes[2..<10])
            key = Array(bytes[10...])
        }

        /// As minisign names it: the number in hexadecimal, most significant byte first.
        package var id: String {
            number.reversed().map { String($0 >> 4, radix: 16, uppercase: true) + String($0 & 15, radix: 16, uppercase: true) }.joined()
        }
    }

    /// The content of a signature's file.
    private struct Signature {
        let isHashed: Bool
        let number: [UInt8]
        let bytes: [UInt8]
        let trustedComment: String
        let commentSignature: [UInt8]

        init?(_ text: String) {
            let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
            guard lines.count >= 4, lines[0].hasPrefix("untrusted comment:"), lines[2].hasPrefix("trusted comment: "),
                let first = Data(base64Encoded: lines[1]).map(Array.init), first.count == 74,
                let second = Data(base64Encoded: lines[3]).map(Array.init), second.count == 64
            else { return nil }
            switch Array(first.prefix(2)) {
            case Array("ED".utf8): isHashed = true
            case Array("Ed".utf8): isHashed = false
            default: return nil
            }
            number = Array(first[2..<10])
            bytes = Array(first[10...])
            trustedComment = String(lines[2].dropFirst("trusted comment: ".count))
            commentSignature = second
        }
    }

    /// Checks a sealed plugin against a signature's text. Throws `LoadRefusal` when no trusted key made it for these bytes.
    static func check(_ plugin: OwnedDescriptor, signature text: String, keys: [PublicKey]) throws(LoadRefusal) {
        guard let signature = Signature(text) else {
            throw LoadRefusal(.signatureInvalid, "Its signature file is not one that minisign writes.")
        }
        guard let key = keys.first(where: { $0.number == signature.number }) else {
            throw LoadRefusal(
                .signerUnknown,
                "It is signed with a key that is not trusted here. If you know it: patchbay connector trust --public-key FILE")
        }
        let covered = signature.bytes + Array(signature.trustedComment.utf8)
        guard patchbay_sodium_init() == 0,
            SignatureCheck.fits(plugin, isHashed: signature.isHashed, key: key.key, signature: signature.bytes),
            SignatureCheck.fits(covered, key: key.key, signature: signature.commentSignature)
        else { throw LoadRefusal(.signatureInvalid, "Its signature does not fit its bytes: it was changed after it was signed.") }
    }
}
