/// One kind of bad weather, and what must come of it. The columns are those of a table, for a reader's eye.
struct WeatherRow: Sendable {
    let name: String
    /// As the emulator takes it, without system, token and operation.
    let fault: JSON
    let systems: [String]
    /// State and code of the deliveries of a create, and the code that stops the integration ("-": it goes on).
    let create: String
    let createStops: String
    /// The code that stops the integration after a look-up ("-": it goes on). The delivery stays unknown in any case.
    let lookUpStops: String
    /// The code that a check, a discover and a fetch end with.
    let read: String
    /// The code that an update ends with; in brackets the outcome of its task, where the call itself was completed.
    let update: String
    /// The vendor's own words must reach the user.
    let words: String?

    static let vendorWords = "Words of the storm."
    private static let everywhere = ["asana", "jira", "linear"]

    init(
        _ name: String, _ fault: JSON, at systems: [String] = everywhere, create: String, createStops: String = "-",
        lookUpStops: String = "-", read: String, update: String? = nil, words: String? = nil
    ) {
        self.name = name
        self.fault = fault
        self.systems = systems
        self.create = create
        self.createStops = createStops
        self.lookUpStops = lookUpStops
        self.read = read
        self.update = update ?? read
        self.words = words
    }

    // MARK: Rows that are alike

    /// The token is at fault: nothing was done, and nothing more is tried.
    static func token(
        _ name: String, _ fault: JSON, _ code: String, at systems: [String] = everywhere, words: String? = nil
    ) -> WeatherRow {
        WeatherRow(
            name, fault, at: systems, create: "waiting \(code)", createStops: code, lookUpStops: code, read: code,
            words: words)
    }

    /// The vendor asks to wait: nothing was done.
    static func throttled(_ name: String, _ fault: JSON, at systems: [String] = everywhere, words: String? = nil)
        -> WeatherRow
    {
        WeatherRow(name, fault, at: systems, create: "waiting rate_limited", read: "rate_limited", words: words)
    }

    /// An answer that does not say what was done.
    static func unclear(
        _ name: String, _ fault: JSON, _ code: String, at systems: [String] = everywhere, words: String? = nil
    )
        -> WeatherRow
    {
        WeatherRow(name, fault, at: systems, create: "unknown \(code)", read: code, words: words)
    }

    /// No answer at all: what reads is asked three times.
    static func lost(_ name: String, _ fault: JSON) -> WeatherRow {
        WeatherRow(name, fault, create: "unknown outcome_unknown", read: "unreachable")
    }

    /// The whole request was refused, not a task in it.
    static func refused(
        _ name: String, _ fault: JSON, at systems: [String], update: String, words: String? = vendorWords
    ) -> WeatherRow {
        WeatherRow(
            name, fault, at: systems, create: "refused request_refused", createStops: "request_refused",
            lookUpStops: "request_refused",
            read: "request_refused", update: update, words: words)
    }

    /// Halved until each task stands alone, and then refused.
    static func halved(_ name: String, _ fault: JSON, at systems: [String], words: String? = vendorWords) -> WeatherRow
    {
        WeatherRow(
            name, fault, at: systems, create: "refused task_refused", lookUpStops: "request_refused",
            read: "request_refused",
            update: "(refused)", words: words)
    }

    static func status(_ status: Int, _ body: String, _ more: [String: JSON] = [:]) -> JSON {
        .object(
            ["kind": "status", "status": .integer(status), "body": .string(body), "text": .string(vendorWords)].merging(
                more
            ) { $1 })
    }
}
