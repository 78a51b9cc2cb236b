import PatchbayModel

/// What a plugin's file must be like before anything of it runs. Each rule has its own reason, and a sentence with the
/// remedy.
package struct ElfRules: Sendable {
    /// One rule: what it asks for, in a few words, and why a file does not keep it.
    package struct Rule: Sendable {
        package let name: String
        let breach: @Sendable (ElfImage) -> LoadRefusal?
    }

    /// The symbol that a connector exports.
    package static let entrySymbol = "patchbay_connector_v1"

    /// All rules, in the order in which they are looked at.
    package static let all: [Rule] = [
        Rule(name: "is a shared library") { image in
            image.isProgram
                ? LoadRefusal(.notLibrary, "It is a program, not a shared library: link it with -shared.") : nil
        },
        Rule(name: "needs only the system's own libraries") { image in
            let foreign = image.dependencies.filter { !allowed.contains($0) }
            return foreign.isEmpty
                ? nil : LoadRefusal(.foreignDependency, "It needs \(list(foreign)): link that statically.")
        },
        Rule(name: "names no other place to look for libraries") { image in
            let paths = image.runPaths.filter { $0 != "$ORIGIN" && $0 != "${ORIGIN}" }
            return paths.isEmpty
                ? nil
                : LoadRefusal(
                    .runPath, "It looks for libraries in \(list(paths)): link it without a run path (-rpath).")
        },
        Rule(name: "runs with this machine's C library") { image in newerVersion(image) },
        Rule(name: "keeps code and data apart") { image in
            if image.hasWritableCode {
                return LoadRefusal(
                    .writableCode, "Some of its memory is both code and writable: link it with a usual linker script.")
            }
            if image.hasExecutableStack {
                return LoadRefusal(.executableStack, "It asks for a stack that is code: link it with -z noexecstack.")
            }
            return image.hasTextRelocations
                ? LoadRefusal(.textRelocations, "Its code is changed as it is loaded: compile it with -fPIC.") : nil
        },
        Rule(name: "exports \(entrySymbol)") { image in
            guard !image.exports.hasEntry else { return nil }
            return LoadRefusal(
                .symbolMissing, "It does not export \(entrySymbol): it is not a connector, or hides its entry.")
        },
        Rule(name: "exports nothing else") { image in
            guard image.exports.otherCount > 0 else { return nil }
            return LoadRefusal(
                .extraExports,
                "It also exports \(list(image.exports.others, of: image.exports.otherCount)): hide everything but "
                    + "\(entrySymbol) with a version script or -fvisibility=hidden."
            )
        },
    ]

    /// Throws the first breach.
    static func check(_ image: ElfImage) throws(LoadRefusal) {
        for rule in all {
            if let refusal = rule.breach(image) { throw refusal }
        }
    }

    /// What every machine that runs Patchbay has; the names that glibc once had for parts of itself are among them.
    static let allowed: Set<String> = [
        "libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1",
        "libdl.so.2",
        "libpthread.so.0", "librt.so.1",
    ]

    private static func newerVersion(_ image: ElfImage) -> LoadRefusal? {
        let own = numbers(in: PluginFiles.libcVersion)
        for name in image.versionsNeeded.filter({ allowed.contains($0.key) }).values.joined() {
            if name == "GLIBC_PRIVATE" {
                return LoadRefusal(
                    .privateSymbols, "It uses what the C library keeps for itself: build it as other libraries are.")
            }
            guard name.hasPrefix("GLIBC_"), name.dropFirst(6).first?.isNumber == true else { continue }
            let needed = numbers(in: String(name.dropFirst(6)))
            if own.lexicographicallyPrecedes(needed) {
                return LoadRefusal(
                    .libcTooOld,
                    "It needs the C library \(text(needed)), and this machine has \(text(own)): build it on a system "
                        + "as old as this."
                )
            }
        }
        return nil
    }

    private static func numbers(in version: String) -> [Int] { version.split(separator: ".").map { Int($0) ?? 0 } }

    private static func text(_ version: [Int]) -> String { version.map(String.init).joined(separator: ".") }

    /// The first few of a list, which a stranger may have made long.
    private static func list(_ names: [String], of count: Int? = nil) -> String {
        let shown = names.prefix(4).map { String($0.prefix(80)) }.joined(separator: ", ")
        let more = (count ?? names.count) - 4
        return more > 0 ? "\(shown) and \(more) more" : shown
    }
}
