import Foundation
import Testing

@Suite struct WordTests {
    /// What a type's name must not end in: it says nothing about the one job.
    private static let emptyEndings = ["Manager", "Helper", "Util", "Utils", "Service", "Common"]
    /// Words that already have another name here.
    private static let bannedTypes = [
        "Provider", "Adapter", "Backend", "Mock", "Module", "Binding", "Ticket", "Client",
    ]

    private static let ours = SourceTree.swift.filter { !$0.path.hasPrefix("Tests/TidyTests/") }

    @Test("types are named for their one job, in the project's words") func typeNames() {
        for file in Self.ours {
            for line in file.lines {
                guard let name = declaredType(line) else { continue }
                #expect(!Self.emptyEndings.contains { name.hasSuffix($0) }, "\(file.path): \(name)")
                #expect(!Self.bannedTypes.contains { name.hasSuffix($0) }, "\(file.path): \(name)")
                #expect(name != "Task", "\(file.path): a type named Task hides the language's own")
            }
        }
    }

    @Test("nothing is left for later in the code") func leftovers() {
        let marks = ["FIX" + "ME", "TO" + "DO", "XX" + "X"]
        for file in Self.ours + SourceTree.c {
            for mark in marks {
                #expect(!file.text.contains(mark + ":") && !file.text.contains("// " + mark), "\(file.path): \(mark)")
            }
        }
    }

    @Test("product code has no trap, no forced cast and prints only in its console") func traps() {
        for file in Self.ours where !file.path.hasPrefix("Tests/") {
            for (index, line) in file.lines.enumerated() where !line.contains("//") {
                for trap in ["fatalError(", "try!", " as! "] {
                    #expect(!line.contains(trap), "\(file.path):\(index + 1): \(trap)")
                }
                if !file.path.hasPrefix("SDK/Emulator/Main") {
                    #expect(!line.contains(" print("), "\(file.path):\(index + 1): print")
                }
            }
        }
    }

    /// Where a C handle or a token's bytes are held.
    private static let unsafeRooms = [
        "Host/Connectors/ABI/", "Host/Model/Credential.swift", "Host/Model/DetachedThread.swift",
        "Host/Setup/IntegrationLine.swift",
        "Host/Transport/Curl/", "Host/Vault/",
        "Host/Input/Lines/", "Host/Input/DerivedTaskID.swift",
        "Host/Input/JSONValue.swift", "SDK/PatchbayConnectorKit/",
        "SDK/Emulator/", "Plugins/JSON/", "Tests/", "Host/StoreSQLite/BareStatement.swift",
        "Host/StoreSQLite/Copies/FileSteps.swift", "Host/Commands/System/",
    ]

    @Test("the word unsafe appears only where a C handle is held") func unsafeRooms() {
        for file in Self.ours where !Self.unsafeRooms.contains(where: { file.path.hasPrefix($0) }) {
            for (index, line) in file.lines.enumerated() where line.contains("unsafe ") && !line.contains("//") {
                #expect(Bool(false), "\(file.path):\(index + 1)")
            }
        }
    }

    @Test("every unchecked Sendable carries its reason") func uncheckedSendable() {
        for file in Self.ours where !file.path.hasPrefix("Tests/") {
            for (index, line) in file.lines.enumerated() where line.contains("@unchecked Sendable") {
                let before = file.lines[max(0, index - 4)..<index].joined(separator: "\n")
                #expect(before.contains("//") || line.contains("//"), "\(file.path):\(index + 1)")
            }
        }
    }

    private func declaredType(_ line: Substring) -> String? {
        let words = line.split(whereSeparator: { " :<{(".contains($0) }).map(String.init)
        guard let place = words.firstIndex(where: { ["struct", "class", "enum", "actor", "protocol"].contains($0) }),
            place + 1 < words.count,
            words[..<place].allSatisfy({
                ["package", "public", "private", "fileprivate", "final", "internal", "indirect"].contains($0)
                    || $0.hasPrefix("@")
            }),
            words[place + 1].first?.isUppercase == true
        else { return nil }
        return words[place + 1]
    }
}
