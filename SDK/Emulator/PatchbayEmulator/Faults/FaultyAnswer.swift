import Foundation
import Hummingbird

/// What a fault makes of an answer.
enum FaultyAnswer {
    /// Whether the fault puts another answer in the place of the system's own.
    static func replaces(_ fault: Fault) -> Bool {
        switch fault.kind {
        case .status, .garbage, .huge, .redirect, .echo, .tooLarge: true
        case .dropBefore, .dropAfter, .delay, .truncate, .kill: false
        }
    }

    /// The answer that comes instead. A huge body is filled in when it is sent.
    static func replacement(_ fault: Fault, _ call: PreparedCall, _ system: any VendorSystem) -> EmulatedResponse {
        var response: EmulatedResponse
        switch fault.kind {
        case .echo:
            response = system.refuse(.echo(call.request.authorization ?? ""), call.request)
        case .redirect:
            response = EmulatedResponse(status: fault.status ?? 302, headers: [("Location", fault.location ?? "/")])
        case .garbage:
            let noise: [UInt8] = [
                0x7B, 0x22, 0xFF, 0xFE, 0x00, 0x01, 0x5D, 0x5D, 0x7D, 0x2C, 0xC3, 0x28, 0x6E, 0x75, 0x6C,
            ]
            response = EmulatedResponse(
                status: fault.status ?? 200, body: noise, contentType: "application/json; charset=utf-8")
        case .huge:
            response = EmulatedResponse(status: fault.status ?? 200, contentType: "application/json; charset=utf-8")
        default:
            response = status(fault, call, system)
        }
        if let seconds = fault.retryAfter { response.headers.append(("Retry-After", String(seconds))) }
        for (name, value) in (fault.headers ?? [:]).sorted(by: { $0.key < $1.key }) {
            response.headers.append((name, value))
        }
        return response
    }

    private static func status(_ fault: Fault, _ call: PreparedCall, _ system: any VendorSystem) -> EmulatedResponse {
        let status = fault.status ?? (fault.kind == .tooLarge ? 413 : 500)
        let text = fault.text ?? "The emulator was asked for status \(status)."
        switch fault.body ?? (fault.kind == .tooLarge ? .html : .vendor) {
        case .vendor: return system.refuse(.status(status, message: text), call.request)
        case .html:
            return .html(
                status, "<!DOCTYPE html><html><body><h1>\(status)</h1><p>\(HTMLText.escaped(text))</p></body></html>")
        case .empty: return .empty(status)
        case .json:
            return EmulatedResponse(
                status: status, body: Array(text.utf8), contentType: "application/json; charset=utf-8")
        case .text:
            return EmulatedResponse(status: status, body: Array(text.utf8), contentType: "text/plain; charset=utf-8")
        }
    }

    /// The answer as it goes onto the wire.
    static func response(_ answer: EmulatedResponse, _ struck: [Fault], _ context: ConnectionContext) -> Response {
        var response = VendorServer.plain(answer)
        if let fault = struck.first(where: { $0.kind == .huge }) {
            let mebibytes = fault.mebibytes ?? 64
            if fault.gzip == true {
                response.headers.append(.init(name: .init("Content-Encoding")!, value: "gzip"))
                response.body = HugeBody.gzip(mebibytes: mebibytes)
            } else {
                response.body = HugeBody.plain(mebibytes: mebibytes)
            }
        } else if struck.contains(where: { $0.kind == .truncate }) {
            let half = ByteBuffer(bytes: answer.body.prefix(answer.body.count / 2))
            response.body = ResponseBody(contentLength: max(answer.body.count, 1)) { writer in
                try await writer.write(half)
                context.cut()
            }
        }
        let killings = struck.filter { $0.kind == .kill && $0.when == .after }
        if !killings.isEmpty {
            let body = ByteBuffer(bytes: answer.body)
            response.body = ResponseBody(contentLength: answer.body.count) { writer in
                try await writer.write(body)
                try await writer.finish(nil)
                killings.forEach(kill)
            }
        }
        return response
    }

    /// Header fields from plain names and values; what cannot be one is left out.
    static func fields(_ headers: [(name: String, value: String)]) -> HTTPFields {
        var fields = HTTPFields()
        for header in headers {
            if let name = HTTPFields.Element.Name(header.name) {
                fields.append(.init(name: name, value: header.value))
            }
        }
        return fields
    }

    /// Sends the signal the fault names. A process that is gone already is no error.
    static func kill(_ fault: Fault) {
        guard let pid = fault.pid, pid > 1 else { return }
        _ = Foundation.kill(pid_t(truncatingIfNeeded: pid), CInt(truncatingIfNeeded: fault.signal ?? 9))
    }
}
