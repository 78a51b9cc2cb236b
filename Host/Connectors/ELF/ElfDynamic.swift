import PatchbayModel

/// The dynamic section of a plugin: what the loader goes by, and the tables it points to.
///
/// Every table is read once, and each has a bound of its own, so that what reading costs grows with the file and with
/// nothing that the file says: the same name may be referred to from every place of it, and a table may lie in itself.
struct ElfDynamic {
    private let header: ElfHeader
    private let reader: ElfReader
    private var entries: [(tag: UInt64, value: UInt64)] = []
    private var strings = ElfTable(bytes: [])

    private static let symbolBytes = 24

    init(header: ElfHeader, section: ElfHeader.Segment, reader: ElfReader) throws(LoadRefusal) {
        self.header = header
        self.reader = reader
        let table = ElfTable(
            bytes: try reader.bytes(at: section.offset, count: section.fileBytes, what: "dynamic section"))
        var offset = 0
        while true {
            guard let tag = table.number(UInt64.self, at: offset),
                let value = table.number(UInt64.self, at: offset + 8)
            else {
                // The loader reads on, whatever comes.
                throw LoadRefusal(.malformed, "Its dynamic section has no end: it is damaged.")
            }
            if tag == 0 { break }
            guard entries.count < Limits.elfEntriesMax else {
                throw LoadRefusal(
                    .malformed,
                    "Its dynamic section has more than \(Limits.elfEntriesMax) entries, which no linker writes.")
            }
            entries.append((tag, value))
            offset += 16
        }
        guard let address = value(Tag.strings), let count = value(Tag.stringBytes) else {
            throw LoadRefusal(.malformed, "It has no table of names: it is damaged.")
        }
        strings = try self.table(at: address, count: count, what: "table of names")
    }

    /// The values of a tag, in their order.
    func values(_ tag: UInt64) -> [UInt64] { entries.filter { $0.tag == tag }.map(\.value) }

    /// The value of a tag that stands for one thing: of several the last one, by which the loader goes.
    func value(_ tag: UInt64) -> UInt64? { entries.last { $0.tag == tag }?.value }

    /// A name. Throws when there is none at that place.
    func string(at offset: UInt64) throws(LoadRefusal) -> String {
        guard let text = strings.text(at: offset) else {
            throw LoadRefusal(.malformed, "It refers to a name that it does not hold: it is damaged.")
        }
        return text
    }

    private func table(at address: UInt64, count: UInt64, what: String) throws(LoadRefusal) -> ElfTable {
        guard let offset = header.offset(of: address, count: count) else {
            throw LoadRefusal(.malformed, "Its \(what) lies outside what is loaded of it: it is damaged.")
        }
        return ElfTable(bytes: try reader.bytes(at: offset, count: count, what: what))
    }

    /// What is left of the segment at an address, as much as may be read at once.
    private func rest(at address: UInt64, what: String) throws(LoadRefusal) -> ElfTable {
        try table(at: address, count: min(header.room(at: address), UInt64(Limits.elfTableBytesMax)), what: what)
    }

    // MARK: Symbols

    /// What it defines for others.
    func exports() throws(LoadRefusal) -> ElfExports {
        var exports = ElfExports()
        guard let address = value(Tag.symbols) else { return exports }
        let count = try symbolCount()
        guard count <= UInt64(Limits.elfTableBytesMax / Self.symbolBytes) else {
            throw LoadRefusal(.malformed, "It has \(count) symbols, more than any connector.")
        }
        let table = try table(at: address, count: count * UInt64(Self.symbolBytes), what: "table of symbols")
        let entry = Array(ElfRules.entrySymbol.utf8)
        for index in 0..<Int(count) {
            let start = index * Self.symbolBytes
            guard let name = table.number(UInt32.self, at: start),
                let section = table.number(UInt16.self, at: start + 6)
            else { break }
            let (binding, visibility) = (table.bytes[start + 4] >> 4, table.bytes[start + 5] & 3)
            // Defined, global or weak or unique, and neither hidden nor internal.
            guard section != 0, [1, 2, 10].contains(binding), visibility == 0 || visibility == 3 else { continue }
            if strings.holds(entry, at: UInt64(name)) {
                exports.hasEntry = true
                continue
            }
            if exports.otherCount < ElfExports.othersNamed { exports.others.append(try string(at: UInt64(name))) }
            exports.otherCount += 1
        }
        return exports
    }

    /// How many symbols there are: the file says so only by its hash tables.
    private func symbolCount() throws(LoadRefusal) -> UInt64 {
        if let address = value(Tag.gnuHash) { return try countByGNUHash(rest(at: address, what: "hash table")) }
        guard let address = value(Tag.hash) else {
            throw LoadRefusal(.malformed, "It has no hash table of its symbols: link it with --hash-style=gnu.")
        }
        return UInt64(try table(at: address, count: 8, what: "hash table").number(UInt32.self, at: 4) ?? 0)
    }

    /// The last symbol is the end of the chain that the highest bucket points to.
    private func countByGNUHash(_ table: ElfTable) throws(LoadRefusal) -> UInt64 {
        let damaged = LoadRefusal(.malformed, "Its hash table of symbols is damaged.")
        guard let buckets = table.number(UInt32.self, at: 0), let first = table.number(UInt32.self, at: 4),
            let bloomWords = table.number(UInt32.self, at: 8)
        else { throw damaged }
        let bucketsStart = 16 + UInt64(bloomWords) * 8
        let chainsStart = bucketsStart + UInt64(buckets) * 4
        guard chainsStart <= UInt64(table.bytes.count) else { throw damaged }
        var last: UInt32 = 0
        for index in 0..<Int(buckets) {
            last = max(last, table.number(UInt32.self, at: Int(bucketsStart) + index * 4) ?? 0)
        }
        guard last >= first else { return UInt64(first) }
        var index = UInt64(last)
        while true {
            guard let hash = table.number(UInt32.self, at: Int(chainsStart + (index - UInt64(first)) * 4)) else {
                throw damaged
            }
            index += 1
            if hash & 1 == 1 { return index }
        }
    }

    // MARK: Versions

    /// For each dependency the versions of its interface that are needed.
    func versionsNeeded() throws(LoadRefusal) -> [String: [String]] {
        guard let address = value(Tag.versionsNeeded), let count = value(Tag.versionsNeededCount) else {
            return [:]
        }
        let table = try rest(at: address, what: "table of versions")
        let damaged = LoadRefusal(.malformed, "Its table of versions is damaged.")
        guard count <= UInt64(Limits.descriptorEntriesMax) else { throw damaged }
        var needed: [String: [String]] = [:]
        var start = 0
        var versions = 0
        for _ in 0..<count {
            guard let names = table.number(UInt16.self, at: start + 2),
                let file = table.number(UInt32.self, at: start + 4),
                let first = table.number(UInt32.self, at: start + 8),
                let next = table.number(UInt32.self, at: start + 12)
            else { throw damaged }
            let library = try string(at: UInt64(file))
            var entry = start + Int(first)
            for _ in 0..<names {
                guard let name = table.number(UInt32.self, at: entry + 8),
                    let step = table.number(UInt32.self, at: entry + 12)
                else {
                    throw damaged
                }
                versions += 1
                guard versions <= Limits.elfEntriesMax else {
                    throw LoadRefusal(
                        .malformed,
                        "It needs more than \(Limits.elfEntriesMax) versions of its libraries: it is damaged.")
                }
                needed[library, default: []].append(try string(at: UInt64(name)))
                if step == 0 { break }
                entry += Int(step)
            }
            if next == 0 { break }
            start += Int(next)
        }
        return needed
    }
}
