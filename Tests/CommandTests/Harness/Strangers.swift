import Foundation
import Testing

/// Connectors that came from anywhere, in a plugins folder: each serves a type of its own by making tasks in the
/// emulated Asana, and some do besides, at one place, what no connector may (Tests/ConnectorsTests/Fixtures/hostile.c).
struct Strangers {
    let folder: String
    /// What the compiler made, with the marks that are written over.
    private let bytes: Data

    /// The functions of a connector where it may act; the numbers are hostile.c's.
    enum Place: Int {
        case load, entry, describe, open, close, begin, resume, end
    }

    /// Compiles the one file that all are made of. `folder` exists.
    init(in folder: String, _ scratch: ScratchFolder) async throws {
        self.folder = folder
        try await Plugins.compile(
            "Tests/ConnectorsTests/Fixtures/hostile.c", into: scratch.path, as: "stranger", scratch,
            flags: [
                "-w", "-DSTRANGER", "-DTYPE=\"\(Self.typeMark)\"", "-DBATCH_MAX=1", "-D_GNU_SOURCE",
                "-Wl,--version-script=\(Built.root)/Plugins/exports.map",
            ])
        bytes = try Data(contentsOf: URL(fileURLWithPath: scratch("stranger")))
    }

    private static let typeMark = "stranger00"

    /// The integration type of the stranger of that number, and its file without the extension.
    static func type(_ number: Int) -> String { "stranger" + (number < 10 ? "0" : "") + "\(number)" }

    /// Puts a stranger into the folder, by renaming. Without an act it does what it should. `secret` is a file or a
    /// text that some acts look for.
    func put(_ number: Int, act: String = "nothing", at place: Place = .begin, secret: String = "/etc/hostname") throws
    {
        var copy = bytes
        let type = Self.type(number)
        while type != Self.typeMark, let found = copy.range(of: Data(Self.typeMark.utf8)) {
            copy.replaceSubrange(found, with: Data(type.utf8))
        }
        for (mark, text) in [
            ("ACT-GOES-HERE", act), ("PLACE-GOES-HERE", "\(place.rawValue)"), ("SECRET-GOES-HERE", secret),
        ] {
            let found = try #require(copy.range(of: Data(mark.utf8)))
            copy.replaceSubrange(
                found.lowerBound..<(found.lowerBound + text.utf8.count + 1), with: Data(text.utf8) + [0])
        }
        let path = "\(folder)/\(type).so"
        try copy.write(to: URL(fileURLWithPath: path), options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    /// A line of an integration import, named like its type.
    static func row(_ number: Int, _ bench: Bench, token: String? = nil) -> JSON {
        [
            "name": .string(type(number)), "type": .string(type(number)), "settings": ["project": "p"],
            "isActive": true,
            "baseUrl": .string(bench.emulator.asana), "accessToken": .string(token ?? Bench.tokens["asana"] ?? ""),
        ]
    }
}
