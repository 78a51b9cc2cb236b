import PatchbayModel

/// Reads how a call ended.
enum ResultDecoding {
    static func result(_ reader: inout FrameReader, operation: OperationNumber, tasks: Int) throws(WireFault)
        -> CallResult
    {
        let call = try reader.number()
        let reason = try reader.number()
        let retry = try retryTime(&reader)
        let outcome = try callOutcome(call, reason: reason, retry: retry)
        let code = try reader.words(bytesMax: Limits.nameBytesMax)
        let field = try reader.words(bytesMax: Limits.nameBytesMax)
        let message = try reader.words(bytesMax: Limits.vendorMessageBytesMax)
        let vendorRequestID = try reader.words(bytesMax: Limits.nameBytesMax)
        let completed = outcome == .completed
        let reported = try reader.list(of: "outcomes") { reader throws(WireFault) in
            try taskOutcome(&reader, isRead: completed)
        }
        let discovered = try reader.list(of: "discovered ids", discoveredID)
        let account = try reader.flag("account") ? try remoteAccount(&reader) : nil
        let placed = completed ? try place(reported, tasks: tasks) : (outcomes: [], missing: [])
        return CallResult(
            outcome: outcome, code: code, field: field, message: message, vendorRequestID: vendorRequestID,
            outcomes: believable(placed.outcomes, operation: operation), missing: placed.missing,
            discovered: completed ? discovered : [], account: completed ? account : nil)
    }

    private static func retryTime(_ reader: inout FrameReader) throws(WireFault) -> RetryTime {
        let after = try reader.time(upTo: Limits.timeToldMax)
        return RetryTime(after: after < 0 ? nil : .milliseconds(after), at: try reader.moment())
    }

    private static func callOutcome(_ number: UInt32, reason: UInt32, retry: RetryTime) throws(WireFault) -> CallOutcome
    {
        switch number {
        case 1: return .completed
        case 2: return .throttled(retry)
        case 3:
            guard let reason = AuthReason(rawValue: reason) else {
                throw WireFault("reported a failed sign-in with unknown reason \(reason)")
            }
            return .authFailed(reason)
        case 4: return .vendorFault(retry)
        case 5: return .protocolError
        case 6: return .refused
        case 7: return .split
        default: throw WireFault("ended a call in the unknown way \(number)")
        }
    }

    /// Puts the outcomes in the order of the tasks. A task reported twice, or one that was never asked about, is a
    /// broken rule.
    private static func place(_ reported: [TaskOutcome], tasks: Int) throws(WireFault) -> (
        outcomes: [TaskOutcome], missing: [Int]
    ) {
        var places = [TaskOutcome?](repeating: nil, count: tasks)
        for outcome in reported {
            guard outcome.index < tasks else { throw WireFault("reported on task \(outcome.index) of \(tasks)") }
            guard places[outcome.index] == nil else { throw WireFault("reported twice on task \(outcome.index)") }
            places[outcome.index] = outcome
        }
        return (places.compactMap { $0 }, places.indices.filter { places[$0] == nil })
    }

    /// A task that is said to exist, but not where, cannot be recorded: what is known of it is nothing. The same of two
    /// tasks that are said to be one.
    private static func believable(_ outcomes: [TaskOutcome], operation: OperationNumber) -> [TaskOutcome] {
        guard operation != .fetch else { return outcomes }
        var named: [String: Int] = [:]
        for outcome in outcomes where outcome.saysItExists { named[outcome.externalID ?? "", default: 0] += 1 }
        return outcomes.map { outcome in
            guard outcome.saysItExists else { return outcome }
            guard let id = outcome.externalID, isUsable(id) else {
                return outcome.disbelieved("without a usable external id")
            }
            return named[id, default: 0] > 1
                ? outcome.disbelieved("under an external id that it gave to another task, too") : outcome
        }
    }

