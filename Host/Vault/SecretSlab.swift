import CSodium
import Synchronization

/// The one piece of locked memory in which every secret of this process lies, cut into slots.
///
/// libsodium puts guard pages around it. Locked memory is scarce (64 KiB on older systems), so slots are taken for one
/// act and given back; what does not find a slot gets guarded memory of its own and says so in `isLocked` if that
/// cannot be locked.
///
/// `@unchecked Sendable`: the base address never changes, slots are handed out under the mutex, and each belongs to one
/// owner.
@safe final class SecretSlab: @unchecked Sendable {
    /// A piece of secret memory. `index` is negative for memory of its own.
    @unsafe struct Slot {
        let base: UnsafeMutableRawPointer
        let capacity: Int
        fileprivate let sizeClass: Int
        fileprivate let index: Int
    }

    private struct State {
        var free: [[Int]]
        var locked: Bool
    }

    static let shared = SecretSlab()

    /// Bytes and number of the slots: data keys; most tokens and the headers made of them; the longest tokens.
    private static let classes: [(bytes: Int, count: Int)] = [(128, 64), (1_280, 48), (24_576, 8)]

    private let base: UnsafeMutableRawPointer
    private let offsets: [Int]
    private let state: Mutex<State>

    /// A further one is for tests only.
    init() {
        precondition(patchbay_sodium_init() == 0, "libsodium cannot start: the system has no source of randomness")
        var offsets: [Int] = []
        var total = 0
        for sizeClass in Self.classes {
            offsets.append(total)
            total += sizeClass.bytes * sizeClass.count
        }
        guard let memory = unsafe sodium_malloc(total) else {
            preconditionFailure("no memory for \(total) bytes of secrets")
        }
        // sodium_malloc does not fail when locking does, so lock again and keep the answer.
        let locked = unsafe sodium_mlock(memory, total) == 0
        unsafe sodium_memzero(memory, total)
        unsafe self.base = unsafe memory
        self.offsets = offsets
        self.state = Mutex(State(free: Self.classes.map { Array(0..<$0.count) }, locked: locked))
    }

    /// Whether all secret memory so far could be locked, so that it is never written to swap.
    var isLocked: Bool { state.withLock { $0.locked } }

    /// A slot of at least `capacity` bytes, all zero.
    func take(_ capacity: Int) -> Slot {
        for (sizeClass, size) in Self.classes.enumerated() where size.bytes >= capacity {
            guard let index = state.withLock({ $0.free[sizeClass].popLast() }) else { continue }
            let start = unsafe base + offsets[sizeClass] + index * size.bytes
            return unsafe Slot(base: start, capacity: size.bytes, sizeClass: sizeClass, index: index)
        }
        guard let memory = unsafe sodium_malloc(capacity) else {
            preconditionFailure("no memory for \(capacity) secret bytes")
        }
        if unsafe sodium_mlock(memory, capacity) != 0 { state.withLock { $0.locked = false } }
        unsafe sodium_memzero(memory, capacity)
        return unsafe Slot(base: memory, capacity: capacity, sizeClass: 0, index: -1)
    }

    /// Zeroes a slot and takes it back.
    func giveBack(_ slot: Slot) {
        unsafe sodium_memzero(slot.base, slot.capacity)
        if unsafe slot.index < 0 {
            unsafe sodium_free(slot.base)
        } else {
            let (sizeClass, index) = unsafe (slot.sizeClass, slot.index)
            state.withLock { $0.free[sizeClass].append(index) }
        }
    }
}

/// What the doctor command asks about the memory that holds secrets.
package enum SecretMemory {
    /// Whether it is locked against being swapped out. False where the system's limit on locked memory is too small.
    package static var isLocked: Bool { SecretSlab.shared.isLocked }
}
