import Foundation
import PatchbayModel

/// Reads the deliveries that a line of another home's export carries. It is foreign text: nothing of it is believed
/// that could not be so.
struct DeliveryReading {
    let deliveries: [MovedDelivery]
    /// Fields that mean nothing here, as "deliveries.name".
    let unknownFields: Set<String>

    private static let field = "deliveries"

    /// A list of objects, or, as a cell of a CSV holds it, the text of one. Throws `task_invalid`, naming line, field
    /// and reason.
    init(_ value: JSONValue, line: Int?) throws(InputError) {
        var listed: [MovedDelivery] = []
        var unknown: Set<String> = []
        for (index, entry) in try Self.entries(value, line: line).enumerated() {
            var fields = try FieldReader(entry, line: line, code: .taskInvalid, place: "\(Self.field)[\(index)]")
            let delivery = try MovedDelivery(&fields)
            guard !listed.contains(where: { $0.integration == delivery.integration }) else {
                throw fields.invalid("integration", "is named twice; a task has one delivery to each integration")
            }
            guard !listed.contains(where: { $0.deliveryID == delivery.deliveryID }) else {
                throw fields.invalid("deliveryId", "is that of another delivery of the same task")
            }
            listed.append(delivery)
            unknown.formUnion(fields.unknownFields.map { "\(Self.field).\($0)" })
        }
        deliveries = listed
        unknownFields = unknown
    }

    private static func entries(_ value: JSONValue, line: Int?) throws(InputError) -> [JSONValue] {
        func invalid(_ reason: String) -> InputError { InputError(.taskInvalid, line: line, field: field, reason) }
        var value = value
        if case .string(let text) = value {
            guard let parsed = try? JSONValue.parse(text.utf8) else {
                throw invalid("expected a list of objects as JSON, as `patchbay task export` writes it")
            }
            value = parsed
        }
        guard case .array(let entries) = value else {
            throw invalid("expected a list of objects, found \(value.kindName)")
        }
        guard entries.count <= Limits.taskDeliveriesMax else {
            throw invalid("has \(entries.count) entries; at most \(Limits.taskDeliveriesMax) are taken")
        }
        return entries
    }
}

