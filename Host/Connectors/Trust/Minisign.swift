import CSodium
import Foundation
import PatchbayModel

/// Signatures in the form of minisign (https://jedisct1.github.io/minisign): Ed25519 over the file or over its
/// BLAKE2b-512, and a second one over the first with its trusted comment.
package enum Minisign {
    /// The suffix of a signature's file.
    static let suffix = ".minisig"

    /// A trusted public key.
    package struct PublicKey: Sendable, Hashable {
        /// As people write it: base64 of `Ed`, the key's number and the key.
        package let text: String
        let number: [UInt8]
        let key: [UInt8]

        /// Reads a key as minisign prints it, or the text of its file, whose first line is a comment. Nil when it is
        /// none.
        package init?(parsing text: String) { self.init(parsing: Array(text.utf8)) }

        /// The same from bytes, of which the comment may be any.
        package init?(parsing bytes: [UInt8]) {
            let lines = Minisign.lines(of: bytes).map(Minisign.withoutBlanks)
            guard let line = lines.last(where: { !$0.isEmpty && !$0.starts(with: Minisign.untrusted) }),
                let bytes = Minisign.decoded(line, count: 42), bytes.starts(with: Array("Ed".utf8))
            else { return nil }
            text = String(decoding: line, as: UTF8.self)
            number = Array(bytes[2..<10])
            key = Array(bytes[10...])
        }

        /// As minisign names it: the number in hexadecimal, most significant byte first.
        package var id: String {
            number.reversed().map {
                String($0 >> 4, radix: 16, uppercase: true) + String($0 & 15, radix: 16, uppercase: true)
            }.joined()
        }
    }

    /// The content of a signature's file, four lines: a comment, the signature, a comment that is signed, and the
    /// signature of that.
    fileprivate struct Signature {
        let isHashed: Bool
        let number: [UInt8]
        let bytes: [UInt8]
        /// The bytes after `trusted comment: `, which may be any but a line feed.
        let trustedComment: ArraySlice<UInt8>
        let commentSignature: [UInt8]

        init?(_ bytes: [UInt8]) {
            let lines = Minisign.lines(of: bytes)
            guard lines.count >= 4, lines[0].starts(with: Minisign.untrusted), lines[2].starts(with: Minisign.trusted),
                let first = Minisign.decoded(lines[1], count: 74), let second = Minisign.decoded(lines[3], count: 64)
            else { return nil }
            switch Array(first.prefix(2)) {
            case Array("ED".utf8): isHashed = true
            case Array("Ed".utf8): isHashed = false
            default: return nil
            }
            number = Array(first[2..<10])
            self.bytes = Array(first[10...])
            trustedComment = lines[2].dropFirst(Minisign.trusted.count)
            commentSignature = second
        }
    }

    /// A signature whose form is sound and whose signer is trusted.
    struct Checked {
        private let signature: Signature
        private let key: PublicKey
        /// Tells this signature and key from every other.
        let stamp: String

        fileprivate init(_ signature: Signature, key: PublicKey, of bytes: [UInt8]) {
            self.signature = signature
            self.key = key
            stamp = PluginFiles.digest(of: Array(key.text.utf8) + bytes)
        }

        /// Whether it was made for these bytes, and for the comment beside it.
        func fits(_ plugin: OwnedDescriptor) -> Bool {
            patchbay_sodium_init() == 0
                && SignatureCheck.fits(plugin, isHashed: signature.isHashed, key: key.key, signature: signature.bytes)
                && SignatureCheck.fits(
                    signature.bytes + signature.trustedComment, key: key.key, signature: signature.commentSignature)
        }
    }

    /// Reads a signature's file. Throws `LoadRefusal` when it is none, or is of nobody who is trusted.
    static func read(_ bytes: [UInt8], keys: [PublicKey]) throws(LoadRefusal) -> Checked {
        guard let signature = Signature(bytes) else {
            throw LoadRefusal(.signatureInvalid, "Its signature file is not one that minisign writes.")
        }
        guard let key = keys.first(where: { $0.number == signature.number }) else {
            throw LoadRefusal(
                .signerUnknown,
                "It is signed with a key that is not trusted here. If you know it: patchbay connector trust "
                    + "--public-key FILE"
            )
        }
        return Checked(signature, key: key, of: bytes)
    }

    static var misfit: LoadRefusal {
        LoadRefusal(.signatureInvalid, "Its signature does not fit its bytes: it was changed after it was signed.")
    }

    // MARK: Lines

    fileprivate static let untrusted = Array("untrusted comment:".utf8)
    fileprivate static let trusted = Array("trusted comment: ".utf8)

    /// Lines end at a line feed and at nothing else, as for minisign, which reads them with `fgets` and takes carriage
    /// returns off their ends: a comment may hold whatever Unicode calls the end of a line, and bytes that are no text.
    fileprivate static func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
            line.prefix(line.count - line.reversed().prefix { $0 == 0x0D }.count)
        }
    }

    fileprivate static func withoutBlanks(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let rest = line.drop { $0 == 0x20 || $0 == 0x09 }
        return rest.prefix(rest.count - rest.reversed().prefix { $0 == 0x20 || $0 == 0x09 }.count)
    }

    fileprivate static func decoded(_ line: ArraySlice<UInt8>, count: Int) -> [UInt8]? {
        Data(base64Encoded: Data(line)).map(Array.init).flatMap { $0.count == count ? $0 : nil }
    }
}
