import Foundation
import PatchbayModel
import Testing

@testable import PatchbayVault

@Suite("A token from outside")
struct TokenInputTests {
    @Test("loses one line end and nothing else", arguments: ["tok", "tok\n", "tok\r\n"])
    func accepted(_ text: String) throws {
        #expect(try read(text) == "tok")
    }

    @Test(
        "that cannot be one is refused with a hint",
        arguments: [
            ("", "empty"), ("\n", "empty"), ("  \n", "empty"), (" tok", "blank"), ("tok \n", "blank"),
            ("\ttok", "blank"),
            ("a\nb\n", "more than one line"), ("tok\n\n", "more than one line"), ("a\u{1}b", "control character"),
            ("a\u{7F}b", "control character"), ("a\u{200B}b", "outside ASCII"), ("Bearer tok", "bearer"),
            ("bearer tok\n", "bearer"),
            ("Authorization: Bearer tok", "authorization"), ("Basic dG9r", "basic"),
        ])
    func refused(_ text: String, _ hint: String) throws {
        let error = try vaultError { _ = try read(text) }
        #expect(error.code == .tokenInvalid && error.message.contains(hint), "\(error)")
        #expect(!error.message.contains("dG9r"))
        #expect(try vaultError { _ = try copy(text) }.code == .tokenInvalid)
    }

    @Test("may have 8 KiB and not a byte more")
    func length() throws {
        let longest = String(repeating: "x", count: Limits.tokenBytesMax)
        #expect(try read(longest + "\r\n") == longest)
        #expect(try copy(longest) == longest)
        for text in [longest + "x", longest + "x\n", longest + longest] {
            #expect(try vaultError { _ = try read(text) }.message.contains("longer than"))
            #expect(try vaultError { _ = try copy(text) }.message.contains("longer than"))
        }
    }

    @Test("is not read from what is not there")
    func missing() throws {
        #expect(
            try vaultError { _ = try TokenInput.read(file: "/nonexistent/token") }.message.contains(
                "/nonexistent/token"))
        #expect(
            try vaultError { _ = try TokenInput.read(descriptor: 9_999, name: "descriptor 9999") }.message.contains(
                "descriptor 9999"))
    }

    private func read(_ text: String) throws -> String {
        let scratch = try Scratch()
        let token = try TokenInput.read(file: scratch.write(text, to: "token"))
        return unsafe token.withBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }

    private func copy(_ text: String) throws -> String {
        let token = try unsafe secret(text).withBytes { bytes throws(VaultError) -> SecretBytes in
            try unsafe TokenInput.copy(bytes, name: "the file")
        }
        return unsafe token.withBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
