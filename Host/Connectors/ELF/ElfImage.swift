import PatchbayModel

/// What a plugin's file says about itself, read without running any of it.
///
/// A reader of our own and not a library's, because it looks at whatever a stranger put into a directory, inside the
/// process that holds the tokens: here a wrong length ends in a refusal, whatever the bytes are.
package struct ElfImage: Sendable {
    /// Libraries it needs, by the names the loader looks for.
    package private(set) var dependencies: [String] = []
    /// Where it tells the loader to look besides.
    package private(set) var runPaths: [String] = []
    /// Symbols that it shows to others.
    package private(set) var exports = ElfExports()
    /// Versions of a dependency's interface that it needs, such as `GLIBC_2.34` of `libc.so.6`.
    package private(set) var versionsNeeded: [String: [String]] = [:]
    package let hasWritableCode: Bool
    package let hasExecutableStack: Bool
    package private(set) var hasTextRelocations = false
    package private(set) var isProgram: Bool

    /// Reads a sealed plugin. Throws `LoadRefusal` when it cannot be understood.
    init(_ file: OwnedDescriptor, size: UInt64) throws(LoadRefusal) {
        let reader = ElfReader(file: file, size: size)
        let header = try ElfHeader(reader)
        hasWritableCode = header.loaded.contains { $0.isWritable && $0.isExecutable }
        hasExecutableStack = header.stackFlags.map { $0 & 1 != 0 } ?? true
        isProgram = header.hasInterpreter
        try read(Self.dynamic(header, reader))
    }

    /// The system's libraries that a plugin names as its dependencies, each once; what it names besides is left out.
    /// Reads no more of it than that takes. Throws `LoadRefusal`.
    static func libraries(of file: PluginFile) throws(LoadRefusal) -> [String] {
        let reader = ElfReader(file: file.copy, size: file.bytes)
        let dynamic = try dynamic(ElfHeader(reader), reader)
        var libraries: [String] = []
        for offset in dynamic.values(Tag.needed) {
            let name = try dynamic.string(at: offset)
            if ElfRules.allowed.contains(name), !libraries.contains(name) { libraries.append(name) }
        }
        return libraries
    }

    private static func dynamic(_ header: ElfHeader, _ reader: ElfReader) throws(LoadRefusal) -> ElfDynamic {
        guard let section = header.dynamic else {
            throw LoadRefusal(.notLibrary, "It has no dynamic section: it is linked statically, and cannot be loaded.")
        }
        return try ElfDynamic(header: header, section: section, reader: reader)
    }

    private mutating func read(_ dynamic: ElfDynamic) throws(LoadRefusal) {
        // Besides what it needs: libraries that watch the loader, and those whose symbols take the place of its own.
        for tag in [Tag.needed, Tag.audit, Tag.dependencyAudit, Tag.filter, Tag.auxiliary] {
            for offset in dynamic.values(tag) { dependencies.append(try dynamic.string(at: offset)) }
        }
        for tag in [Tag.runPath, Tag.oldRunPath] {
            for offset in dynamic.values(tag) {
                runPaths += try dynamic.string(at: offset).split(separator: ":").map(String.init)
            }
        }
        let flags = dynamic.value(Tag.flags) ?? 0
        hasTextRelocations = !dynamic.values(Tag.textRelocations).isEmpty || flags & 4 != 0
        if (dynamic.value(Tag.moreFlags) ?? 0) & 0x0800_0000 != 0 { isProgram = true }
        exports = try dynamic.exports()
        versionsNeeded = try dynamic.versionsNeeded()
    }
}

/// The symbols that a plugin shows to others: whether the entry is among them, and a few of the rest by name.
package struct ElfExports: Sendable {
    package internal(set) var hasEntry = false
    /// The first of the others.
    package internal(set) var others: [String] = []
    package internal(set) var otherCount = 0

    /// So many names tell a person what to look for.
    static let othersNamed = 4
}

/// Tags of the dynamic section.
enum Tag {
    static let needed: UInt64 = 1
    static let hash: UInt64 = 4
    static let strings: UInt64 = 5
    static let symbols: UInt64 = 6
    static let stringBytes: UInt64 = 10
    static let oldRunPath: UInt64 = 15
    static let textRelocations: UInt64 = 22
    static let runPath: UInt64 = 29
    static let flags: UInt64 = 30
    static let gnuHash: UInt64 = 0x6FFF_FEF5
    static let moreFlags: UInt64 = 0x6FFF_FFFB
    static let versionsNeeded: UInt64 = 0x6FFF_FFFE
    static let versionsNeededCount: UInt64 = 0x6FFF_FFFF
    static let audit: UInt64 = 0x6FFF_FEFC
    static let dependencyAudit: UInt64 = 0x6FFF_FEFB
    static let auxiliary: UInt64 = 0x7FFF_FFFD
    static let filter: UInt64 = 0x7FFF_FFFF
}
