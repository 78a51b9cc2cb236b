import PatchbayModel

/// What the head of a shared library says, as far as loading one depends on it. Numbers and layout: the System V ABI
/// (gABI 4.1) and its supplements for x86-64 and AArch64.
struct ElfHeader {
    /// One piece of the file that is mapped into memory.
    struct Segment {
        let offset: UInt64
        let address: UInt64
        let fileBytes: UInt64
        /// At least as many as of the file; what is more is zero.
        let memoryBytes: UInt64
        let flags: UInt32

        var isWritable: Bool { flags & 2 != 0 }
        var isExecutable: Bool { flags & 1 != 0 }
    }

    let loaded: [Segment]
    /// Offset and length of the dynamic section; nil when there is none.
    let dynamic: Segment?
    let hasInterpreter: Bool
    /// The flags it asks for its stack; nil when it says nothing, which means executable.
    let stackFlags: UInt32?

    private static let headerBytes: UInt64 = 64
    private static let segmentBytes: UInt64 = 56

    /// Reads it. Throws when the file is no library for this machine, or ends too early.
    init(_ reader: ElfReader) throws(LoadRefusal) {
        let start = try reader.bytes(at: 0, count: min(reader.size, Self.headerBytes), what: "header")
        guard start.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else {
            let isText = start.prefix(16).allSatisfy {
                (0x20..<0x7F).contains($0) || $0 == 0x0A || $0 == 0x0D || $0 == 0x09
            }
            throw LoadRefusal(.notELF, "It is \(isText ? "a text file" : "some other file"), not a shared library.")
        }
        guard start.count == Int(Self.headerBytes) else {
            throw LoadRefusal(.truncated, "It is \(start.count) bytes long: it was not copied whole.")
        }
        let head = ElfTable(bytes: start)
        try Self.checkKind(head)
        let table = head.number(UInt64.self, at: 32) ?? 0
        let count = UInt64(head.number(UInt16.self, at: 56) ?? 0)
        guard head.number(UInt16.self, at: 54) == UInt16(Self.segmentBytes), (1...64).contains(count) else {
            throw LoadRefusal(.malformed, "Its table of segments is not one that a linker writes: it is damaged.")
        }
        let bytes = try reader.bytes(at: table, count: count * Self.segmentBytes, what: "table of segments")
        var loaded: [Segment] = []
        var dynamic: Segment?
        var stackFlags: UInt32?
        var hasInterpreter = false
        for index in 0..<Int(count) {
            guard let (kind, segment) = Self.segment(ElfTable(bytes: bytes), at: index * Int(Self.segmentBytes)) else {
                continue
            }
            switch kind {
            case 1:
                let (end, overflows) = segment.offset.addingReportingOverflow(segment.fileBytes)
                guard !overflows, end <= reader.size else {
                    throw LoadRefusal(
                        .truncated,
                        "It has \(reader.size) bytes and needs \(end): it is damaged, or was not copied whole.")
                }
                loaded.append(segment)
            case 2: dynamic = segment
            case 3: hasInterpreter = true
            case 0x6474_E551: stackFlags = segment.flags
            default: break
            }
        }
        self.loaded = loaded
        self.dynamic = dynamic
        self.hasInterpreter = hasInterpreter
        self.stackFlags = stackFlags
        try checkPlaces()
    }

    /// Class, byte order, version, machine and type, in the order in which each makes the next readable.
    private static func checkKind(_ head: ElfTable) throws(LoadRefusal) {
        guard head.bytes[4] == 2 else {
            throw LoadRefusal(
                .wrongClass,
                head.bytes[4] == 1
                    ? "It is built for 32-bit machines." : "Its class byte is \(head.bytes[4]): it is damaged.")
        }
        let machine = head.number(UInt16.self, at: 18) ?? 0
        guard head.bytes[5] == 1, machine == Machine.own else {
            let name = head.bytes[5] == 1 ? Machine.names[machine] ?? "machine \(machine)" : "a big-endian machine"
            throw LoadRefusal(
                .wrongMachine,
                "It is built for \(name), and this is \(Machine.names[Machine.own] ?? "another"): get the build for it."
            )
        }
        guard head.bytes[6] == 1, head.number(UInt32.self, at: 20) == 1, [0, 3].contains(head.bytes[7]) else {
            throw LoadRefusal(.malformed, "Its version or system byte is not one that Linux knows: it is damaged.")
        }
        switch head.number(UInt16.self, at: 16) {
        case 3: break
        case 1: throw LoadRefusal(.notLibrary, "It is an object file: link it with -shared.")
        case 2: throw LoadRefusal(.notLibrary, "It is a program, not a shared library: link it with -shared.")
        case 4: throw LoadRefusal(.notLibrary, "It is a core dump.")
        default: throw LoadRefusal(.notLibrary, "It is of no type that can be loaded: it is damaged.")
        }
    }

    private static func segment(_ table: ElfTable, at start: Int) -> (kind: UInt32, Segment)? {
        guard let kind = table.number(UInt32.self, at: start), let flags = table.number(UInt32.self, at: start + 4),
            let offset = table.number(UInt64.self, at: start + 8),
            let address = table.number(UInt64.self, at: start + 16),
            let bytes = table.number(UInt64.self, at: start + 32),
            let memoryBytes = table.number(UInt64.self, at: start + 40)
        else { return nil }
        return (
            kind,
            Segment(offset: offset, address: address, fileBytes: bytes, memoryBytes: memoryBytes, flags: flags)
        )
    }

    /// The loader takes it as given that segments follow one another, and goes by what will be in memory, where this
    /// reads the file: what it maps would otherwise come to lie over other libraries, and another dynamic section than
    /// the one that is judged here would count.
    private func checkPlaces() throws(LoadRefusal) {
        var end: UInt64 = 0
        for segment in loaded {
            let (next, overflows) = segment.address.addingReportingOverflow(segment.memoryBytes)
            guard !overflows, segment.address >= end, segment.fileBytes <= segment.memoryBytes else {
                throw LoadRefusal(
                    .malformed, "Its segments lie over one another, or not in their order, as no linker puts them.")
            }
            end = next
        }
        guard let dynamic, offset(of: dynamic.address, count: dynamic.fileBytes) != dynamic.offset else { return }
        throw LoadRefusal(.malformed, "Its dynamic section in memory is not the one in the file: it is damaged.")
    }

    /// Where in the file the bytes lie that will be at an address; nil when no segment holds all of them.
    func offset(of address: UInt64, count: UInt64) -> UInt64? {
        for segment in loaded where address >= segment.address {
            let inside = address - segment.address
            guard inside <= segment.fileBytes, count <= segment.fileBytes - inside else { continue }
            return segment.offset + inside
        }
        return nil
    }

    /// Bytes of the file from an address to the end of its segment.
    func room(at address: UInt64) -> UInt64 {
        for segment in loaded where address >= segment.address && address - segment.address < segment.fileBytes {
            return segment.fileBytes - (address - segment.address)
        }
        return 0
    }

    /// Machines by the number that files name them by.
    private enum Machine {
        static let names: [UInt16: String] = [
            3: "i386", 40: "ARM", 62: "x86-64", 183: "AArch64", 243: "RISC-V", 21: "PowerPC", 22: "S/390",
        ]
        #if arch(x86_64)
            static let own: UInt16 = 62
        #elseif arch(arm64)
            static let own: UInt16 = 183
        #endif
    }
}
