import CSodium

/// Secret bytes in locked memory, zeroed when their one owner lets go of them.
///
/// There is no way to print, encode, copy or hash them; they are reached by closure only.
///
/// `@unchecked Sendable`: it owns its memory alone, cannot be copied, and changes only through `mutating` access.
@safe package struct SecretBytes: ~Copyable, @unchecked Sendable {
    private let slot: SecretSlab.Slot
    /// Bytes in use, from the start.
    package private(set) var count: Int

    /// Empty, with room for `capacity` bytes.
    package init(capacity: Int) {
        unsafe slot = SecretSlab.shared.take(capacity)
        count = 0
    }

    /// A copy of `bytes`, which stay the caller's to wipe.
    package init(copying bytes: UnsafeRawBufferPointer) {
        self.init(capacity: max(bytes.count, 1))
        unsafe append(bytes)
    }

    /// `count` random bytes.
    package init(randomCount count: Int) {
        self.init(capacity: count)
        self.count = count
        unsafe randombytes_buf(slot.base, count)
    }

    deinit { unsafe SecretSlab.shared.giveBack(slot) }

    package var capacity: Int { unsafe slot.capacity }

    /// Gives `body` the bytes in use; the buffer is valid only inside it.
    package borrowing func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeRawBufferPointer(start: slot.base, count: count))
    }

    /// Gives `body` all of the memory, in use or not, and the count, which it may change up to the capacity.
    package mutating func withMutableBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer, inout Int) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let result = try unsafe body(UnsafeMutableRawBufferPointer(start: slot.base, count: slot.capacity), &count)
        precondition(count >= 0 && count <= capacity, "a secret cannot be longer than its memory")
        return result
    }

    /// Appends a copy. There must be room for it.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count <= capacity - count, "no room for a secret")
        guard let source = bytes.baseAddress else { return }
        unsafe (slot.base + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    /// Appends bytes that are not secret. There must be room for them.
    package mutating func append(_ bytes: some Collection<UInt8>) {
        precondition(bytes.count <= capacity - count, "no room for a secret")
        for byte in bytes {
            unsafe slot.base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
            count += 1
        }
    }

    /// Whether both hold the same bytes, in a time that depends on the length alone.
    package borrowing func isSame(as other: borrowing SecretBytes) -> Bool {
        unsafe count == other.count && sodium_memcmp(slot.base, other.slot.base, count) == 0
    }
}
