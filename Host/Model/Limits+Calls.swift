/// What transfers, calls and syncs keep to.
extension Limits {
    // MARK: Transport
    /// Time to connect, name look-up and TLS included.
    package static let connectTimeout: Duration = .seconds(10)
    /// Time of one whole exchange. A batch of creates at a slow vendor takes tens of seconds.
    package static let exchangeTimeout: Duration = DebugSeam.leaseDuration.map { $0 * 3 / 10 } ?? .seconds(90)
    /// An exchange slower than `lowSpeedBytesPerSecond` for so long is given up.
    package static let lowSpeedTime: Duration = .seconds(30)
    package static let lowSpeedBytesPerSecond = 10
    /// Bytes of a response's headers together.
    package static let headerBytesMax = 65_536
    /// Bytes of a response's decoded body: a page of 250 full issues is about 2 MiB.
    package static let bodyBytesMax = 12 * 1_048_576
    /// How many times larger a decoded body may be than what came over the wire, once it is larger than
    /// `bodyRatioFreeBytes`.
    package static let bodyRatioMax = 100
    package static let bodyRatioFreeBytes = 1_048_576
    /// Bytes of a request's path and query together.
    package static let targetBytesMax = 16_384
    /// How often a part of a path may be percent-encoded: once, and once more in a path that names another.
    package static let encodingsMax = 4
    /// Headers of one request from a connector.
    package static let requestHeadersMax = 64
    /// Connections kept open to all origins together.
    package static let connectionsMax = 128
    /// How long a connection may lie idle and still be used: shorter than what servers keep one open for, so that a
    /// request seldom meets a connection that was just closed.
    package static let idleConnectionTime: Duration = .seconds(25)
    /// How often tasks on the thread of the transfers go on from what they did, before the transfers get their turn.
    package static let jobRoundsMax = 16
    /// Exchanges waiting for a connection; more means that callers do not wait for answers.
    package static let exchangesWaitingMax = 65_536
    /// Bytes of a request that some system or proxy may find too large; HTTP 413 to less is a fault of theirs.
    package static let tooLargeMin = 16_384
    /// Redirects followed for one GET, on the same origin only.
    package static let redirectsMax = 3

    // MARK: Sync
    /// How long a claim is held before another host may call it dead: longer than a whole call with its retries.
    package static let leaseDuration: Duration = DebugSeam.leaseDuration ?? .seconds(300)
    /// Concurrent calls of one integration where its connector names no number.
    package static let concurrentCallsDefault = 8
    /// How long further lanes wait for the look-ups of the first batch, which need not be done again.
    package static let lookUpsWait: Duration = .seconds(3)
    /// Integrations of a sync that are made ready at the same time: workers are started, tokens refreshed.
    package static let linksAtOnce = 4
    /// How long those that are ready wait for those that are not, so that all begin together: some of that is a worker
    /// that starts, and what takes longer is slow.
    package static let linkPatience: Duration = .milliseconds(500)
    /// Calls of one integration that are prepared, under way or being recorded at the same time: each holds a claimed
    /// batch.
    package static let lanesMax = 24
    /// Attempts of one delivery before it is refused as hopeless.
    package static let attemptsMax = 12
    /// First pause after a failed transfer; it doubles, with full jitter.
    package static let retryPauseFirst: Duration = .milliseconds(500)
    /// Tries of one transfer inside a call, where its effect allows a repeat, and the first pause between them.
    package static let exchangeAttemptsMax = 3
    package static let exchangePauseFirst: Duration = .milliseconds(200)
    /// A vendor's request to wait so long at most is waited out inside the sync; a longer one ends it for that
    /// integration.
    package static let pauseInsideSyncMax: Duration = .seconds(5)
    /// Warnings of one task that are kept; the rest is dropped (R12).
    package static let warningsMax = 32
    /// Deliveries, of each kind, that a report holds one by one: what is more is in the store.
    package static let reportRowsMax = 1_000
    /// Pause before the first look-up of an unknown delivery; each later one is four times as long, up to
    /// `retryPauseMax`.
    package static let lookUpPauseFirst: Duration = .seconds(5)
    /// Longest pause between two attempts.
    package static let retryPauseMax: Duration = .seconds(900)
    /// How often a request that waits for its rate budget looks whether more has come to be known.
    package static let budgetLookTime: Duration = .milliseconds(250)
    /// How often what is left of a token's rate limits is written down while a sync goes on: so much a killed host
    /// forgets.
    package static let budgetNoteTime: Duration = .seconds(1)
    /// From what time of an answer on it is worth the cost of smaller batches to use the writes that whole batches
    /// leave free.
    package static let smallBatchAnswerTime: Duration = .milliseconds(10)
    /// How much a limit that is only guessed shrinks with each further refusal.
    package static let budgetGuessShrink = 0.95
    /// How long what was learned of a rate limit is believed: the vendor's plan may change.
    package static let budgetMemory: Duration = .seconds(86_400)
    /// Rate limits that a connector may speak of.
    package static let budgetScopesMax = 16
    /// Facts of them that count in one step; the rest is dropped (R12).
    package static let budgetFactsMax = 16
    /// Units of a rate limit, of what is left of it, and of what a request costs: more than any vendor gives, and far
    /// from where sums overflow.
    package static let budgetUnitsMax: Int64 = 1_000_000_000_000
    /// Windows of a rate limit that a request waits for at most: by then its figures are known to be nonsense.
    package static let budgetWindowsMax = 1_000.0
    /// The longest time that a connector can name: a window, a wait, a lag. A longer one counts as this.
    package static let timeToldMax: Duration = .seconds(365 * 86_400)
    /// The last millisecond of the year 9999: what calendars and RFC 3339 can tell.
    package static let momentMax: Int64 = 253_402_300_799_999
    /// How soon a sync that only waits notices that it is to stop.
    package static let drainNoticeTime: Duration = .milliseconds(200)
    /// Pause before an unknown delivery that no look-up settled within its patience is looked up again.
    package static let lookUpPauseRare: Duration = .seconds(86_400)
    /// How often `sync --wait` looks what others have changed, at least.
    package static let waitLookPause: Duration = .seconds(10)
    /// `sync --wait` does not wait for what becomes due later than this: a person will have looked by then.
    package static let waitHorizon: Duration = .seconds(21_600)
    /// How long a signal that asks to stop leaves to calls under way.
    package static let drainTime: Duration = .seconds(10)
    /// Bytes kept of a vendor's words.
    package static let vendorMessageBytesMax = 2_048
    /// The least patience before a missing task counts as never made: a timed-out create can still land.
    package static let patienceMin: Duration = .seconds(60)
    /// Clock skew taken off the time of a first attempt before it goes to a look-up.
    package static let clockSkew: Duration = .seconds(120)
    /// By how much less than the running time a vendor's clock may have gone on: a `Date` has whole seconds, and may be
    /// of the request's arrival. Less than `clockSkew`, so that no clock that was set back further hides a task behind
    /// the window.
    package static let clockStepMax: Duration = .seconds(60)
    /// How far before our clock a look-up begins where no clock of the vendor's is known: a clock that is a day wrong,
    /// and two hours more.
    package static let windowGuess: Duration = .seconds(26 * 3_600)
    /// Tasks of ours that a look-up is asked to show beside those that are unknown: one may have been removed, hardly
    /// all three.
    package static let witnessesMax = 3
    /// Candidates of one look-up that are kept: more than a person would go through.
    package static let candidatesMax = 20
}
