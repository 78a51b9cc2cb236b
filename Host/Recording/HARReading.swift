import Foundation
import PatchbayInput
import PatchbayModel

/// A recording read back from HAR. Whatever does not fit is an error that names it: the file may come from anybody.
enum HARReading {
    /// Throws `RecordingError`; `name` is the file's, for the sentence.
    static func recording(_ bytes: Data, name: String) throws(RecordingError) -> Recording {
        let document: HARDocument
        do {
            try JSONNesting.check(bytes)
            document = try JSONDecoder().decode(HARDocument.self, from: bytes)
        } catch {
            throw RecordingError(
                .recordingInvalid,
                "\(name) is not a recording of Patchbay: \(sentence(error)). Make one with `sync --record DIR`.")
        }
        let call = document.log.patchbay
        guard call.format == RecordedCall.currentFormat else {
            throw RecordingError(
                .recordingInvalid,
                "\(name) is a recording of format \(call.format), and this version reads "
                    + "\(RecordedCall.currentFormat). Record again."
            )
        }
        guard document.log.entries.count <= Limits.stepsPerCallMax else {
            throw RecordingError(
                .recordingInvalid, "\(name) has more than \(Limits.stepsPerCallMax) exchanges. Record again.")
        }
        var exchanges: [RecordedExchange] = []
        for (index, entry) in document.log.entries.enumerated() {
            guard let exchange = exchange(entry) else {
                throw RecordingError(.recordingInvalid, "\(name): exchange \(index + 1) cannot be read. Record again.")
            }
            exchanges.append(exchange)
        }
        return Recording(call: call, exchanges: exchanges)
    }

    private static func exchange(_ entry: HAREntry) -> RecordedExchange? {
        guard
            let effect = [RequestEffect.none, .repeatable, .once, .repeatableInCall].first(where: {
                $0.word == entry.patchbay.effect
            })
        else { return nil }
        var body: [UInt8]?
        if let posted = entry.request.postData {
            guard let bytes = bytes(posted.text, encoding: posted.encoding) else { return nil }
            body = bytes
        }
        let request = HTTPRequest(
            method: entry.request.method, path: entry.patchbay.path, query: fields(entry.request.queryString),
            headers: fields(entry.request.headers), body: body, effect: effect, writeCost: entry.patchbay.writeCost)
        var response: HTTPResponse?
        if entry.patchbay.lost == nil {
            guard let bytes = bytes(entry.response.content.text ?? "", encoding: entry.response.content.encoding) else {
                return nil
            }
            response = HTTPResponse(status: entry.response.status, headers: fields(entry.response.headers), body: bytes)
        }
        return RecordedExchange(
            request: request, response: response, lost: entry.patchbay.lost, startedAt: Timestamp(milliseconds: 0),
            took: .zero)
    }

    private static func fields(_ pairs: [HARPair]) -> [HTTPField] { pairs.map { HTTPField($0.name, $0.value) } }

    private static func bytes(_ text: String, encoding: String?) -> [UInt8]? {
        switch encoding {
        case nil: Array(text.utf8)
        case "base64": Data(base64Encoded: text).map(Array.init)
        default: nil
        }
    }

    /// Where a JSON document does not fit, without the decoder's own words around it.
    private static func sentence(_ error: any Error) -> String {
        func place(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
            let keys = context.codingPath + (last.map { [$0] } ?? [])
            return keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: "/")
        }
        return switch error {
        case let refused as JSONNesting.Refused: "it \(refused)"
        case DecodingError.keyNotFound(let key, let context): "it lacks \(place(context, key))"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "\(place(context)) is of another kind"
        case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
            "\(place(context)) has no valid value"
        default: "it is not JSON"
        }
    }
}
