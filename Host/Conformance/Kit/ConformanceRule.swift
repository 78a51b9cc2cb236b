/// One thing that the kit looks at. The number is that of the rule in the connectors' header, with a place of its own
/// behind it; F is the file before anything of it runs, A what the answers of a service are taken to mean.
package enum ConformanceRule: String, CaseIterable, Sendable {
    case oneExport = "F1"
    case selfContained = "F2"
    case inputOutput = "F3"
    case entry = "R1.1"
    case larger = "R2.1"
    case tooSmall = "R2.2"
    case ownSizes = "R2.3"
    case descriptor = "R3.1"
    case numbers = "R3.2"
    case texts = "R4.1"
    case ownTexts = "R4.2"
    case pointers = "R5.1"
    case endEarly = "R5.2"
    case memory = "R5.3"
    case interleaved = "R6.1"
    case crashes = "R7.1"
    case statuses = "R7.2"
    case repeated = "R8.1"
    case otherProcess = "R8.2"
    case recordings = "R8.3"
    case paths = "R9.1"
    case headers = "R9.2"
    case requests = "R9.3"
    case once = "R10.1"
    case reading = "R10.2"
    case unknownOperation = "R11.1"
    case notOffered = "R11.2"
    case unknownNumbers = "R11.3"
    case quick = "R12.1"
    case bounds = "R12.2"
    case lookUps = "R13.1"
    case unauthorised = "A1"
    case forbidden = "A2"
    case refused = "A3"
    case throttled = "A4"
    case faults = "A5"
    case notUnderstood = "A6"
    case fuzz = "A7"

    /// What holds when it is kept.
    package var title: String {
        switch self {
        case .oneExport: "it exports patchbay_connector_v1 and nothing else"
        case .selfContained: "it needs no library but the system's own"
        case .inputOutput: "it asks nothing of the system: no file, no network, no process"
        case .entry: "the host takes its file, its entry and its version"
        case .larger: "structs of a later, larger version are read like ours"
        case .tooSmall: "structs smaller than version 1 are refused"
        case .ownSizes: "its own structs, arrays and strides have honest sizes"
        case .descriptor: "its descriptor is valid, and the same twice"
        case .numbers: "yes or no is 1 or 0"
        case .texts: "texts that are empty, huge or strange are taken, and its JSON stays JSON"
        case .ownTexts: "what it hands out is UTF-8, and has bytes where it has a length"
        case .pointers: "what must be there is not null"
        case .endEarly: "a call can be ended after any step"
        case .memory: "thousands of instances and calls leave no memory behind"
        case .interleaved: "interleaved calls do what they do alone"
        case .crashes: "nothing ends its process"
        case .statuses: "no function fails inside"
        case .repeated: "the same operation and answers give the same requests and result"
        case .otherProcess: "they do so in another process, too"
        case .recordings: "recorded calls are replayed as they were"
        case .paths: "every path is absolute, encoded and without origin"
        case .headers: "no request sets a header that is the host's"
        case .requests: "every request can be sent: method, query, body"
        case .once: "at most one request a call must happen once, and none with an effect follows it"
        case .reading: "no request of a create that may change something is marked as reading"
        case .unknownOperation: "an operation of a later version is answered with UNSUPPORTED"
        case .notOffered: "an operation that it does not offer is answered with UNSUPPORTED"
        case .unknownNumbers: "it uses no number that the interface does not have"
        case .quick: "every step takes less than its time"
        case .bounds: "steps and their count stay within bounds"
        case .lookUps: "a look-up believes no answer that says nothing"
        case .unauthorised: "401 is a failed sign-in"
        case .forbidden: "403 and 404 are no success"
        case .refused: "409 and 422 are no success"
        case .throttled: "429 is a wait, as long as the service asks for"
        case .faults: "after 500 and 503 nobody knows"
        case .notUnderstood: "what cannot be understood is not taken for an answer"
        case .fuzz: "damaged answers do no harm"
        }
    }

    /// The check that a rule of the header, by its number, belongs to when the host finds it broken.
    static func broken(_ number: Int) -> ConformanceRule {
        switch number {
        case 2: .ownSizes
        case 3: .numbers
        case 4: .ownTexts
        case 5: .pointers
        case 10: .once
        case 12: .bounds
        default: .unknownNumbers
        }
    }
}

/// What became of one rule.
package struct ConformanceFinding: Sendable {
    package enum Verdict: String, Sendable {
        case ok, failed, skipped
    }

    package let rule: ConformanceRule
    package let verdict: Verdict
    /// What was seen, or why it was not looked at.
    package let detail: String
}
