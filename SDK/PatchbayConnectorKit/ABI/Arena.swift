import CPatchbay

/// Memory for what goes out of one step: filled while the step is written, emptied at the next call on the same handle.
///
/// Not Sendable: it belongs to one call and one thread (rule R6).
@safe final class Arena {
    /// Bytes handed out since it was emptied.
    private(set) var bytesUsed = 0
    private var chunks: [UnsafeMutableRawBufferPointer] = unsafe []
    private var chunk = 0
    private var offset = 0

    deinit {
        while let chunk = unsafe chunks.popLast() { unsafe chunk.deallocate() }
    }

    /// Makes all memory free again; keeps the first piece, so that a usual step allocates nothing.
    func empty() {
        while unsafe chunks.count > 1 { unsafe chunks.removeLast().deallocate() }
        chunk = 0
        offset = 0
        bytesUsed = 0
    }

    /// So many bytes, aligned for every struct of the interface, not yet set.
    private func allocate(_ count: Int) -> UnsafeMutableRawPointer {
        let size = (count + 7) & ~7
        bytesUsed += size
        while unsafe chunk < chunks.count {
            if unsafe offset + size <= chunks[chunk].count {
                defer { offset += size }
                return unsafe chunks[chunk].baseAddress.unsafelyUnwrapped + offset
            }
            chunk += 1
            offset = 0
        }
        let made = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size, KitLimits.arenaChunkBytes), alignment: 8)
        unsafe chunks.append(made)
        offset = size
        return unsafe made.baseAddress.unsafelyUnwrapped
    }

    /// A copy of text; nil stays absent, "" stays empty.
    func string(_ text: String?) -> patchbay_string {
        guard var text else { return unsafe patchbay_string() }
        return text.withUTF8 { unsafe copy(UnsafeRawBufferPointer($0)) }
    }

    /// A copy of bytes; nil stays absent.
    func string(_ bytes: [UInt8]?) -> patchbay_string {
        guard let bytes else { return unsafe patchbay_string() }
        return unsafe bytes.withUnsafeBytes { unsafe copy($0) }
    }

    private func copy(_ source: UnsafeRawBufferPointer) -> patchbay_string {
        let memory = unsafe allocate(max(source.count, 1))
        if let base = source.baseAddress { unsafe memory.copyMemory(from: base, byteCount: source.count) }
        return unsafe patchbay_string(
            bytes: UnsafePointer(memory.assumingMemoryBound(to: CChar.self)), length: UInt64(source.count))
    }

    /// One struct in memory of its own.
    func place<Struct>(_ value: Struct) -> UnsafePointer<Struct> {
        let memory = unsafe allocate(MemoryLayout<Struct>.stride).bindMemory(to: Struct.self, capacity: 1)
        unsafe memory.initialize(to: value)
        return unsafe UnsafePointer(memory)
    }

    /// One struct for each value, one after the other. `make` may itself take memory from the arena.
    func array<Value, Struct>(_ values: [Value], _ make: (Value) -> Struct) -> patchbay_array {
        let stride = MemoryLayout<Struct>.stride
        guard !values.isEmpty else {
            return unsafe patchbay_array(elements: nil, count: 0, stride: UInt32(stride), reserved: 0)
        }
        let memory = unsafe allocate(stride * values.count).bindMemory(to: Struct.self, capacity: values.count)
        for (place, value) in values.enumerated() {
            unsafe (memory + place).initialize(to: make(value))
        }
        return unsafe patchbay_array(
            elements: UnsafeRawPointer(memory), count: UInt64(values.count), stride: UInt32(stride), reserved: 0)
    }
}