    private static func isUsable(_ externalID: String) -> Bool {
        let isBlank = externalID.unicodeScalars.allSatisfy(\.properties.isWhitespace)
        let hasControls = externalID.unicodeScalars.contains { $0.properties.generalCategory == .control }
        return !isBlank && !hasControls && externalID.utf8.count <= Limits.nameBytesMax
    }

    /// Unless the call was completed, nobody reads what it says of its tasks, and it may say nothing of meaning.
    private static func taskOutcome(_ reader: inout FrameReader, isRead: Bool) throws(WireFault) -> TaskOutcome {
        let number = try reader.number()
        guard let kind = TaskOutcomeKind(rawValue: number) ?? (isRead ? nil : .unknown) else {
            throw WireFault("reported a task with unknown outcome \(number)")
        }
        let index = try reader.count()
        let isExhaustive = try reader.flag("exhaustive")
        let externalID = try reader.string("an external id")
        let displayID = try reader.words(bytesMax: Limits.nameBytesMax)
        let url = try reader.string("a task's URL")
        let vendorRequestID = try reader.words(bytesMax: Limits.nameBytesMax)
        let code = try reader.words(bytesMax: Limits.nameBytesMax)
        let field = try reader.words(bytesMax: Limits.nameBytesMax)
        let message = try reader.words(bytesMax: Limits.vendorMessageBytesMax)
        let warnings = try reader.list(of: "warnings", notice)
        let usedWindow = try reader.flag("used_window")
        let markerIsMissing = try reader.flag("marker_missing")
        let candidates = try reader.list(of: "candidates", candidate)
        let remote = try reader.flag("remote") ? try remoteTask(&reader) : nil
        return TaskOutcome(
            index: index, kind: kind, isExhaustive: isExhaustive, usedWindow: usedWindow,
            markerIsMissing: markerIsMissing,
            candidates: Array(candidates.prefix(Limits.candidatesMax)), externalID: externalID, displayID: displayID,
            url: url.flatMap(pageURL), vendorRequestID: vendorRequestID, code: code, field: field, message: message,
            warnings: Array(warnings.prefix(Limits.warningsMax)),
            remote: remote)
    }

