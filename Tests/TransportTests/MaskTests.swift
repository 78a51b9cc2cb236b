import Foundation
@testable import PatchbayTransport
import Testing

@Suite("The mask over a token in an answer")
struct MaskTests {
    /// A mask for one secret.
    private func mask(_ secret: String) throws -> SecretMask {
        let made = unsafe Array(secret.utf8).withUnsafeBytes { unsafe SecretMask([$0]) }
        return try #require(made)
    }

    private func masked(_ text: String, _ mask: SecretMask) -> String {
        var bytes = Array(text.utf8)
        mask.apply(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// One byte of a token as an answer may write it.
    private static func spelled(_ byte: UInt8, _ random: inout some RandomNumberGenerator) -> String {
        let raw = String(decoding: [byte], as: UTF8.self)
        let hex = String(byte, radix: 16)
        let forms = [
            raw, raw, raw, "\\u00\(hex)", "\\u00\(hex.uppercased())", "\\\\u00\(hex)", "\\\\\\\\u00\(hex)",
            "\\u{\(hex)}",
            "\\x\(hex)", "\\U000000\(hex)", "%\(hex)", "%\(hex.uppercased())", "%25\(hex)", "%2525\(hex)", "%u00\(hex)",
            "&#\(byte);", "&#0\(byte);", "&#x\(hex);", "&#X\(hex.uppercased());", "&amp;#\(byte);",
            "=\(hex.uppercased())", hex,
            ":\(hex)", " 0x\(hex)", ", \(hex)", "\\\(byte < 64 ? "0" : "")\(String(byte, radix: 8))", "\n\(raw)",
            "=\r\n\(raw)", "\\\n\(raw)", "\n\(hex)",
            "\\r\\n\(raw)",
        ]
        return forms.randomElement(using: &random) ?? raw
    }

    @Test(
        "any twelve bytes of it in a row are written over, in whatever mix of spellings",
        arguments: 0..<40 as Range<UInt64>)
    func mixed(_ seed: UInt64) throws {
        var random = Seeded(state: seed)
        let alphabet = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~+/=%&\\\"'<>:;,".utf8)
        for _ in 0..<50 {
            let token = (0..<Int.random(in: 12...200, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 65
            }
            let mask = try mask(String(decoding: token, as: UTF8.self))
            let count = Int.random(in: 12...token.count, using: &random)
            let start = Int.random(in: 0...(token.count - count), using: &random)
            let echo = token[start..<start + count].map { Self.spelled($0, &random) }.joined()
            let text = masked("{\"echo\": [|\(echo)|]}", mask)
            let inside = text.dropFirst("{\"echo\": [|".count).dropLast("|]}".count)
            let isMasked = inside.allSatisfy { $0 == "*" || $0.isNewline }
            #expect(isMasked, "\(text) of \(echo) of \(String(decoding: token, as: UTF8.self))")
        }
    }

    @Test("in base64 too, wherever in it the twelve bytes begin", arguments: 0..<3)
    func base64(_ shift: Int) throws {
        let token = "s3cret/token+value=and more of it"
        let mask = try mask(token)
        for start in 0...(token.utf8.count - 14) {
            let part = Array(token.utf8)[start..<start + 14]
            let text = Data(Array(repeating: UInt8(ascii: "x"), count: shift) + part).base64EncodedString()
            for written in [
                text, text.replacing("+", with: "-").replacing("/", with: "_"), text.replacing("/", with: "\\/"),
            ] {
                let left = masked("<\(written)>", mask).filter { $0 != "*" }
                #expect(left.count <= 2 + 4, "\(written): \(left)")
            }
        }
    }

    @Test("the whole of one that has fewer bytes", arguments: ["eight888", "elevenbytes"])
    func short(_ token: String) throws {
        let mask = try mask(token)
        #expect(masked("<\(token)>", mask) == "<\(String(repeating: "*", count: token.count))>")
        let echo = masked("<\(Data(token.utf8).base64EncodedString())>", mask)
        #expect(echo.filter { $0 != "*" } == "<>", "\(echo)")
        #expect(masked("<\(token.dropLast())>", mask) == "<\(token.dropLast())>")
    }

    @Test("and nothing else: eleven bytes, other text, odd ends")
    func others() throws {
        let mask = try mask("lin_api_Zx81Qw45Rt90")
        let texts = [
            "lin_api_Zx8", "1Qw45Rt90", "lin_api_ZxX81Qw45Rt90",
            "{\"name\":\"Send the offer, 0x41 4142 \\u0041 %41 &#65;\"}",
            "\\", "%", "&#", "&#x", "=", "\\u", "\\u00", "%2", "0x", "-", "", "\\\\\\\\\\\\\\\\\\\\\\\\",
            "&amp;amp;amp;amp;amp;",
        ]
        for text in texts { #expect(masked(text, mask) == text) }
    }

    @Test("a token of one repeated letter is written over as well, and what surrounds it stays")
    func repeated() throws {
        let mask = try mask(String(repeating: "a", count: 64))
        let text = "before " + String(repeating: "a", count: 500) + " behind"
        #expect(masked(text, mask) == "before " + String(repeating: "*", count: 500) + " behind")
    }

    /// Numbers that follow from a seed (SplitMix64).
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