extension MovedDelivery {
    fileprivate init(_ fields: inout FieldReader) throws(InputError) {
        guard let integration = try fields.plainText("integration", bytesMax: Limits.integrationNameBytesMax) else {
            throw fields.invalid("integration", "is required: the name of the integration that the delivery is to")
        }
        guard let state = try fields.word("state", DeliveryState.self) else {
            throw fields.invalid(
                "state", "is required: one of \(DeliveryState.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let deliveryID = try Self.deliveryID(&fields)
        self.init(integration: integration, deliveryID: deliveryID ?? UUID().uuidString.lowercased(), state: state)
        if deliveryID == nil, state == .unknown || state == .sending {
            throw fields.invalid(
                "deliveryId", "is required where the state is \(state.rawValue), because it is looked up by it")
        }
        try readPlace(&fields)
        if state == .delivered, externalID == nil {
            throw fields.invalid("externalId", "is required where the state is delivered")
        }
        try readError(&fields)
        try readAttempt(&fields)
        changedSince = try fields.boolean("changedSince") ?? false
        isRestored = try fields.boolean("isRestored") ?? false
        isCancelledByImport = try fields.word("cancelledBy", Canceller.self) == .import
    }

    private enum Canceller: String, CaseIterable { case `import`, user }

    /// UUID version 4: Linear takes no other for an issue's id.
    private static func deliveryID(_ fields: inout FieldReader) throws(InputError) -> String? {
        guard let text = try fields.plainText("deliveryId", bytesMax: Limits.nameBytesMax)?.lowercased() else {
            return nil
        }
        let bytes = Array(text.utf8)
        let isUUID = bytes.count == 36 && UUID(uuidString: text) != nil
        guard isUUID, bytes[14] == UInt8(ascii: "4"), "89ab".utf8.contains(bytes[19]) else {
            throw fields.invalid("deliveryId", "must be a UUID of version 4")
        }
        return text
    }

    private mutating func readPlace(_ fields: inout FieldReader) throws(InputError) {
        let name = Limits.nameBytesMax
        type = try fields.plainText("type", bytesMax: Limits.integrationNameBytesMax)
        externalID = try fields.plainText("externalId", bytesMax: name)
        displayID = try fields.plainText("displayId", bytesMax: name)
        url = try fields.plainText("url", bytesMax: Limits.urlBytesMax)
        if let url, !url.hasPrefix("https://") && !url.hasPrefix("http://") || url.utf8.contains(0x20) {
            throw fields.invalid("url", "must be a URL such as https://example.com/task/1")
        }
        vendorRequestID = try fields.plainText("vendorRequestId", bytesMax: name)
        warnings = try Self.warnings(&fields)
    }

    private static func warnings(_ fields: inout FieldReader) throws(InputError) -> [DeliveryWarning] {
        guard let value = fields.value("warnings") else { return [] }
        guard case .array(let entries) = value else {
            throw fields.invalid("warnings", "expected a list, found \(value.kindName)")
        }
        guard entries.count <= Limits.deliveryWarningsMax else {
            throw fields.invalid(
                "warnings", "has \(entries.count) entries; at most \(Limits.deliveryWarningsMax) are taken")
        }
        var warnings: [DeliveryWarning] = []
        for (index, entry) in entries.enumerated() {
            var warning = try fields.nested(entry, "warnings[\(index)]")
            warnings.append(
                DeliveryWarning(
                    code: try warning.plainText("code", bytesMax: Limits.nameBytesMax) ?? "warning",
                    field: try warning.plainText("field", bytesMax: Limits.nameBytesMax),
                    text: try warning.plainText("text", bytesMax: Limits.deliveryTextBytesMax) ?? ""))
        }
        return warnings
    }

    private mutating func readError(_ fields: inout FieldReader) throws(InputError) {
        guard var error = try fields.reader(of: "error") else { return }
        guard let code = try error.plainText("code", bytesMax: Limits.integrationNameBytesMax) else {
            throw error.invalid("code", "is required in an error")
        }
        guard
            code.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") }
            )
        else {
            throw error.invalid("code", "must be a word in lower case, such as task_refused")
        }
        errorCode = ErrorCode(rawValue: code)
        errorField = try error.plainText("field", bytesMax: Limits.nameBytesMax)
        errorMessage = try error.plainText("message", bytesMax: Limits.deliveryTextBytesMax)
    }

    private mutating func readAttempt(_ fields: inout FieldReader) throws(InputError) {
        attempts = try fields.count("attempts", max: Limits.movedAttemptsMax) ?? 0
        firstAttemptAt = try fields.time("firstAttemptAt")
        sentAt = try fields.time("sentAt")
        deliveredAt = try fields.time("deliveredAt")
        unknownSince = try fields.time("unknownSince")
        vendorBefore = try fields.time("vendorDate")
        if var reader = try fields.reader(of: "origin") { origin = try MovedOrigin(&reader) }
    }
}

extension MovedOrigin {
    fileprivate init(_ fields: inout FieldReader) throws(InputError) {
        let name = Limits.nameBytesMax
        guard let connectorID = try fields.plainText("connectorId", bytesMax: name) else {
            throw fields.invalid("connectorId", "is required in an origin: whose way it was sent")
        }
        guard let address = try fields.plainText("baseUrl", bytesMax: Limits.urlBytesMax) else {
            throw fields.invalid("baseUrl", "is required in an origin: where it was sent to")
        }
        let base: BaseURL
        do { base = try BaseURL(parsing: address) } catch { throw fields.invalid("baseUrl", "\(error)") }
        guard let tokenKind = try fields.plainText("tokenKind", bytesMax: name) else {
            throw fields.invalid("tokenKind", "is required in an origin: what kind of token it was sent with")
        }
        self.init(
            connectorID: connectorID, connectorDigest: try fields.plainText("connectorDigest", bytesMax: name) ?? "",
            baseURL: base.description, settings: try Self.settings(&fields), tokenKind: tokenKind,
            accountID: try fields.plainText("accountId", bytesMax: name))
    }

    /// Whether they are settings of the connector, and fit, is asked when it is looked up there.
    private static func settings(_ fields: inout FieldReader) throws(InputError) -> [String: SettingValue] {
        guard let value = fields.value("settings") else { return [:] }
        guard case .object(let object) = value else {
            throw fields.invalid("settings", "expected an object, found \(value.kindName)")
        }
        guard object.count <= Limits.targetSettingsMax else {
            throw fields.invalid(
                "settings", "has \(object.count) entries; at most \(Limits.targetSettingsMax) are taken")
        }
        var nested = try fields.nested(value, "settings")
        var settings: [String: SettingValue] = [:]
        for (key, entry) in object where entry != .null {
            guard key.utf8.count <= Limits.nameBytesMax else {
                throw fields.invalid("settings", "has a name that is too long")
            }
            if case .string = entry { _ = try nested.plainText(key, bytesMax: Limits.settingBytesMax) }
            do { settings[key] = try SettingValue(json: entry) } catch { throw nested.invalid(key, error.description) }
        }
        return settings
    }
}