    /// A URL that people may be shown, or nil.
    private static func pageURL(_ text: String) -> String? {
        guard text.utf8.count <= Limits.urlBytesMax, !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            return nil
        }
        if text.utf8.starts(with: "https://".utf8) { return text }
        guard text.utf8.starts(with: "http://".utf8) else { return nil }
        let ends = "/?#".utf8
        let authority = text.utf8.dropFirst("http://".utf8.count).prefix { !ends.contains($0) }
        return isPlainLoopback(authority) || (try? BaseURL(parsing: "http://" + String(Substring(authority)))) != nil
            ? text : nil
    }

    /// The usual spellings, told without a URL parser: a local system's links come fifty in a result, and parsing them
    /// took a fifth of the time the host spent outside the store.
    private static func isPlainLoopback(_ authority: Substring.UTF8View) -> Bool {
        let hosts = ["127.0.0.1", "localhost", "[::1]"]
        guard let host = hosts.first(where: { authority.starts(with: $0.utf8) }) else { return false }
        let rest = authority.dropFirst(host.utf8.count)
        return rest.isEmpty
            || (rest.first == UInt8(ascii: ":") && rest.count <= 6
                && rest.dropFirst().allSatisfy { (0x30...0x39).contains($0) })
    }

    private static func notice(_ reader: inout FrameReader) throws(WireFault) -> DeliveryWarning {
        let code = try reader.words(bytesMax: Limits.nameBytesMax) ?? "warning"
        let field = try reader.words(bytesMax: Limits.nameBytesMax)
        return DeliveryWarning(
            code: code, field: field, text: try reader.words(bytesMax: Limits.vendorMessageBytesMax) ?? "")
    }

    private static func candidate(_ reader: inout FrameReader) throws(WireFault) -> TaskCandidate {
        let isEdited = try reader.flag("edited")
        let externalID = try reader.required("external id of a candidate")
        let displayID = try reader.words(bytesMax: Limits.nameBytesMax)
        let title = try reader.words(bytesMax: Limits.nameBytesMax)
        let url = try reader.string("a candidate's URL")
        return TaskCandidate(
            externalID: externalID, displayID: displayID, title: title, url: url.flatMap(pageURL), isEdited: isEdited)
    }

    private static func remoteTask(_ reader: inout FrameReader) throws(WireFault) -> RemoteTask {
        guard let priority = Priority(number: try reader.number()) else {
            throw WireFault("reported a task with an unknown priority")
        }
        guard let status = TaskStatus(number: try reader.number()) else {
            throw WireFault("reported a task with an unknown status")
        }
        let isDeleted = try reader.flag("deleted")
        let title = try reader.string("a title")
        let description = try reader.string("a description")
        let dueDate = try reader.string("a due date")
        let assignee = try reader.string("an assignee")
        let assigneeID = try reader.string("an assignee's id")
        let labels = try reader.list(of: "labels") { reader throws(WireFault) in try reader.string("a label") ?? "" }
        return RemoteTask(
            title: title, description: description, dueDate: dueDate, assignee: assignee, assigneeID: assigneeID,
            labels: labels,
            priority: priority, status: status, isDeleted: isDeleted,
            modifiedAt: Timestamp(milliseconds: try reader.integer(in: 0...Limits.momentMax)))
    }

    private static func discoveredID(_ reader: inout FrameReader) throws(WireFault) -> DiscoveredID {
        let setting = try reader.string("a discovered setting")
        let kind = try reader.required("kind of a discovered id")
        let id = try reader.required("discovered id")
        let name = try reader.string("a discovered name") ?? ""
        return DiscoveredID(
            setting: setting, kind: kind, id: id, name: name, detail: try reader.string("a discovered detail"))
    }

    private static func remoteAccount(_ reader: inout FrameReader) throws(WireFault) -> RemoteAccount {
        let id = try reader.string("an account's id")
        let name = try reader.words(bytesMax: Limits.nameBytesMax)
        let email = try reader.words(bytesMax: Limits.nameBytesMax)
        let place = try reader.words(bytesMax: Limits.nameBytesMax)
        let expires = try reader.moment()
        let problems = try reader.list(of: "problems", notice)
        let pairs = try reader.list(of: "facts") { (reader) throws(WireFault) -> (String, String) in
            let name = try reader.required("name of a fact")
            return (name, try reader.string("the value of a fact") ?? "")
        }
        let lookUps = try lookUpPower(&reader)
        guard pairs.count <= Limits.factsMax else {
            throw WireFault("asked to remember more than \(Limits.factsMax) facts")
        }
        guard pairs.allSatisfy({ $0.0.utf8.count <= Limits.nameBytesMax && $0.1.utf8.count <= Limits.settingBytesMax })
        else {
            throw WireFault("asked to remember a fact that is too long")
        }
        return RemoteAccount(
            id: id, name: name, email: email, place: place, expiresAt: expires,
            problems: problems, facts: Dictionary(pairs, uniquingKeysWith: { _, last in last }), lookUps: lookUps.power,
            isUntold: lookUps.isUntold)
    }

    private static func lookUpPower(_ reader: inout FrameReader) throws(WireFault) -> (
        power: LookUpPower, isUntold: Bool
    ) {
        let number = try reader.number()
        let isUntold = try reader.flag("is_untold")
        let reason = try reader.words(bytesMax: Limits.vendorMessageBytesMax) ?? "the connector gives no reason"
        switch number {
        case 0: return (.notTold, isUntold)
        case 1: return (.proved, isUntold)
        case 2: return (.never(reason), isUntold)
        default: throw WireFault("told of its look-ups in the unknown way \(number)")
        }
    }
}
