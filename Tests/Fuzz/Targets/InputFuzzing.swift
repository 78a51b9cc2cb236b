import Foundation
@testable import PatchbayConnectors
@testable import PatchbayInput
import PatchbayModel
@testable import PatchbayRecording
@testable import PatchbaySetup
@testable import PatchbayVault

/// What people and programs bring.
enum InputFuzzing {
    /// Short, so that inputs are also longer than a line may be.
    private static let lineBytesMax = 2_048

    static func readLines(_ input: [UInt8]) {
        let file = InputFile(input)
        guard let lines = try? LineReader(path: file.path, lineBytesMax: lineBytesMax) else { return }
        while (try? lines.next { line in
            guard case .text(let number, let bytes) = line else { return }
            precondition(bytes.count <= lineBytesMax)
            guard let value = try? line.json() else { return }
            precondition(depth(value) <= Limits.jsonNestingMax)
            task(value, line: number)
            _ = try? ActionInput(value)
        }) != nil {}
    }

    private static func depth(_ value: JSONValue) -> Int {
        switch value {
        case .array(let list): 1 + (list.map(depth).max() ?? 0)
        case .object(let members): 1 + (members.values.map(depth).max() ?? 0)
        default: 0
        }
    }

    static func readTable(_ input: [UInt8]) {
        let file = InputFile(input)
        guard let lines = try? LineReader(path: file.path, lineBytesMax: lineBytesMax) else { return }
        let table = CSVTable(lines)
        var last = 1
        while let rows = try? table.next() {
            for row in rows {
                precondition(row.record > last)
                last = row.record
                task(row.value, line: row.record)
            }
        }
    }

    private static func task(_ value: JSONValue, line: Int) {
        guard let task = try? TaskInput(value, line: line) else { return }
        precondition(task.title.contains { !$0.isWhitespace } && task.title.utf8.count <= Limits.titleBytesMax)
        precondition(task.labels.count <= Limits.labelsMax && task.deliveries.count <= Limits.taskDeliveriesMax)
        _ = task.boundFor
    }

    /// Lines of integrations, whose token must be gone before anything else reads them; then values of settings.
    static func readSettings(_ input: [UInt8]) {
        let file = InputFile(input)
        guard let lines = try? LineReader(path: file.path, lineBytesMax: lineBytesMax) else { return }
        while let line = try? lines.next({ IntegrationLine($0) }) {
            precondition(!AccessTokenField.isStillPresent(in: line.value))
            guard line.error == nil, let integration = try? IntegrationInput(line.value, line: line.number) else {
                continue
            }
            precondition(!integration.unknownFields.contains("accessToken"))
            for value in integration.settings.values { check(value) }
        }
        let text = String(decoding: input, as: UTF8.self)
        for kind in [SettingKind.string, .integer, .boolean, .url, .map] {
            let field = SettingField(
                name: "x", kind: kind, isRequired: false, defaultValue: nil, help: nil, isTarget: false)
            if let value = try? field.value(parsing: text) { precondition((try? field.checked(value)) != nil) }
        }
    }

    private static func check(_ value: SettingValue) {
        for kind in [SettingKind.string, .integer, .boolean, .url, .map] {
            let field = SettingField(
                name: "x", kind: kind, isRequired: false, defaultValue: nil, help: nil, isTarget: false)
            _ = try? field.checked(value)
        }
    }

    /// An authorisation server's answer. The buffer has exactly its size, and afterwards holds no secret.
    static func readGrant(_ input: [UInt8]) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: input.count, alignment: 1)
        defer { unsafe buffer.deallocate() }
        unsafe buffer.copyBytes(from: input)
        do {
            let fields = try unsafe GrantFields.parse(buffer, from: "a server")
            let access = unsafe fields.access.withBytes { unsafe Array($0) }
            let refresh = unsafe fields.refresh.withBytes { unsafe Array($0) }
            for secret in [access, refresh] {
                precondition(secret.count <= Limits.tokenBytesMax && secret.allSatisfy { $0 > 0x20 && $0 < 0x7F })
            }
            let left = unsafe Array(buffer)
            if fields.hasAccess { precondition(left != input, "a secret was taken and not blanked") }
        } catch {}
    }

    static func readRecording(_ input: [UInt8]) {
        guard let recording = try? HARReading.recording(Data(input), name: "x") else { return }
        precondition(recording.exchanges.count <= Limits.stepsPerCallMax)
        _ = recording.call.opening.value
        _ = recording.call.operation.value
    }
}
