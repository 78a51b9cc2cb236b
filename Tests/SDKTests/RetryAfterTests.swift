import PatchbayConnectorKit
import Testing

/// `Retry-After` as the kit reads it.
@Suite struct RetryAfterTests {
    private func response(_ retryAfter: String?, date: String? = "Mon, 30 Nov 2026 02:00:00 GMT") -> Response {
        var headers: [(String, String)] = retryAfter.map { [("Retry-After", $0)] } ?? []
        if let date { headers.append(("Date", date)) }
        return Response(status: 429, headers: headers)
    }

    @Test(
        "seconds, and a time in each of the three forms, counted from the answer's own date",
        arguments: [
            ("7", 7_000), ("0", 0), ("0.5", 500), ("Mon, 30 Nov 2026 02:00:07 GMT", 7_000),
            ("Monday, 30-Nov-26 02:01:00 GMT", 60_000),
            ("Mon Nov 30 03:00:00 2026", 3_600_000), ("Mon, 30 Nov 2026 01:59:59 GMT", 0),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ] as [(String, Int64)])
    func read(_ text: String, wait: Int64) {
        #expect(response(text).retryAfterMs == wait && response(text).retryAtUnixMs == nil)
    }

    @Test("without a date of the answer's own the time is told as it is")
    func undated() {
        let time: Int64 = 1_796_004_007_000
        for date in [nil, "", "yesterday"] {
            let response = response("Mon, 30 Nov 2026 02:00:07 GMT", date: date)
            #expect(response.retryAfterMs == nil && response.retryAtUnixMs == time)
            #expect(CallFailure.throttled("w", by: response).retryAtUnixMs == time)
            #expect(CallFailure.throttled("w", by: response, atUnixMs: time + 1).retryAtUnixMs == time + 1)
            #expect(CallFailure.vendorFault("w", by: response).retryAtUnixMs == time)
        }
        #expect(response("7", date: nil).retryAfterMs == 7_000)
    }

    @Test("what is neither is no wait, and one without end has a bound")
    func odd() {
        for text in [nil, "", "soon", "-1", "nan", "inf", "Mon, 31 Feb 2026 02:00:07 GMT", "2026-11-30T02:00:07Z"] {
            #expect(response(text).retryAfterMs == nil && response(text).retryAtUnixMs == nil, "\(text ?? "-")")
        }
        #expect(response("99999999999999999999").retryAfterMs == 31_536_000_000_000)
    }

    @Test("of several the longest counts, whatever its form") func several() {
        let late = "Mon, 30 Nov 2026 02:00:30 GMT"
        func response(_ texts: [String], date: String?) -> Response {
            var headers = texts.map { ("Retry-After", $0) }
            if let date { headers.append(("Date", date)) }
            return Response(status: 429, headers: headers)
        }
        let date = "Mon, 30 Nov 2026 02:00:00 GMT"
        #expect(response(["5", "60", "soon"], date: date).retryAfterMs == 60_000)
        #expect(response(["5", late], date: date).retryAfterMs == 30_000)
        #expect(response([late, "60"], date: date).retryAfterMs == 60_000)
        let undated = response([late, "5", "Mon, 30 Nov 2026 02:00:07 GMT"], date: nil)
        #expect(undated.retryAfterMs == 5_000 && undated.retryAtUnixMs == 1_796_004_030_000)
    }
}
