import Foundation
import PatchbayModel
import PatchbayStore
import PatchbayStoreSQLite
import Testing

/// A driver that must pass the conformance suite.
struct Driver: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Opens the store that belongs to a folder; makes it the first time.
    let open: @Sendable (ScratchFolder) async throws -> any Store

    static let all = [
        Driver(testDescription: "SQLite") { folder in
            try await SQLiteStore.open(path: folder.file("store.db"), mode: .create)
        }
    ]

    /// Runs `body` on a fresh store and closes it.
    func withStore(_ body: (any Store) async throws -> Void) async throws {
        let folder = try ScratchFolder()
        let store = try await open(folder)
        try await body(store)
        try await store.close()
    }
}

/// A fixed time, so that no test depends on the clock.
let noon = Timestamp(milliseconds: 1_767_268_800_000)

extension Timestamp {
    func later(seconds: Int64) -> Timestamp { advanced(by: .seconds(seconds)) }
}

extension Store {
    func addIntegration(_ name: String, type: String = "asana") async throws -> IntegrationRecord {
        try await add(IntegrationRecord(name: name, type: type, createdAt: noon))
    }

    /// Removes one, keeping tombstones.
    @discardableResult
    func remove(_ id: Int64, force: Bool = false, at target: DeliveryTarget? = nil) async throws -> RemovalOutcome {
        try await removeIntegration(id: id, force: force, .keepingTombstones(target), now: noon)
    }

    /// Imports plain tasks bound for `integrations`.
    @discardableResult
    func importPlain(_ ids: [String], meeting: String? = nil, to integrations: [Int64]?) async throws
        -> [TaskImportResult]
    {
        let tasks = ids.map {
            TaskImport(
                task: TrackedTask(id: $0, meetingId: meeting, title: "Title of \($0)"), integrationIDs: integrations)
        }
        return try await importTasks(tasks, now: noon)
    }

    func take(
        _ integrationID: Int64, limit: Int = 50, scope: DeliveryScope = DeliveryScope(), now: Timestamp = noon
    ) async throws -> [ClaimedDelivery] {
        let request = ClaimRequest(
            integrationID: integrationID, scope: scope, limit: limit, now: now, clock: now.running, lease: .seconds(300)
        )
        return try await claim(request)
    }

    func delivery(_ taskID: String, _ integrationID: Int64) async throws -> DeliveryRecord {
        let found = try await task(id: taskID)?.deliveries.first { $0.integrationID == integrationID }
        return try #require(found, "\(taskID) has no such delivery")
    }

    /// Claims everything and records one outcome for all of it.
    func settleAll(
        _ integrationID: Int64, as state: DeliveryState, now: Timestamp = noon,
        change: (inout DeliveryUpdate) -> Void = { _ in }
    ) async throws {
        let updates = try await take(integrationID, limit: 1_000, now: now).map {
            $0.update(state, now: now, change: change)
        }
        #expect(try await record(updates) == [])
    }

    func installPrimaryKey() async throws {
        try await installKey(
            root: RootKeyRecord(keyID: "test", checkValue: [UInt8](repeating: 7, count: 16)),
            dataKey: DataKeyRecord(number: 2, state: .primary, wrapped: [1, 2, 3], createdAt: noon))
    }
}

extension ClaimedDelivery {
    func update(
        _ state: DeliveryState, now: Timestamp = noon, change: (inout DeliveryUpdate) -> Void = { _ in }
    ) -> DeliveryUpdate {
        var update = DeliveryUpdate(
            row: row, fence: fence, state: state, startedAt: now, endedAt: now.later(seconds: 1))
        if state == .delivered { update.externalID = "ext-\(task.id)" }
        change(&update)
        return update
    }
}

extension SealedToken {
    /// A row whose blob has a true header and nothing real behind it.
    static func shaped(
        integrationID: Int64, generation: Int64 = 1, keyNumber: Int64 = 2, header: [UInt8] = [0xA7, 1, 1, 0],
        headerKey: UInt8? = nil,
        headerGeneration: UInt8? = nil, bytes: Int = 152
    ) -> SealedToken {
        var blob = header
        blob += [0, 0, 0, headerKey ?? UInt8(keyNumber)]
        blob += [0, 0, 0, 0, 0, 0, 0, headerGeneration ?? UInt8(generation)]
        blob += [UInt8](repeating: 0x5A, count: bytes - blob.count)
        return SealedToken(
            id: UUID().uuidString, integrationID: integrationID, kind: "api-key", generation: generation,
            keyNumber: keyNumber,
            origins: ["https://app.example.com"], sealed: blob, fingerprint: "f1f2", setAt: noon)
    }
}

/// Expects `body` to throw a store error of this code.
func expectCode(
    _ code: ErrorCode, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
    let error = await #expect(throws: StoreError.self, sourceLocation: sourceLocation) { try await body() }
    #expect(error?.code == code, sourceLocation: sourceLocation)
}

/// A chain that shows what it was given, in the lengths that a real one has.
struct PlainChain: EventSealing {
    func link(_ text: [UInt8], after previous: [UInt8]) -> [UInt8] {
        var sum = [UInt8](repeating: 0, count: 32)
        for (index, byte) in (previous + text).enumerated() { sum[index % 32] = sum[index % 32] &* 31 &+ byte }
        return sum
    }
    func seal(_ link: [UInt8]) -> [UInt8]? { link.map { ~$0 } }
}

extension Timestamp {
    /// The running time of a machine whose wall clock is right, in milliseconds since `noon`, of one boot.
    var running: RunningTime { RunningTime(boot: "boot", milliseconds: milliseconds - noon.milliseconds + 1_000_000) }
}
