import PatchbayModel

/// One rotation of the data key, from its beginning to its proof; kept for good.
package struct RotationRecord: Sendable, Hashable {
    /// Number of the new data key, and of the one before it.
    package let key: Int64
    package let from: Int64
    /// Who rotates: a name for people, and the mark by which a process on the same machine is found to be gone.
    package let owner: String
    package let ownerMark: String
    package let leaseUntil: Timestamp
    /// Raised by everyone who takes the rotation over; what comes under an older one changes nothing.
    package let fence: Int64
    /// The last row of the sweep, 0 at its start.
    package let cursor: Int64
    package let startedAt: Timestamp
    /// Since when the database refuses everything but the new key.
    package let promotedAt: Timestamp?
    package let retiredAt: Timestamp?
    /// How many rows were opened with the old key dropped; the proof.
    package let provedRows: Int?
    /// Since when no old copy is left in the write-ahead log.
    package let scrubbedAt: Timestamp?

    package init(
        key: Int64, from: Int64, owner: String, ownerMark: String, leaseUntil: Timestamp, fence: Int64,
        cursor: Int64 = 0,
        startedAt: Timestamp, promotedAt: Timestamp? = nil, retiredAt: Timestamp? = nil, provedRows: Int? = nil,
        scrubbedAt: Timestamp? = nil
    ) {
        self.key = key
        self.from = from
        self.owner = owner
        self.ownerMark = ownerMark
        self.leaseUntil = leaseUntil
        self.fence = fence
        self.cursor = cursor
        self.startedAt = startedAt
        self.promotedAt = promotedAt
        self.retiredAt = retiredAt
        self.provedRows = provedRows
        self.scrubbedAt = scrubbedAt
    }
}

/// Who works on a rotation and until when.
package struct RotationClaim: Sendable, Hashable {
    package let owner: String
    package let ownerMark: String
    package let now: Timestamp
    package let lease: Duration

    package init(owner: String, ownerMark: String, now: Timestamp, lease: Duration) {
        self.owner = owner
        self.ownerMark = ownerMark
        self.now = now
        self.lease = lease
    }
}

/// What a sweep needs of a sealed row: its place in the order, and all that the seal is bound to. A million of these
/// are read, so nothing else is.
package struct SealedRow: Sendable {
    package let row: Int64
    package let tokenID: String
    package let integrationID: Int64
    package let kind: String
    package let generation: Int64
    package let keyNumber: Int64
    package let origins: [String]
    package let sealed: [UInt8]

    package init(
        row: Int64, tokenID: String, integrationID: Int64, kind: String, generation: Int64, keyNumber: Int64,
        origins: [String],
        sealed: [UInt8]
    ) {
        self.row = row
        self.tokenID = tokenID
        self.integrationID = integrationID
        self.kind = kind
        self.generation = generation
        self.keyNumber = keyNumber
        self.origins = origins
        self.sealed = sealed
    }
}

/// A row's new seal; written where nothing but the seal has changed meanwhile.
package struct ResealedRow: Sendable {
    package let row: Int64
    package let tokenID: String
    package let generation: Int64
    package let oldKey: Int64
    package let sealed: [UInt8]

    package init(row: Int64, tokenID: String, generation: Int64, oldKey: Int64, sealed: [UInt8]) {
        self.row = row
        self.tokenID = tokenID
        self.generation = generation
        self.oldKey = oldKey
        self.sealed = sealed
    }
}

/// A row that did not open in a rotation; it was left as it is.
package struct RotationFault: Sendable, Hashable {
    package let tokenID: String
    package let integrationID: Int64
    package let code: ErrorCode
    package let message: String

    package init(tokenID: String, integrationID: Int64, code: ErrorCode, message: String) {
        self.tokenID = tokenID
        self.integrationID = integrationID
        self.code = code
        self.message = message
    }
}

package protocol RotationStore: Sendable {
    /// The newest rotation, or nil.
    func rotation() async throws -> RotationRecord?
    /// Writes the staged key and the rotation in one transaction. Throws `key_busy` when one is not retired yet, and
    /// when the root that the key is wrapped under is not the store's any more.
    func beginRotation(_ key: DataKeyRecord, _ rotation: RotationRecord, rootKeyID: String) async throws
    /// Takes the rotation for this owner by raising the fence; `takeOver` is the fence of one whose owner is known to
    /// be gone. Nil when somebody else's lease holds. One statement.
    func claimRotation(key: Int64, _ claim: RotationClaim, takeOver: Int64?) async throws -> Int64?
    /// Ends the claim, so that the next one need not wait for the lease.
    func leaveRotation(key: Int64, fence: Int64) async throws
    /// The hosts that use the store and could not open what is sealed under this key; before they can, it must not be
    /// promoted. Where every process reads the keys anew when it meets one that it does not know, nobody is behind.
    func hostsNotHolding(_ key: Int64) async throws -> [String]
    /// Makes the staged key primary and the primary one draining, in one transaction; true also when that is done
    /// already. Throws `key_busy` under an old fence.
    func promoteKey(_ key: Int64, fence: Int64, now: Timestamp) async throws
    /// At most `limit` rows under a key other than `key`, after `row`.
    func rows(notUnder key: Int64, after row: Int64, limit: Int) async throws -> [SealedRow]
    /// At most `limit` rows, whatever their key, after `row`.
    func rows(after row: Int64, limit: Int) async throws -> [SealedRow]
    /// How many rows there are, and how many are not under `key`.
    func rowCounts(notUnder key: Int64) async throws -> (all: Int, others: Int)
    /// Writes a batch, the faults met in it, the cursor and a longer lease in one transaction; gives how many rows were
    /// written. Throws `key_busy` under an old fence.
    func record(
        _ rows: [ResealedRow], faults: [RotationFault], key: Int64, fence: Int64, cursor: Int64, leaseUntil: Timestamp
    ) async throws -> Int
    /// The rows of this rotation that did not open and are still there as they were.
    func rotationFaults(key: Int64) async throws -> [RotationFault]
    /// Retires every draining key and writes the proof, in one transaction. Throws `key_in_use` when a row is not under
    /// `key`.
    func retireKeys(for key: Int64, provedRows: Int, fence: Int64, now: Timestamp) async throws
    /// Removes what earlier versions of rows left outside the tables; false when readers kept it from ending.
    func scrub() async throws -> Bool
    func markScrubbed(key: Int64, now: Timestamp) async throws
    /// Forgets a retired key's wrapping for good. Throws `key_in_use`.
    func destroyKey(_ key: Int64) async throws
    /// Free bytes where the store lies, and bytes of the store; nil where the driver cannot tell.
    func room() async throws -> (free: Int64, used: Int64)?
}
