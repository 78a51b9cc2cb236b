import Foundation
import PatchbayModel

/// A recording as HAR.
enum HARWriting {
    /// The document's bytes. `base` is where the requests went; `version` is this program's.
    static func bytes(of recording: Recording, base: BaseURL, version: String) throws -> Data {
        let entries = recording.exchanges.map { entry($0, base: base) }
        let creator = HARCreator(name: "patchbay", version: version)
        let log = HARLog(version: "1.2", creator: creator, entries: entries, patchbay: recording.call)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        return try encoder.encode(HARDocument(log: log))
    }

    private static func entry(_ exchange: RecordedExchange, base: BaseURL) -> HAREntry {
        let milliseconds = Double(exchange.took.wholeMilliseconds)
        return HAREntry(
            startedDateTime: exchange.startedAt.text, time: milliseconds,
            request: request(exchange.request, base: base),
            response: response(exchange.response), cache: [:],
            timings: HARTimings(send: 0, wait: milliseconds, receive: 0),
            patchbay: HAREntry.Facts(
                path: exchange.request.path, effect: exchange.request.effect.word,
                writeCost: exchange.request.writeCost,
                lost: exchange.lost))
    }

    private static func request(_ request: HTTPRequest, base: BaseURL) -> HARRequest {
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        func encoded(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? "" }
        let query = request.query.map { "\(encoded($0.name))=\(encoded($0.value))" }.joined(separator: "&")
        let body = request.body.map { body -> HARPostData in
            let (text, encoding) = text(of: body)
            return HARPostData(mimeType: type(of: request.headers), text: text, encoding: encoding)
        }
        return HARRequest(
            method: request.method, url: base.description + request.path + (query.isEmpty ? "" : "?" + query),
            httpVersion: "HTTP/1.1",
            cookies: [], headers: pairs(request.headers), queryString: pairs(request.query), postData: body,
            headersSize: -1,
            bodySize: request.body?.count ?? 0)
    }

    private static func response(_ response: HTTPResponse?) -> HARResponse {
        let body = response?.body ?? []
        let (text, encoding) = text(of: body)
        let content = HARContent(
            size: body.count, mimeType: type(of: response?.headers ?? []), text: text, encoding: encoding)
        return HARResponse(
            status: response?.status ?? 0, statusText: "", httpVersion: "HTTP/1.1", cookies: [],
            headers: pairs(response?.headers ?? []),
            content: content, redirectURL: "", headersSize: -1, bodySize: -1)
    }

    private static func pairs(_ fields: [HTTPField]) -> [HARPair] {
        fields.map { HARPair(name: $0.name, value: $0.value) }
    }

    private static func type(of headers: [HTTPField]) -> String {
        headers.first { $0.name.lowercased() == "content-type" }?.value ?? ""
    }

    /// Text as it is, anything else as base64.
    private static func text(of body: [UInt8]) -> (text: String, encoding: String?) {
        if let text = String(validating: body, as: UTF8.self) { return (text, nil) }
        return (Data(body).base64EncodedString(), "base64")
    }
}

extension RequestEffect {
    /// As a recording names it.
    package var word: String { "\(self)" }
}
