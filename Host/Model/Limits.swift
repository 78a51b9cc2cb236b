/// Every limit of the host: its name, its unit and its reason. Nothing else in the host holds a bound of its own.
package enum Limits {
    // MARK: Task input

    /// Bytes of one input line. A task with a long description is a few KiB; a line without end must not fill the memory.
    package static let inputLineBytesMax = 1_048_576
    /// Bytes of a whole CSV file, which is held in memory, unlike JSON lines.
    package static let csvBytesMax = 32 * 1_048_576
    /// Bytes of a title. The longest title a vendor takes is about 255 characters; a longer one is cut there, with a warning.
    package static let titleBytesMax = 4_096
    /// Bytes of a description. Jira takes 32,767 characters, the others more; what is longer is hardly an action item.
    package static let descriptionBytesMax = 131_072
    /// Bytes of an id, a meeting id, an assignee or one label.
    package static let nameBytesMax = 512
    /// Labels on one task.
    package static let labelsMax = 50
    /// Tasks written in one transaction of an import, and the bytes of their titles and descriptions: large enough that the sync to disk costs
    /// little a task and that tasks of one priority and due date lie side by side, small enough that no other writer waits long.
    package static let importBatchTasks = 2_000
    package static let importBatchBytes = 4_194_304
    /// Tasks of a strict import, which is held in memory until all are known to be good.
    package static let strictImportTasksMax = 100_000
    /// Tasks that one workflow action may bring inline, and bytes of its file.
    package static let actionTasksMax = 500
    package static let actionBytesMax = 16 * 1_048_576

    // MARK: Integrations

    /// Bytes of an integration's name.
    package static let integrationNameBytesMax = 64
    /// Bytes of one setting's value and of one entry in a map.
    package static let settingBytesMax = 8_192
    /// Entries of one map setting, such as an assignee mapping.
    package static let settingEntriesMax = 10_000
    /// Bytes of a base URL.
    package static let urlBytesMax = 2_048
    /// Facts a connector may ask to remember.
    package static let factsMax = 16

    // MARK: Tokens and keys

    /// Bytes of a token (the longest real ones are signed tokens of 2 to 4 KiB).
    package static let tokenBytesMax = 8_192
    /// Bytes of what an authorisation server answers to a refresh: two tokens of the longest kind, and what stands around them.
    package static let tokenAnswerBytesMax = 32_768
    /// Bytes of a file that holds one refreshed token which the store could not take: three long parts, sealed, in base64.
    package static let rescueFileBytesMax = 131_072
    /// How long one host alone may refresh a token: longer than the one exchange in it, short enough to wait for when that host died.
    package static let refreshLease: Duration = DebugSeam.leaseDuration ?? .seconds(120)
    /// Exchanges with the authorisation server for one refresh, lost answers and faults included.
    package static let refreshAttemptsMax = 4
    /// The pause before the second of them; doubled each time.
    package static let refreshPauseFirst: Duration = .milliseconds(500)
    /// How long before a token needs a person `status` and syncs say so: a working week to act in.
    package static let tokenWarningTime: Duration = .seconds(7 * 86_400)
    /// How often a host looks whether another has finished a refresh.
    package static let refreshLookTime: Duration = .milliseconds(100)
    /// How long a rotated token's previous value may still be used: longer than any call under way.
    package static let rotationOverlap: Duration = .seconds(900)
    /// Bytes of a key file: one line with an id, the key and a check sum.
    package static let keyFileBytesMax = 4_096
    /// How long to wait for another process that gives a new key file its name: two renames and two syncs.
    package static let keyFolderLockTime: Duration = .seconds(10)
    /// How long a command that gives the root key may take: longer than a call to a remote vault, short enough for a start.
    package static let keyCommandTime: Duration = .seconds(10)
    /// Rows that a rotation of the data key seals again before it takes the write lock for them: enough that the sync to disk costs
    /// little a row, few enough that another writer waits some milliseconds only.
    package static let rotationBatchRows = 500
    /// Page cache of the connection that writes, from the first batch of a rotation on: it walks, and needs hardly a page twice.
    package static let rotationCacheKiB = 4_096
    /// Pause after each batch, in which another writer comes to its turn.
    package static let rotationRest: Duration = .milliseconds(2)
    /// How long a rotation belongs to who does it, counted from its last batch.
    package static let rotationLease: Duration = .seconds(30)
    /// Free bytes that the disk must have: the write-ahead log grows to 16 MiB, and more while a reader holds it.
    package static let rotationRoomBytesMin: Int64 = 64 * 1_048_576
    /// Passes over the rows before a rotation says that it does not get done.
    package static let rotationPassesMax = 20
    /// How long the last step waits for readers that still hold old copies in the log.
    package static let rotationScrubTime: Duration = .seconds(20)
    /// Recovery slots of a store: each rewrap seals all of them, and each is a way to the root that somebody has to guard.
    package static let recoverySlotsMax = 16
    /// Characters of a recovery slot's name.
    package static let slotNameCharactersMax = 64
    /// How long a rewrap waits for readers that still hold the old wraps in the log. Nothing depends on it: the next checkpoint removes them.
    package static let rootScrubTime: Duration = .seconds(5)
    /// Bytes of a passphrase: fewer are guessed, and more do not fit the memory that is kept for it.
    package static let passphraseBytesMin = 12
    package static let passphraseBytesMax = 1_024

    // MARK: Worker

    /// Bytes of a connector's file.
    package static let pluginBytesMax = 64 * 1_048_576
    /// Bytes of one frame between host and worker: a step with everything in it.
    package static let frameBytesMax = 16 * 1_048_576
    /// How long a worker may take for one step, which is pure computing; longer means that it hangs.
    package static let stepDeadline: Duration = .seconds(10)
    /// How long a worker may take to load its connector and describe it.
    package static let loadDeadline: Duration = .seconds(20)
    /// Steps of one call: a conversation that goes on longer is a loop.
    package static let stepsPerCallMax = 256
    /// Bytes of a connector's diagnostic text in one step.
    package static let diagnosticBytesMax = 4_096
    /// Connectors looked at in one plugins directory.
    package static let pluginsMax = 500
    /// Connectors loaded at the same time: loading is mostly copying and hashing, which a few cores do best side by side.
    package static let pluginsLoadedAtOnce = 4
    /// Tasks of one operation, whatever a connector says it takes.
    package static let batchTasksMax = 1_000
    /// Entries of one list in a connector's descriptor.
    package static let descriptorEntriesMax = 100
    /// Calls open in one worker: each holds memory on both sides, and no budget of a vendor needs more.
    package static let openCallsMax = 10_000
    /// Bytes that wait for a worker to read them; beyond that no call is begun, because the worker does not keep up.
    package static let outboxBytesMax = 64 * 1_048_576
    /// Bytes of finished calls' frames that may wait for company before they are sent.
    package static let outboxIdleBytesMax = 4_096
    /// Bytes kept of what a worker printed before it ended.
    package static let lastWordsBytesMax = 2_048
    /// How long a worker that closed its socket may take to end by itself, so that its own exit status is seen.
    package static let workerExitPatience: Duration = .milliseconds(500)

    /// Workers of one digest that may die in a row, without a call finished in between, before the digest is left alone.
    package static let workerDeathsMax = 3
    /// Pause before a worker is started again after a death; it doubles with each further one.
    package static let workerPauseFirst: Duration = .milliseconds(100)
    package static let workerPauseMax: Duration = .seconds(5)

    // MARK: Plugins

    /// Bytes of one table in a plugin's file that is read before it is run: names, symbols, hashes. A connector has a few KiB of each.
    package static let elfTableBytesMax = 8 * 1_048_576
    /// Bytes of `plugins.lock`, and of a shipped list of digests.
    package static let pluginLockBytesMax = 4 * 1_048_576
    /// Plugins whose digests, deaths and descriptors are remembered each.
    package static let pluginsRememberedMax = 2_000
    /// How long a change of `plugins.lock` waits for another host's.
    package static let pluginLockPatience: Duration = .seconds(5)
    /// Bytes of what a connector says of itself.
    package static let greetingBytesMax = 1_048_576
    /// Bytes of a signature's file: four lines.
    package static let signatureBytesMax = 4_096
    /// Plugins that are not usable and are named in an error, one by one.
    package static let pluginsNamedInErrorMax = 8
    /// Characters of a digest that name it for a person.
    package static let digestPrefixMin = 8
    /// How often a running host looks for new, changed and removed plugins, at most.
    package static let pluginsLookPause: Duration = .seconds(1)

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
    /// How many times larger a decoded body may be than what came over the wire, once it is larger than `bodyRatioFreeBytes`.
    package static let bodyRatioMax = 100
    package static let bodyRatioFreeBytes = 1_048_576
    /// Bytes of a request's path and query together.
    package static let targetBytesMax = 16_384
    /// Headers of one request from a connector.
    package static let requestHeadersMax = 64
    /// Connections kept open to all origins together.
    package static let connectionsMax = 128
    /// How long a connection may lie idle and still be used: shorter than what servers keep one open for, so that a request
    /// seldom meets a connection that was just closed.
    package static let idleConnectionTime: Duration = .seconds(25)
    /// How often tasks on the thread of the transfers go on from what they did, before the transfers get their turn.
    package static let jobRoundsMax = 16
    /// Exchanges waiting for a connection; more means that callers do not wait for answers.
    package static let exchangesWaitingMax = 65_536
    /// Redirects followed for one GET, on the same origin only.
    package static let redirectsMax = 3

    // MARK: Sync

    /// How long a claim is held before another host may call it dead: longer than a whole call with its retries.
    package static let leaseDuration: Duration = DebugSeam.leaseDuration ?? .seconds(300)
    /// Concurrent calls of one integration where its connector names no number.
    package static let concurrentCallsDefault = 8
    /// How long further lanes wait for the look-ups of the first batch, which need not be done again.
    package static let lookUpsWait: Duration = .seconds(3)
    /// Calls of one integration that are prepared, under way or being recorded at the same time: each holds a claimed batch.
    package static let lanesMax = 24
    /// Attempts of one delivery before it is refused as hopeless.
    package static let attemptsMax = 12
    /// First pause after a failed transfer; it doubles, with full jitter.
    package static let retryPauseFirst: Duration = .milliseconds(500)
    /// Tries of one transfer inside a call, where its effect allows a repeat, and the first pause between them.
    package static let exchangeAttemptsMax = 3
    package static let exchangePauseFirst: Duration = .milliseconds(200)
    /// Calls that fail one after the other before an integration is left alone for the rest of a sync.
    package static let failedCallsMax = 3
    /// How long an integration is left alone after that, the first time; it doubles each time.
    package static let breakerRestFirst: Duration = .seconds(30)
    /// A vendor's request to wait so long at most is waited out inside the sync; a longer one ends it for that integration.
    package static let pauseInsideSyncMax: Duration = .seconds(5)
    /// Deliveries, of each kind, that a report holds one by one: what is more is in the store.
    package static let reportRowsMax = 1_000
    /// Pause before the first look-up of an unknown delivery; each later one is four times as long, up to `retryPauseMax`.
    package static let lookUpPauseFirst: Duration = .seconds(5)
    /// Longest pause between two attempts.
    package static let retryPauseMax: Duration = .seconds(900)
    /// How often a request that waits for its rate budget looks whether more has come to be known.
    package static let budgetLookTime: Duration = .milliseconds(250)
    /// How often what is left of a token's rate limits is written down while a sync goes on: so much a killed host forgets.
    package static let budgetNoteTime: Duration = .seconds(1)
    /// From what time of an answer on it is worth the cost of smaller batches to use the writes that whole batches leave free.
    package static let smallBatchAnswerTime: Duration = .milliseconds(10)
    /// How much a limit that is only guessed shrinks with each further refusal.
    package static let budgetGuessShrink = 0.95
    /// How long what was learned of a rate limit is believed: the vendor's plan may change.
    package static let budgetMemory: Duration = .seconds(86_400)
    /// Rate limits that a connector may speak of.
    package static let budgetScopesMax = 16
    /// How soon a sync that only waits notices that it is to stop.
    package static let drainNoticeTime: Duration = .milliseconds(200)
    /// Pause before an unknown delivery that no look-up settled within its patience is looked up again.
    package static let lookUpPauseRare: Duration = .seconds(86_400)
    /// How often `sync --wait` looks what others have changed, at least.
    package static let waitLookPause: Duration = .seconds(10)
    /// `sync --wait` does not wait for what becomes due later than this: a person will have looked by then.
    package static let waitHorizon: Duration = .seconds(21_600)
    /// How long SIGINT and SIGTERM leave to calls under way.
    package static let drainTime: Duration = .seconds(10)
    /// Bytes kept of a vendor's words.
    package static let vendorMessageBytesMax = 2_048
    /// The least patience before a missing task counts as never made: a timed-out create can still land.
    package static let patienceMin: Duration = .seconds(60)
    /// Clock skew taken off the time of a first attempt before it goes to a look-up.
    package static let clockSkew: Duration = .seconds(120)

    // MARK: Authors

    /// Bytes of the name of a new connector, which becomes a file's name and an integration type.
    package static let connectorNameBytesMax = 40
    /// Calls with damaged answers that a test of a connector makes, and the most it may be told to make: a minute or so.
    package static let fuzzRoundsDefault = 500
    package static let fuzzRoundsMax = 1_000_000
    /// Recordings that a test of a connector reads; a replay reads all.
    package static let kitRecordingsMax = 500

    // MARK: Recordings

    /// Files of one recording run, and of one folder that is read: more than a person, or a replay, looks at.
    package static let recordingFilesMax = 10_000
    /// Bytes of all files of one run: a forgotten `--record` must not fill the disk.
    package static let recordingRunBytesMax = 1_024 * 1_048_576
    /// Bytes of the bodies kept of one call: five of the largest.
    package static let recordingCallBytesMax = 64 * 1_048_576
    /// Bytes of one file that is read: the bodies as base64, with everything around them.
    package static let recordingFileBytesMax = 128 * 1_048_576

    // MARK: Store

    /// How long a writer waits for another one before it says that the store is locked.
    package static let storeBusyTimeout: Duration = DebugSeam.storeBusyTimeout ?? .seconds(30)
    /// Pause between two looks at a locked store; the default handler sleeps up to 100 ms and starves.
    package static let storeBusyPollMicroseconds: UInt32 = 200
    /// Rows read in one go where a command lists all of them.
    package static let listPageRows = 1_000
    /// Connections that read beside the one that writes; each has a page cache of 2 MiB.
    package static let storeReadersMax = 3
    /// Page cache of the connection that writes: a claim touches pages all over the indexes.
    package static let storeCacheKiB = 12_288
    /// Pages (4 KiB) of the write-ahead log before they are copied back into the file.
    package static let storeCheckpointPages = 4_000
    /// Callers that share one transaction: enough for all calls of an integration, few enough that none waits long for the others.
    package static let storeVisitsPerCommit = 32
    /// How long outcomes wait for others to share a commit with.
    package static let storeLinger: Duration = .milliseconds(15)
    /// Waiting deliveries made ready, and dead leases ended, by one claim: what is left is for the next one, so that a claim after
    /// a long outage does not hold the write lock for seconds.
    package static let claimSweepRows = 1_000
    /// Pages (4 KiB) that a backup copies before it looks whether it is to stop.
    package static let backupStepPages = 2_000
    /// Bytes of what a backup says of itself: a list of key numbers is the longest part of it.
    package static let backupManifestBytesMax = 65_536
    /// Problems of one kind that a check of the store names.
    package static let storeProblemsMax = 20
}
