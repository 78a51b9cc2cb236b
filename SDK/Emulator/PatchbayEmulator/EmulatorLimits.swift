/// The emulator's own bounds, each with its reason. The vendors' limits stand with the vendors.
enum EmulatorLimits {
    /// The largest request body read, in bytes: more than any vendor takes, so that each can say so itself.
    static let requestBodyBytesMax = 64 * 1024 * 1024
    /// How many exchanges the log keeps: enough for a test to read back, little enough to forget.
    static let logEntriesMax = 10_000
    /// How many faults may wait at once: each request walks through all of them.
    static let faultsMax = 1_000
    /// The longest delay one fault or latency may ask for, in milliseconds: longer than any client waits.
    static let delayMillisecondsMax = 600_000
    /// The largest made-up body, in mebibytes: beyond any client's own bound.
    static let hugeBodyMebibytesMax = 4_096
    /// How many tasks the page of a system shows: a browser is no place for more.
    static let pageTasksMax = 200
    /// How deep a GraphQL document or a rich-text description may be nested.
    static let nestingMax = 64
    /// How many fields one GraphQL document may unfold to: fragments inside fragments grow without end.
    static let fieldsMax = 10_000
    /// How many parsed GraphQL documents are kept: clients send the same few over and over.
    static let parsedDocumentsMax = 256
}
