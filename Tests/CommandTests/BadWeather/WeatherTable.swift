/// Every fault, and what must come of it in each operation. ARCHITECTURE.md has the rules behind it.
enum WeatherTable {
    static let rows: [WeatherRow] = connections + statuses + jira + linear

    private static let connections: [WeatherRow] = [
        .lost("cut before the work", ["kind": "drop-before"]),
        .lost("cut after the work", ["kind": "drop-after"]),
        .lost("half an answer", ["kind": "truncate"]),
        .unclear("bytes that are no JSON", ["kind": "garbage"], "vendor_answer_invalid"),
        WeatherRow(
            "an answer without end", ["kind": "huge", "mebibytes": 64, "gzip": true], create: "unknown outcome_unknown",
            read: "response_too_large"),
        .unclear("sent elsewhere", ["kind": "redirect", "location": "http://127.0.0.1:1/"], "vendor_answer_invalid"),
        .token("the token in the answer", ["kind": "echo"], "token_rejected", words: "the header was"),
    ]

    /// A status with the vendor's words, with a gateway's page, with nothing, with plain text.
    private static let statuses: [WeatherRow] =
        withBody("vendor") + withBody("html") + withBody("empty") + withBody("text") + refusals

    private static func withBody(_ body: String) -> [WeatherRow] {
        let words = body == "empty" ? nil : WeatherRow.vendorWords
        func fault(_ status: Int, wait: Int? = nil) -> JSON {
            WeatherRow.status(status, body, wait.map { ["retryAfter": .integer($0)] } ?? [:])
        }
        var rows: [WeatherRow] = [
            .token("401 \(body)", fault(401), "token_rejected", words: words),
            .throttled("429 \(body)", fault(429), words: words),
            .throttled("429 \(body), wait 0", fault(429, wait: 0), words: words),
            .throttled("429 \(body), wait 6", fault(429, wait: 6), words: words),
            .unclear("503 \(body), wait 6", fault(503, wait: 6), "vendor_error", words: words),
        ]
        for status in [500, 502, 503, 504] {
            rows.append(.unclear("\(status) \(body)", fault(status), "vendor_error", words: words))
        }
        // A refusal without the vendor's form may come from a gateway that passed the request on.
        for status in [400, 403, 404, 409, 422] where body != "vendor" {
            rows.append(.unclear("\(status) \(body)", fault(status), "vendor_answer_invalid", words: words))
        }
        return rows
    }

    /// Statuses in the vendor's own form, where the systems differ.
    private static let refusals: [WeatherRow] = {
        var rows: [WeatherRow] = [
            .token("403 vendor", WeatherRow.status(403, "vendor"), "token_forbidden", words: WeatherRow.vendorWords)
        ]
        for status in [400, 404, 409, 422] {
            let (name, fault) = ("\(status) vendor", WeatherRow.status(status, "vendor"))
            rows.append(.refused(name, fault, at: ["asana"], update: "request_refused"))
            rows.append(.halved(name, fault, at: status == 400 ? ["jira", "linear"] : ["linear"]))
            if status != 400 {
                rows.append(.refused(name, fault, at: ["jira"], update: status == 404 ? "(notFound)" : "(refused)"))
            }
        }
        return rows
    }()

    /// Its three limits, and tokens that are dead without saying 401.
    private static let jira: [WeatherRow] = {
        let words = WeatherRow.vendorWords
        var rows: [WeatherRow] = []
        for reason in [
            "jira-burst-based", "jira-quota-global-based", "jira-quota-tenant-based", "jira-per-issue-on-write",
        ] {
            let limit: JSON = reason.contains("quota") ? "65000" : "100"
            let headers: JSON = [
                "RateLimit-Reason": .string(reason), "X-RateLimit-Limit": limit, "X-RateLimit-Remaining": "0",
            ]
            let fault = WeatherRow.status(429, "vendor", ["headers": headers, "retryAfter": 6])
            rows.append(.throttled("429 \(reason)", fault, at: ["jira"], words: words))
        }
        for status in [401, 403, 404] {
            let fault = WeatherRow.status(status, "vendor", ["text": "The access token has expired."])
            rows.append(
                .token("\(status) expired", fault, "token_expired", at: ["jira"], words: "access token has expired"))
        }
        for status in [403, 404] {
            let fault = WeatherRow.status(
                status, "vendor", ["headers": ["X-Seraph-LoginReason": "AUTHENTICATED_FAILED"]])
            rows.append(.token("\(status) login failed", fault, "token_rejected", at: ["jira"], words: words))
        }
        let expired = WeatherRow.status(401, "vendor", ["text": "The bearer token has expired."])
        rows.append(
            .token("401 expired", expired, "token_expired", at: ["asana", "linear"], words: "token has expired"))
        return rows
    }()

    /// Where the status says little: what stands in the answer counts.
    private static let linear: [WeatherRow] = {
        let words = WeatherRow.vendorWords
        let spent: JSON = ["X-RateLimit-Requests-Limit": "2500", "X-RateLimit-Requests-Remaining": "0"]
        var rows: [WeatherRow] = []
        for status in [200, 400] {
            func fault(_ code: String, _ type: String, data: String = "null", headers: JSON = [:]) -> JSON {
                let error = "{\"message\":\"\(words)\",\"extensions\":{\"code\":\"\(code)\",\"type\":\"\(type)\"}}"
                let body = "{\"errors\":[\(error)],\"data\":\(data)}"
                return WeatherRow.status(status, "text", ["text": .string(body), "headers": headers])
            }
            let auth = "AUTHENTICATION_ERROR"
            rows += [
                .throttled(
                    "\(status) RATELIMITED", fault("RATELIMITED", "ratelimited", headers: spent), at: ["linear"],
                    words: words),
                .token(
                    "\(status) \(auth)", fault(auth, "authentication error"), "token_rejected", at: ["linear"],
                    words: words),
                .token(
                    "\(status) FORBIDDEN", fault("FORBIDDEN", "forbidden"), "token_forbidden", at: ["linear"],
                    words: words),
                .halved("\(status) INPUT_ERROR", fault("INPUT_ERROR", "invalid input"), at: ["linear"]),
                .unclear(
                    "\(status) lock timeout", fault("", "lock timeout"), "vendor_error", at: ["linear"], words: words),
                .unclear(
                    "\(status) data and error", fault("INPUT_ERROR", "invalid input", data: "{\"part\":{}}"),
                    "vendor_answer_invalid",
                    at: ["linear"], words: words),
            ]
        }
        return rows
    }()
}
