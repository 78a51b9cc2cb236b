import CLibsodium
import Foundation
import Testing

@testable import PatchbayConnectors

/// Signatures as minisign writes them, made here.
@Suite("A signature in minisign's form")
struct SignatureTests {
    /// A key pair, and what it signs.
    private struct Signer {
        let publicKey: [UInt8]
        private let secretKey: [UInt8]
        private let number: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]

        init() {
            var (open, secret) = ([UInt8](repeating: 0, count: 32), [UInt8](repeating: 0, count: 64))
            _ = unsafe crypto_sign_keypair(&open, &secret)
            (publicKey, secretKey) = (open, secret)
        }

        var line: String { Data(Array("Ed".utf8) + number + publicKey).base64EncodedString() }

        private func sign(_ bytes: [UInt8]) -> [UInt8] {
            var signature = [UInt8](repeating: 0, count: 64)
            _ = unsafe crypto_sign_detached(&signature, nil, bytes, UInt64(bytes.count), secretKey)
            return signature
        }

        /// Over the BLAKE2b-512 of the file, and over that signature with the comment's bytes.
        func file(for bytes: [UInt8], untrusted: [UInt8], trusted: [UInt8], lineEnd: String = "\n") -> [UInt8] {
            var hash = [UInt8](repeating: 0, count: 64)
            _ = unsafe crypto_generichash(&hash, 64, bytes, UInt64(bytes.count), nil, 0)
            let first = sign(hash)
            let lines = [
                Array("untrusted comment: ".utf8) + untrusted,
                Array(Data(Array("ED".utf8) + number + first).base64EncodedString().utf8),
                Array("trusted comment: ".utf8) + trusted,
                Array(Data(sign(first + trusted)).base64EncodedString().utf8),
            ]
            return lines.flatMap { $0 + Array(lineEnd.utf8) }
        }
    }

    private static let comments: [(String, [UInt8])] = [
        ("plain", Array("timestamp:1 file:echo.so".utf8)), ("empty", []), ("form feed", Array("a\u{0C}b".utf8)),
        ("vertical tab", Array("a\u{0B}b".utf8)), ("next line", Array("a\u{85}b".utf8)),
        ("line separator", Array("a\u{2028}b\u{2029}".utf8)),
        ("carriage return inside", Array("a\rb".utf8)), ("not UTF-8", [0x61, 0xFF, 0xFE, 0x62]),
        ("blanks around", Array("  a  ".utf8)),
        ("4,077 bytes", [UInt8](repeating: 0x63, count: 4_077)),
        ("8,000 bytes", [UInt8](repeating: 0x63, count: 8_000)),
    ]

    @Test(
        "is read up to each line feed and no other character, and its comments are bytes", arguments: comments.map(\.0))
    func comment(_ name: String) async throws {
        let comment = try #require(Self.comments.first { $0.0 == name }).1
        let (shop, signer) = (try Workshop(), Signer())
        let plugin = try await shop.echo()
        let bytes = try Array(Data(contentsOf: plugin))
        let trust = PluginTrust(home: shop.home)
        try trust.setPolicy(.signed)
        try trust.setSigner(try #require(Minisign.PublicKey(parsing: signer.line)), isTrusted: true)
        let signature = shop.plugins.appendingPathComponent("echo.so.minisig")
        for lineEnd in ["\n", "\r\n"] {
            try Data(
                signer.file(for: bytes, untrusted: Array(comment.prefix(1_000)), trusted: comment, lineEnd: lineEnd)
            ).write(to: signature)
            #expect(try await shop.list(home: shop.home).basis == .signed)
        }
        // One byte of it changed, and it is no longer what was signed.
        var changed = signer.file(for: bytes, untrusted: [], trusted: comment)
        let start = try #require(Data(changed).range(of: Data("trusted comment: ".utf8), in: 40..<changed.count))
            .upperBound
        if comment.isEmpty { changed.insert(0x20, at: start) } else { changed[start] ^= 1 }
        try Data(changed).write(to: signature)
        #expect(try await shop.list(home: shop.home).refusal == "signature_invalid")
    }

    @Test("is refused when the file beside it is larger than minisign writes, and a key's comment may be any bytes")
    func bounds() async throws {
        let (shop, signer) = (try Workshop(), Signer())
        try await shop.echo()
        let trust = PluginTrust(home: shop.home)
        try trust.setPolicy(.signed)
        let key =
            Array("untrusted comment: minisign public key \u{0C}".utf8) + [0xFF, 0x0A]
            + Array((signer.line + "\n").utf8)
        try trust.setSigner(try #require(Minisign.PublicKey(parsing: key)), isTrusted: true)
        try Data(signer.file(for: [], untrusted: [], trusted: [UInt8](repeating: 0x61, count: 20_000)))
            .write(to: shop.plugins.appendingPathComponent("echo.so.minisig"))
        #expect(try await shop.list(home: shop.home).refusal == "signature_invalid")
    }
}
