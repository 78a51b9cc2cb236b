import PatchbayInput
import PatchbayModel

/// One line of a JSON lines file, read.
enum TaskLine {
    enum Reading: Sendable {
        case value(JSONValue, number: Int)
        case bad(InputError)
    }

    static func read(_ line: LineReader.Line) -> Reading {
        switch line {
        case .tooLong(let number):
            return .bad(InputError(.taskInvalid, line: number, "has more than \(Limits.inputLineBytesMax) bytes"))
        case .text(let number, _):
            do {
                return .value(try line.json(), number: number)
            } catch let refused as JSONNesting.Refused {
                return .bad(InputError(.taskInvalid, line: number, "\(refused)"))
            } catch {
                return .bad(
                    InputError(
                        .taskInvalid, line: number,
                        "is not a JSON object; write one task a line, such as {\"title\": \"Call Bob\"}")
                )
            }
        }
    }
}
