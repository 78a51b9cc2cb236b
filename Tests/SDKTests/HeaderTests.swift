import Foundation
import Testing

@Suite("The C header") struct HeaderTests {
    private static let include = CommandLineTool.sdk.appending(path: "CPatchbay/include").path
    private static let fixtures = CommandLineTool.folder.appending(path: "Fixtures")

    @Test(
        "compiles without a warning in every language it promises",
        arguments: [("cc", "c11"), ("cc", "c17"), ("c++", "c++11"), ("c++", "c++20")])
    func compiles(compiler: String, standard: String) throws {
        let tool = try #require(CommandLineTool.installed(compiler))
        let scratch = try ScratchFolder()
        let source = scratch.url.appending(path: compiler == "cc" ? "only.c" : "only.cpp")
        try "#include \"patchbay.h\"\nint main(void) { return PATCHBAY_ABI_MAJOR == 1 ? 0 : 1; }\n"
            .write(to: source, atomically: true, encoding: .utf8)
        let (status, output) = try CommandLineTool.run(
            tool,
            [
                "-std=\(standard)", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wpadded", "-Werror", "-I", Self.include,
                "-fsyntax-only", source.path,
            ])
        #expect(status == 0, "\(output)")
    }

    @Test("lays out every struct as the golden table says")
    func golden() throws {
        let tool = try #require(CommandLineTool.installed("cc"))
        let scratch = try ScratchFolder()
        let program = scratch.url.appending(path: "layout").path
        let built = try CommandLineTool.run(
            tool,
            ["-std=c11", "-Wall", "-Wextra", "-Werror", "-I", Self.include, Self.fixtures.appending(path: "layout.c").path, "-o", program])
        try #require(built.status == 0, "\(built.output)")
        let golden = try String(contentsOf: Self.fixtures.appending(path: "golden.txt"), encoding: .utf8)
        #expect(try CommandLineTool.run(program, []).output == golden)
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
            ["-std=c11", "-g", "-shared", "-fPIC", "-I", Self.include, Self.fixtures.appending(path: "abiprobe.c").path, "-o", library])
        try #require(built.status == 0, "\(built.output)")
        let difference = try CommandLineTool.run(
            try #require(CommandLineTool.installed("abidiff")), [Self.fixtures.appending(path: "baseline.abi").path, library])
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

        let golden = try String(contentsOf: Self.fixtures.appending(path: "golden.txt"), encoding: .utf8)
        let sizes = try String(contentsOf: kit.appending(path: "Sized.swift"), encoding: .utf8)
        let lines = Set(golden.split(separator: "\n"))
        let declared = sizes.matches(of: /extension (patchbay_[a-z_]+): Sized \{ static var firstSize: UInt32 \{ ([0-9]+) \} \}/)
        #expect(declared.count == 22)
        for match in declared { #expect(lines.contains("\(match.1) \(match.2)")) }
    }

    private static func number(_ text: String) -> Int? {
        text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text)
    }
}
