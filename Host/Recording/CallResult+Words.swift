import PatchbayConnectors
import PatchbayInput
import PatchbayModel

extension CallResult {
    /// The whole result as JSON: what a recording keeps, and what a replay compares.
    package var words: JSONValue {
        JSONValue.members([
            "outcome": .string(outcome.name),
            "retryAfterMs": outcome.retry?.after.map { .integer($0.wholeMilliseconds) },
            "retryAtUnixMs": outcome.retry?.at.map { .integer($0.milliseconds) },
            "authReason": outcome.authReason.map { .string("\($0)") },
            "code": code.map(JSONValue.string), "field": field.map(JSONValue.string),
            "message": message.map(JSONValue.string),
            "vendorRequestId": vendorRequestID.map(JSONValue.string), "tasks": .array(outcomes.map(\.words)),
            "missing": missing.isEmpty ? nil : .array(missing.map { .integer(Int64($0)) }),
            "discovered": discovered.isEmpty ? nil : .array(discovered.map(\.words)), "account": account?.words,
        ])
    }
}

extension CallOutcome {
    fileprivate var name: String {
        switch self {
        case .completed: "completed"
        case .throttled: "throttled"
        case .authFailed: "authFailed"
        case .vendorFault: "vendorFault"
        case .protocolError: "protocolError"
        case .refused: "refused"
        case .split: "split"
        }
    }

    fileprivate var retry: RetryTime? {
        switch self {
        case .throttled(let time), .vendorFault(let time): time
        default: nil
        }
    }

    fileprivate var authReason: AuthReason? { if case .authFailed(let reason) = self { reason } else { nil } }
}

extension TaskOutcome {
    fileprivate var words: JSONValue {
        JSONValue.members([
            "index": .integer(Int64(index)), "outcome": .string("\(kind)"),
            "exhaustive": isExhaustive ? .boolean(true) : nil,
            "usedWindow": usedWindow ? .boolean(true) : nil, "markerMissing": markerIsMissing ? .boolean(true) : nil,
            "candidates": candidates.isEmpty ? nil : .array(candidates.map(\.words)),
            "externalId": externalID.map(JSONValue.string), "displayId": displayID.map(JSONValue.string),
            "url": url.map(JSONValue.string),
            "vendorRequestId": vendorRequestID.map(JSONValue.string), "code": code.map(JSONValue.string),
            "field": field.map(JSONValue.string), "message": message.map(JSONValue.string),
            "warnings": warnings.isEmpty ? nil : .array(warnings.map(\.words)), "remote": remote?.words,
        ])
    }
}

extension TaskCandidate {
    fileprivate var words: JSONValue {
        JSONValue.members([
            "externalId": .string(externalID), "displayId": displayID.map(JSONValue.string),
            "title": title.map(JSONValue.string),
            "url": url.map(JSONValue.string), "edited": isEdited ? .boolean(true) : nil,
        ])
    }
}

extension DeliveryWarning {
    fileprivate var words: JSONValue {
        JSONValue.members(["code": .string(code), "field": field.map(JSONValue.string), "text": .string(text)])
    }
}

extension RemoteTask {
    fileprivate var words: JSONValue {
        JSONValue.members([
            "title": title.map(JSONValue.string), "description": description.map(JSONValue.string),
            "dueDate": dueDate.map(JSONValue.string), "assignee": assignee.map(JSONValue.string),
            "assigneeId": assigneeID.map(JSONValue.string),
            "labels": .array(labels.map(JSONValue.string)), "priority": .string(priority.rawValue),
            "status": .string(status.rawValue),
            "deleted": isDeleted ? .boolean(true) : nil, "modifiedUnixMs": .integer(modifiedAt.milliseconds),
        ])
    }
}

extension DiscoveredID {
    fileprivate var words: JSONValue {
        JSONValue.members([
            "setting": setting.map(JSONValue.string), "kind": .string(kind), "id": .string(id), "name": .string(name),
            "detail": detail.map(JSONValue.string),
        ])
    }
}

extension RemoteAccount {
    fileprivate var words: JSONValue {
        JSONValue.members([
            "id": id.map(JSONValue.string), "name": name.map(JSONValue.string), "email": email.map(JSONValue.string),
            "place": place.map(JSONValue.string), "expiresUnixMs": expiresAt.map { .integer($0.milliseconds) },
            "problems": problems.isEmpty ? nil : .array(problems.map(\.words)),
            "facts": facts.isEmpty ? nil : .object(facts.mapValues(JSONValue.string)),
            "lookUps": lookUps.words, "untold": isUntold ? .boolean(true) : nil,
        ])
    }
}

extension LookUpPower {
    fileprivate var words: JSONValue? {
        switch self {
        case .notTold: nil
        case .proved: .string("proved")
        case .never(let reason): .string("never: \(reason)")
        }
    }
}

extension JSONValue {
    /// An object without the members that are nil.
    fileprivate static func members(_ members: [String: JSONValue?]) -> JSONValue {
        .object(members.compactMapValues { $0 })
    }
}
