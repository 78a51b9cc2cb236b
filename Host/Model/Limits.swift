/// Every limit of the host: its name, its unit and its reason. Nothing else in the host holds a bound of its own.
package enum Limits {
    // MARK: Task input
    /// Bytes of one input line. A task with a long description is a few KiB; a line without end must not fill the
    /// memory.
    package static let inputLineBytesMax = 1_048_576
    /// Bytes of a title. The longest title a vendor takes is about 255 characters; a longer one is cut there, with a
    /// warning.
    package static let titleBytesMax = 4_096
    /// Bytes of a description. Jira takes 32,767 characters, the others more; what is longer is hardly an action item.
    package static let descriptionBytesMax = 131_072
    /// Bytes of an id, a meeting id, an assignee or one label.
    package static let nameBytesMax = 512
    /// Labels on one task.
    package static let labelsMax = 50
    /// Tasks written in one transaction of an import, and the bytes of their titles and descriptions: large enough that
    /// the sync to disk costs little a task and that tasks of one priority and due date lie side by side, small enough
    /// that no other writer waits long.
    package static let importBatchTasks = 2_000
    package static let importBatchBytes = 4_194_304
    /// Tasks of a strict import, which is held in memory until all are known to be good.
    package static let strictImportTasksMax = 100_000
    /// Tasks that one workflow action may bring inline, and bytes of its file.
    package static let actionTasksMax = 500
    package static let actionBytesMax = 16 * 1_048_576

    /// Names of unknown fields that an import tells of, and characters of one that is shown: a longer one may be a
    /// token that lies where a name should.
    package static let unknownFieldsMax = 100
    package static let fieldNameShownMax = 24

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
    /// Bytes of what an authorisation server answers to a refresh: two tokens of the longest kind, and what stands
    /// around them.
    package static let tokenAnswerBytesMax = 32_768
    /// Bytes of a file that holds one refreshed token which the store could not take: three long parts, sealed, in
    /// base64.
    package static let rescueFileBytesMax = 131_072
    /// How long one host alone may refresh a token: longer than the one exchange in it, short enough to wait for when
    /// that host died.
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
    /// How long a command that gives the root key may take: longer than a call to a remote vault, short enough for a
    /// start.
    package static let keyCommandTime: Duration = .seconds(10)
    /// Rows that a rotation of the data key seals again before it takes the write lock for them: enough that the sync
    /// to disk costs little a row, few enough that another writer waits some milliseconds only.
    package static let rotationBatchRows = 500
    /// Page cache of the connection that writes, from the first batch of a rotation on: it walks, and needs hardly a
    /// page twice.
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
    /// Recovery slots of a store: each rewrap seals all of them, and each is a way to the root that somebody has to
    /// guard.
    package static let recoverySlotsMax = 16
    /// Characters of a recovery slot's name.
    package static let slotNameCharactersMax = 64
    /// How long a rewrap waits for readers that still hold the old wraps in the log. Nothing depends on it: the next
    /// checkpoint removes them.
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
    /// What takes longer to load is slow: usual are 10 to 60 ms, and some hundred on a busy machine.
    package static let slowLoadTime: Duration = .seconds(5)
    /// Slow loads of one digest in a row, before it is left alone.
    package static let slowLoadsMax = 3
    /// Exchanges of one recorded call, whatever its operation.
    package static let stepsPerCallMax = 256
    /// Bytes of a connector's diagnostic text in one step.
    package static let diagnosticBytesMax = 4_096
    /// Connectors looked at in one plugins directory.
    package static let pluginsMax = 500
    /// Connectors loaded at the same time: loading is mostly copying and hashing, which a few cores do best side by
    /// side.
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

    /// Workers of one stranger at the same time, one for each token: each holds some 3 MiB of its own.
    package static let strangerWorkersMax = 64
    /// Workers of one digest that may die in a row, without a call finished in between, before the digest is left
    /// alone.
    package static let workerDeathsMax = 3
    /// Pause before a worker is started again after a death; it doubles with each further one.
    package static let workerPauseFirst: Duration = .milliseconds(100)
    package static let workerPauseMax: Duration = .seconds(5)

    // MARK: Plugins
    /// Bytes of one table in a plugin's file that is read before it is run: names, symbols, hashes. A connector has a
    /// few KiB of each.
    package static let elfTableBytesMax = 8 * 1_048_576
    /// Bytes of `plugins.lock`, and of a shipped list of digests.
    package static let pluginLockBytesMax = 4 * 1_048_576
    /// Plugins whose digests, deaths and descriptors are remembered each.
    package static let pluginsRememberedMax = 2_000
    /// How long a change of `plugins.lock` waits for another host's.
    package static let pluginLockPatience: Duration = .seconds(5)
    /// Bytes of what a connector says of itself.
    package static let greetingBytesMax = 1_048_576
    /// Bytes of what is remembered of a plugin: that, and what tells the file.
    package static let cachedBytesMax = greetingBytesMax + 4_096
    /// Bytes of a signature's file, and of a public key's: four lines, of which minisign lets the trusted comment have
    /// 8,192 and the other 1,024.
    package static let signatureBytesMax = 16_384
    /// Plugins that are not usable and are named in an error, one by one.
    package static let pluginsNamedInErrorMax = 8
    /// Characters of a digest that name it for a person.
    package static let digestPrefixMin = 8
    /// How often a running host looks for new, changed and removed plugins, at most.
    package static let pluginsLookPause: Duration = .seconds(1)

    // MARK: Authors
    /// Bytes of the name of a new connector, which becomes a file's name and an integration type.
    package static let connectorNameBytesMax = 40
    /// Calls with damaged answers that a test of a connector makes, and the most it may be told to make: a minute or
    /// so.
    package static let fuzzRoundsDefault = 500
    package static let fuzzRoundsMax = 1_000_000
    /// Recorded look-ups that are answered with what says nothing, and all such answers: more than the forms that one
    /// system's answers have.
    package static let lookUpRecordingsMax = 12
    package static let lookUpAnswersMax = 10_000
    /// How long that goes on: an answer takes a millisecond or two.
    package static let lookUpChecksTime: Duration = .seconds(60)
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
    /// Callers that share one transaction: enough for all calls of an integration, few enough that none waits long for
    /// the others.
    package static let storeVisitsPerCommit = 32
    /// How long outcomes wait for others to share a commit with.
    package static let storeLinger: Duration = .milliseconds(15)
    /// Waiting deliveries made ready, and dead leases ended, by one claim: what is left is for the next one, so that a
    /// claim after a long outage does not hold the write lock for seconds.
    package static let claimSweepRows = 1_000
    /// Pages (4 KiB) that a backup copies before it looks whether it is to stop.
    package static let backupStepPages = 2_000
    /// Room that a change of schema may take beside the store and its backup, in times the store: the log of every
    /// page, and as much again where a table is made anew before the old one goes.
    package static let migrationCopies: Int64 = 2
    /// Bytes of room beyond that: logs and their indexes have a least size, whatever the store has.
    package static let migrationRoomBytesMin: Int64 = 1_048_576
    /// Bytes of what a backup says of itself: a list of key numbers is the longest part of it.
    package static let backupManifestBytesMax = 65_536
    /// Problems of one kind that a check of the store names.
    package static let storeProblemsMax = 20
}
