/// What files of strangers may cost.
extension Limits {
    // MARK: Plugins
    /// Entries of a plugin's dynamic section, and versions that it needs of its libraries: a connector has a few dozen
    /// of each, and any of them may refer to the same long name.
    package static let elfEntriesMax = 1_024
    /// How long after its last change a refusal of a file is not remembered: the file system's times go on by ticks of
    /// the kernel's clock, 10 ms at most, and a file that is written twice in one of them looks untouched.
    package static let fileTimeTick: Duration = .milliseconds(20)

    // MARK: Input
    /// Levels of lists and objects in a JSON text: a task has three, with a home's deliveries seven.
    package static let jsonNestingMax = 32
    /// Bytes of CSV records that are taken apart at once; more only where one record is longer.
    package static let csvPieceBytes = 65_536
    /// Bytes of one whole input: a hundred million tasks. What gives more is a device, or a program that does not end.
    package static let inputBytesMax = 64 * 1_024 * 1_048_576
    /// Bytes that are passed over in search of the end of a line that is too long: what has none in so many is no text.
    package static let inputLineSkippedBytesMax = 64 * 1_048_576
    /// How long a named pipe may have nobody who writes into it.
    package static let inputWriterWait: Duration = .seconds(30)
    /// How long a pipe that is named, and not standard input, may bring nothing while somebody holds it open.
    package static let inputSilenceMax: Duration = .seconds(600)
    /// How long a pipe may take to bring a token: a person may have to confirm something first.
    package static let tokenPipeWait: Duration = .seconds(120)

    // MARK: Store
    /// What is kept and counted up by one is believed so far: more than a store counts in a lifetime, and far from
    /// where a sum overflows.
    package static let storedCountMax: Int64 = 1 << 53
}
