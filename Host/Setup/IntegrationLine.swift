import PatchbayInput
import PatchbayModel
import PatchbayVault

/// One line of an integration import: the token taken out into locked memory, blanked in the line, then the rest
/// parsed.
///
/// `Sendable`: all its parts are constant, and the secret is reached by borrowing only.
final class IntegrationLine: Sendable {
    let number: Int
    let value: JSONValue
    let error: InputError?
    let hasToken: Bool
    private let token: SecretBytes

    init(_ line: LineReader.Line) {
        switch line {
        case .tooLong(let number):
            self.number = number
            value = .null
            error = InputError(.integrationInvalid, line: number, "has more than \(Limits.inputLineBytesMax) bytes")
            hasToken = false
            token = SecretBytes(capacity: 1)
        case .text(let number, let bytes):
            self.number = number
            let field = unsafe AccessTokenField(UnsafeRawBufferPointer(bytes))
            var failure: InputError?
            var found = SecretBytes(capacity: 1)
            if field.isUnusable {
                failure = Self.invalid(number, "must be one string without escapes")
            } else if let range = field.range, !range.isEmpty {
                do {
                    found = try unsafe TokenInput.copy(
                        UnsafeRawBufferPointer(rebasing: bytes[range]), name: "accessToken")
                } catch {
                    failure = Self.invalid(number, error.message)
                }
            }
            if let range = field.range { for index in range { unsafe bytes[index] = UInt8(ascii: " ") } }
            var parsed: JSONValue?
            var why = "is not a JSON object; write one integration a line"
            do { parsed = try line.json() } catch let refused as JSONNesting.Refused { why = "\(refused)" } catch {}
            if let parsed, AccessTokenField.isStillPresent(in: parsed) {
                failure = Self.invalid(number, "must be one plain string, its name without escapes")
            }
            if parsed == nil { failure = InputError(.integrationInvalid, line: number, why) }
            value = AccessTokenField.removed(from: parsed ?? .null)
            error = failure
            hasToken = failure == nil && found.count > 0
            token = found
        }
    }

    /// Lends the token.
    func withToken<Result>(_ body: (borrowing SecretBytes) async throws -> Result) async throws -> Result {
        try await body(token)
    }

    private static func invalid(_ number: Int, _ reason: String) -> InputError {
        InputError(.integrationInvalid, line: number, field: "accessToken", reason)
    }
}
