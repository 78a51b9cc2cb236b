/// Every limit of the kit: its name, its unit and its reason.
enum KitLimits {
    /// Bytes of a step with everything it points to (rule R12).
    static let stepBytesMax = 16 * 1_048_576
    /// Bytes of the diagnostic text of one step (rule R12).
    static let diagnosticBytesMax = 4_096
    /// Steps of one call (rule R12): the first one and one for each response.
    static let stepsMax = 256
    /// Budget facts of one step: a vendor has a handful of limits, and what is more comes from a loop.
    static let budgetFactsMax = 64
    /// Bytes of one piece of a call's arena: most steps of one task fit, and thousands of open calls stay small.
    static let arenaChunkBytes = 2_048
    /// Seconds that a `Retry-After` may ask to wait: a thousand years are as good as for ever, and their milliseconds
    /// still fit a number.
    static let waitSecondsMax = 31_536_000_000.0
    /// Bytes of a vendor's text that an error repeats: enough for a sentence, too little for a page of HTML.
    static let excerptBytesMax = 300
}
