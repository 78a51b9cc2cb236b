import Foundation
import Testing

@Suite("The C header") struct HeaderTests {
    private static let include = CommandLineTool.sdk.appending(path: "CPatchbay/include").path
    private static let fixtures = CommandLineTool.folder.appending(path: "Fixtures")

    @Test(
        "compiles without a warning in every language it promises",
        arguments: [("cc", "c11"), ("cc", "c17"), ("c++", "c++11"), ("c++", "c++20")], [0, 1])
    func compiles(language: (String, String), draft: Int) throws {
        let (compiler, standard) = language
        let tool = try #require(CommandLineTool.installed(compiler))
        let scratch = try ScratchFolder()
        let source = scratch.url.appending(path: compiler == "cc" ? "only.c" : "only.cpp")
        try "#include \"patchbay.h\"\nint main(void) { return PATCHBAY_ABI_MAJOR == 1 ? 0 : 1; }\n"
            .write(to: source, atomically: true, encoding: .utf8)
        let (status, output) = try CommandLineTool.run(
            tool,
            [
                "-DPATCHBAY_DRAFT=\(draft)", "-std=\(standard)", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion",
                "-Wpadded", "-Werror",
                "-I", Self.include,
                "-fsyntax-only", source.path,
            ])
        #expect(status == 0, "\(output)")
    }

    private static let golden = Result {
        try String(contentsOf: fixtures.appending(path: "golden.txt"), encoding: .utf8)
    }

    /// The layout of all structs, a line each for a size and a field's place.
    private func layout(draft: Int) throws -> String {
        let tool = try #require(CommandLineTool.installed("cc"))
        let scratch = try ScratchFolder()
        let program = scratch.url.appending(path: "layout").path
        let built = try CommandLineTool.run(
            tool,
            [
                "-DPATCHBAY_DRAFT=\(draft)", "-std=c11", "-Wall", "-Wextra", "-Werror", "-I", Self.include,
                Self.fixtures.appending(path: "layout.c").path, "-o", program,
            ])
        try #require(built.status == 0, "\(built.output)")
        return try CommandLineTool.run(program, []).output
    }

    @Test("lays out every struct that was released as the golden table says")
    func golden() throws {
        #expect(try layout(draft: 0) == Self.golden.get())
    }

    @Test("moves no field by its draft, and makes no struct smaller")
    func draft() throws {
        let now = try layout(draft: 1).split(separator: "\n").map { $0.split(separator: " ") }
        let released = try Self.golden.get().split(separator: "\n").map { $0.split(separator: " ") }
        #expect(now.map(\.[0]) == released.map(\.[0]))
        for (now, before) in zip(now, released) {
            let (now, old) = try (#require(Int(now[1])), #require(Int(before[1])))
            #expect(before[0].contains(".") ? now == old : now >= old, "\(before[0])")
        }
    }

    @Test(
        "differs in nothing from the stored baseline",
        .enabled(if: CommandLineTool.installed("abidiff") != nil, "abidiff is not installed"))
    func baseline() throws {
        let compiler = try #require(CommandLineTool.installed("cc"))
        let scratch = try ScratchFolder()
        let library = scratch.url.appending(path: "libabiprobe.so").path
        let built = try CommandLineTool.run(
            compiler,
            [
                "-DPATCHBAY_DRAFT=0", "-std=c11", "-g", "-shared", "-fPIC", "-I", Self.include,
                Self.fixtures.appending(path: "abiprobe.c").path, "-o", library,
            ])
        try #require(built.status == 0, "\(built.output)")
        let difference = try CommandLineTool.run(
            try #require(CommandLineTool.installed("abidiff")),
            [Self.fixtures.appending(path: "baseline.abi").path, library])
        #expect(difference.status == 0, "\(difference.output)")
    }

    @Test("gives the kit the same numbers and sizes")
    func numbers() throws {
        let kit = CommandLineTool.sdk.appending(path: "PatchbayConnectorKit/ABI")
        let header = try String(contentsOf: URL(filePath: Self.include).appending(path: "patchbay.h"), encoding: .utf8)
        let numbers = try String(contentsOf: kit.appending(path: "Numbers.swift"), encoding: .utf8)
        var inHeader: [String: Int] = [:]
        for match in header.matches(of: /#define (PATCHBAY_[A-Z_0-9]+) U?INT32_C\((0x[0-9A-F]+|[0-9]+)\)/) {
            inHeader[String(match.1)] = Self.number(String(match.2))
        }
        var inKit: [String: Int] = [:]
        for match in numbers.matches(of: /let (PATCHBAY_[A-Z_0-9]+): U?Int32 = ([0-9A-Fx_]+)/) {
            inKit[String(match.1)] = Self.number(String(match.2).replacing("_", with: ""))
        }
        #expect(inHeader == inKit)
        #expect(inHeader.count > 60)

        let sizes = try String(contentsOf: kit.appending(path: "Sized.swift"), encoding: .utf8)
        let lines = Set(try Self.golden.get().split(separator: "\n"))
        let released = sizes.prefix(upTo: sizes.firstRange(of: "// Of 1.1")?.lowerBound ?? sizes.endIndex)
        let declared = released.matches(
            of: /extension (patchbay_[a-z_]+): Sized \{ static var firstSize: UInt32 \{ ([0-9]+) \} \}/)
        #expect(declared.count == 22)
        for match in declared { #expect(lines.contains("\(match.1) \(match.2)")) }
    }

    private static func number(_ text: String) -> Int? {
        text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text)
    }
}
