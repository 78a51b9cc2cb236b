import PatchbayModel
import Testing

@testable import PatchbayCalls

@Suite("What a call writes over in what a connector gives back")
struct CallMaskTests {
    /// Credentials whose values are known to the test.
    private struct Known: Credential {
        let token: String

        func withHeader<Result>(
            _ body: (_ header: UnsafeRawBufferPointer, _ secrets: [UnsafeRawBufferPointer]) throws -> Result
        ) throws -> Result {
            try unsafe Array("Authorization: Bearer \(token)".utf8).withUnsafeBytes { header in
                try unsafe Array(token.utf8).withUnsafeBytes { try unsafe body(header, [$0]) }
            }
        }
    }

    private func masked(_ text: String, by mask: CallMask) -> String {
        var bytes = Array(text.utf8)
        mask.apply(&bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("the value that a call began with, and the one that it went on with after a refresh")
    func refreshed() {
        let mask = CallMask(Known(token: "first-4b1f0c7e2a"))
        let text = "first-4b1f0c7e2a and second-93aa01c4de, not third-77e1b2c309"
        let once = "**************** and second-93aa01c4de, not third-77e1b2c309"
        #expect(masked(text, by: mask) == once)
        mask.note(Known(token: "second-93aa01c4de"))
        #expect(masked(text, by: mask) == "**************** and *****************, not third-77e1b2c309")
    }

    @Test("the words of a failure too, and one without either stays as it is")
    func failure() throws {
        let mask = CallMask(Known(token: "first-4b1f0c7e2a"))
        let crashed = CallError(.internalError, "its last words: first-4b1f0c7e2a")
        let told = try #require(mask.applied(to: crashed) as? CallError)
        #expect(told.message == "its last words: ****************" && told.code == .internalError)
        let other = try #require(mask.applied(to: CallError(.internalError, "nothing of it")) as? CallError)
        #expect(other.message == "nothing of it")
    }
}
