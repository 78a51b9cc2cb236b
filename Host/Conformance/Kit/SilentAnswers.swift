import PatchbayModel

/// An answer of status 200 that does not say what was asked for.
struct SilentAnswer: Sendable {
    /// What it is, for a sentence.
    let what: String
    let response: HTTPResponse
    /// Given to this request and all that follow; else they get the recorded ones.
    var isRepeated = false
    /// Only a part of one list is spoiled: tasks that the other parts tell of may still be known.
    var isOfRow = false
    /// The place that is spoiled, with all rows of a list taken as one; nil where it is more than one.
    var pattern: String?
}

/// Bodies that say nothing of any task, whatever was asked: they come from proxies, sign-in pages, gateways, and from
/// services in trouble.
enum SilentAnswers {
    static func whole(_ honest: HTTPResponse, _ forms: KnownForms) -> [SilentAnswer] {
        var answers: [SilentAnswer] = []
        for text in bodies {
            if let value = OrderedJSON.parse(Array(text.utf8)), forms.holds(value) { continue }
            answers.append(SilentAnswer(what: text.isEmpty ? "nothing" : text, response: like(honest, text)))
        }
        var page = like(honest, "<!doctype html><html><body>Please sign in</body></html>")
        page.headers = [HTTPField("content-type", "text/html")]
        answers.append(SilentAnswer(what: "a page of HTML", response: page))
        if honest.body.count > 1 {
            var cut = like(honest, "")
            cut.body = Array(honest.body.prefix(honest.body.count / 2))
            answers.append(SilentAnswer(what: "half of the recorded answer", response: cut))
            cut.body = honest.body.dropLast()
            answers.append(SilentAnswer(what: "the recorded answer without its last byte", response: cut))
        }
        return answers
    }

    /// The same headers, so that nothing but the body tells it apart.
    static func like(_ honest: HTTPResponse, _ text: String) -> HTTPResponse {
        HTTPResponse(status: 200, headers: honest.headers, body: Array(text.utf8))
    }

    private static let bodies = [
        // Values of every kind.
        "", "{}", "[]", "null", "true", "false", "0", "7", #""""#, #""ok""#, "[null]", "[{}]", "[[]]", "[0]",
        #"["ok"]"#, "{}{}",
        // A part of what is usual, without what counts.
        #"{"data":null}"#, #"{"data":{}}"#, #"{"data":"ok"}"#, #"{"data":false}"#, #"{"result":null}"#,
        #"{"results":null}"#,
        #"{"items":null}"#, #"{"values":null}"#, #"{"rows":null}"#, #"{"response":null}"#, #"{"isLast":true}"#,
        #"{"total":0}"#,
        #"{"total_count":0}"#, #"{"count":0}"#, #"{"next":null}"#, #"{"has_more":false}"#, #"{"hasNextPage":false}"#,
        // Words of trouble.
        #"{"errors":[]}"#, #"{"errors":null}"#, #"{"errors":{}}"#, #"{"error":null}"#, #"{"error":"unavailable"}"#,
        #"{"error":{"code":500,"message":"Internal error"}}"#, #"{"errors":[{"message":"Server Error"}]}"#,
        #"{"errors":[{"message":"partial","path":["issues"]}],"data":null}"#,
        #"{"errorMessages":["Search is not available"],"errors":{}}"#, #"{"message":"Try again later"}"#,
        #"{"status":"login required"}"#,
        #"{"status":"error"}"#, #"{"status":503}"#, #"{"code":0,"message":"ok"}"#, #"{"ok":false}"#, #"{"ok":true}"#,
        #"{"success":false}"#, #"{"success":true}"#, #"{"maintenance":true}"#, #"{"warnings":["partial results"]}"#,
        #"{"type":"about:blank","title":"Service Unavailable","status":503}"#,
        #"{"fault":{"faultstring":"Quota violated"}}"#,
        // No JSON.
        "OK", #"<?xml version="1.0"?><error/>"#, "undefined", "NaN", ")]}',\n", "{\"data\":",
    ]
}
