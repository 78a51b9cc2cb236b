import Foundation
import Testing

/// The arrows between rooms, as ARCHITECTURE.md draws them. Every room may also import what all may.
private let rooms: [(folder: String, may: Set<String>)] = [
    ("Host/Main", ["PatchbayCommands"]),
    (
        "Host/Commands",
        [
            "PatchbaySync", "PatchbaySetup", "PatchbayCalls", "PatchbayInput", "PatchbayStore", "PatchbayStoreSQLite",
            "PatchbayVault",
            "PatchbayKeys", "PatchbayConnectors", "PatchbayTransport", "PatchbayRecording", "PatchbayConformance",
            "PatchbayLog",
            "CPatchbaySystem",
            "ArgumentParser",
        ]
    ),
    (
        "Host/Sync",
        ["PatchbayCalls", "PatchbayInput", "PatchbayStore", "PatchbayVault", "PatchbayConnectors", "PatchbayTransport"]
    ),
    (
        "Host/Setup",
        [
            "PatchbayCalls", "PatchbayKeys", "PatchbayInput", "PatchbayStore", "PatchbayVault", "PatchbayConnectors",
            "PatchbayTransport",
        ]
    ),
    ("Host/Keys", ["PatchbayStore", "PatchbayVault", "PatchbayTransport"]),
    ("Host/Recording", ["PatchbayConnectors", "PatchbayInput"]),
    ("Host/Conformance", ["PatchbayRecording", "PatchbayConnectors", "PatchbayInput", "PatchbayTransport"]),
    (
        "Host/Calls",
        [
            "PatchbayRecording", "PatchbayKeys", "PatchbayStore", "PatchbayVault", "PatchbayConnectors",
            "PatchbayTransport",
        ]
    ),
    ("Host/Input", ["CSodium", "SwiftCSV"]),
    ("Host/Store", []),
    ("Host/StoreSQLite", ["PatchbayStore", "GRDB", "GRDBSQLite", "CPatchbaySystem"]),
    ("Host/Vault", ["CSodium", "CPatchbaySystem"]),
    ("Host/Connectors", ["CPatchbay", "CPatchbaySystem", "CSodium"]),
    ("Host/Transport", ["CCurl"]),
    ("Host/Log", []),
    ("Host/Model", ["CPatchbaySystem"]),
    ("SDK/PatchbayConnectorKit", ["CPatchbay", "CConnectorTime"]),
    ("SDK/PatchbayConnectorJSON", ["PatchbayConnectorKit"]),
    (
        "SDK/Templates",
        [
            "CPatchbay", "PatchbayConnectorKit", "PatchbayConnectorJSON", "TasklistConnector", "PackageDescription",
            "Testing",
        ]
    ),
    (
        "SDK/Emulator",
        [
            "PatchbayEmulator", "FoundationXML", "Hummingbird", "HummingbirdCore", "ArgumentParser", "HTTPTypes",
            "NIOCore", "NIOPosix",
            "ServiceLifecycle",
        ]
    ),
    ("Plugins/JSON", ["PatchbayConnectorKit", "CLibjson"]),
    ("Plugins/Asana", ["PatchbayConnectorKit", "CPatchbay", "ConnectorJSON", "AsanaConnector"]),
    ("Plugins/Jira", ["PatchbayConnectorKit", "CPatchbay", "ConnectorJSON", "JiraConnector"]),
    ("Plugins/Linear", ["PatchbayConnectorKit", "CPatchbay", "ConnectorJSON", "LinearConnector"]),
]

private let forAll: Set<String> = [
    "PatchbayModel", "Logging", "Foundation", "FoundationEssentials", "Synchronization", "Glibc", "Dispatch",
]

@Suite struct ImportTests {
    @Test("every room imports only what its row allows", arguments: rooms.map(\.folder))
    func arrows(folder: String) throws {
        let room = try #require(rooms.first { $0.folder == folder })
        let files = SourceTree.swift.filter { $0.path.hasPrefix(folder + "/") }
        #expect(!files.isEmpty, "\(folder) has no source: the table names a room that does not exist")
        for file in files {
            for name in imports(of: file)
            where !forAll.contains(name) || (folder.hasPrefix("SDK") && name.hasPrefix("PatchbayModel")) {
                #expect(room.may.contains(name), "\(file.path) imports \(name)")
            }
        }
    }

    @Test("every source folder of host, SDK and plugins has a row") func rows() {
        for file in SourceTree.swift where !file.path.hasPrefix("Tests/") && !file.path.hasSuffix("Package.swift") {
            #expect(rooms.contains { file.path.hasPrefix($0.folder + "/") }, "\(file.path) stands in no room")
        }
    }

    @Test("connectors and their kit do without Foundation, which would double each connector's file")
    func noFoundation() {
        for file in SourceTree.swift
        where file.path.hasPrefix("Plugins/") || file.path.hasPrefix("SDK/PatchbayConnectorKit") {
            let foundations = imports(of: file).filter { $0.hasPrefix("Foundation") }
            #expect(foundations.isEmpty, "\(file.path) imports \(foundations)")
        }
    }

    private func imports(of file: SourceTree.File) -> [String] {
        file.lines.compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard let place = words.firstIndex(of: "import"), place + 1 < words.count,
                words[..<place].allSatisfy({
                    $0.hasPrefix("@") || ["package", "public", "internal", "private"].contains($0)
                })
            else { return nil }
            let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
            let name = kinds.contains(words[place + 1]) && place + 2 < words.count ? words[place + 2] : words[place + 1]
            return name.split(separator: ".").first.map(String.init)
        }
    }
}
