import CPatchbay

/// The host broke a rule of the interface: a size, a null, a number out of range.
struct BrokenRule: Error {
    let status: Int32

    static var argument: BrokenRule { BrokenRule(status: PATCHBAY_STATUS_INVALID_ARGUMENT) }
    static var unsupported: BrokenRule { BrokenRule(status: PATCHBAY_STATUS_UNSUPPORTED) }
}

/// Copies what the host passes in into Swift values. Nothing it gives back points into the host's memory.
enum Reading {
    /// A struct of whatever size its maker knew: what the maker did not know is zero. Throws when it is smaller than in
    /// version 1.0.
    static func sized<Struct: Sized>(_ pointer: UnsafeRawPointer?) throws -> Struct {
        guard let pointer = unsafe pointer else { throw BrokenRule.argument }
        let size = unsafe pointer.loadUnaligned(as: UInt32.self)
        guard size >= Struct.firstSize else { throw BrokenRule.argument }
        var value = Struct()
        unsafe withUnsafeMutableBytes(of: &value) { target in
            unsafe target.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: min(Int(size), target.count)))
        }
        return value
    }

    /// The elements of an array, each `stride` bytes after the one before.
    static func array<Struct: Sized, Value>(_ array: patchbay_array, _ read: (Struct) throws -> Value) throws -> [Value]
    {
        try unsafe places(array, smallest: Int(Struct.firstSize)).map { place in
            let element: Struct = try unsafe sized(place)
            guard unsafe element.struct_size <= array.stride else { throw BrokenRule.argument }
            return try read(element)
        }
    }

    /// The strings of an array; they are atoms and carry no size.
    static func strings(_ array: patchbay_array) throws -> [String] {
        try unsafe places(array, smallest: MemoryLayout<patchbay_string>.stride).map { place in
            try unsafe text(place.loadUnaligned(as: patchbay_string.self)) ?? ""
        }
    }

    private static func places(_ array: patchbay_array, smallest: Int) throws -> [UnsafeRawPointer] {
        guard unsafe array.count > 0 else { return unsafe [] }
        guard let base = unsafe array.elements, let count = unsafe Int(exactly: array.count),
            unsafe Int(array.stride) >= smallest,
            count <= KitLimits.stepBytesMax
        else { throw BrokenRule.argument }
        let stride = unsafe Int(array.stride)
        return unsafe (0..<count).map { unsafe base + $0 * stride }
    }

    /// A string; nil if it is absent.
    static func text(_ string: patchbay_string) throws -> String? {
        guard let bytes = try unsafe self.bytes(string) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Bytes; nil if they are absent.
    static func bytes(_ string: patchbay_string) throws -> [UInt8]? {
        guard let base = unsafe string.bytes else { return nil }
        guard let length = unsafe Int(exactly: string.length), length <= KitLimits.stepBytesMax else {
            throw BrokenRule.argument
        }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: base, count: length))
    }

    /// The entries of an array of pairs; of two with one name the last is kept.
    static func map(_ pairs: patchbay_array) throws -> [String: String] {
        let entries = try unsafe array(pairs) { (pair: patchbay_pair) in
            unsafe try (text(pair.name) ?? "", text(pair.value) ?? "")
        }
        return Dictionary(entries) { _, last in last }
    }
}

extension Opening {
    /// Reads an opening. Throws when the host broke a rule.
    init(_ pointer: UnsafePointer<patchbay_opening>?) throws {
        let opening: patchbay_opening = try unsafe Reading.sized(UnsafeRawPointer(pointer))
        let values = try unsafe Reading.array(opening.settings) { (value: patchbay_setting_value) -> (String, Value) in
            let name = try unsafe Reading.text(value.name) ?? ""
            switch unsafe value.kind {
            case PATCHBAY_SETTING_STRING, PATCHBAY_SETTING_URL:
                return (name, .text(try unsafe Reading.text(value.text) ?? ""))
            case PATCHBAY_SETTING_INTEGER: return unsafe (name, .integer(value.integer))
            case PATCHBAY_SETTING_BOOLEAN: return unsafe (name, .boolean(value.integer != 0))
            case PATCHBAY_SETTING_MAP: return (name, .map(try unsafe Reading.map(value.entries)))
            default: throw BrokenRule.unsupported
            }
        }
        self.init(
            settings: Dictionary(values) { _, last in last },
            tokenKind: try unsafe Reading.text(opening.token_kind) ?? "",
            facts: try unsafe Reading.map(opening.facts), partial: unsafe opening.partial != 0,
            attemptedTokenKind: try unsafe Reading.text(opening.attempted_token_kind),
            account: try unsafe Reading.text(opening.account), origin: try unsafe Reading.text(opening.origin))
    }
}

extension ConnectorTask {
    /// Reads a task. Throws when the host broke a rule.
    init(_ task: patchbay_task) throws {
        guard let priority = unsafe Priority(rawValue: task.priority),
            unsafe task.status == PATCHBAY_TASK_OPEN || task.status == PATCHBAY_TASK_DONE
        else { throw BrokenRule.argument }
        self.init(
            deliveryId: try unsafe Reading.text(task.delivery_id) ?? "",
            title: try unsafe Reading.text(task.title) ?? "",
            externalId: try unsafe Reading.text(task.external_id), meetingId: try unsafe Reading.text(task.meeting_id),
            description: try unsafe Reading.text(task.description), dueDate: try unsafe Reading.text(task.due_date),
            dueTime: try unsafe Reading.text(task.due_time), assignee: try unsafe Reading.text(task.assignee),
            priority: priority,
            labels: try unsafe Reading.strings(task.labels), done: unsafe task.status == PATCHBAY_TASK_DONE,
            changes: unsafe Changes(rawValue: task.changes), attemptedUnixMs: unsafe task.attempted_unix_ms,
            isWitness: unsafe task.is_witness != 0,
            attempt: try unsafe task.attempt.map { try unsafe Attempt(Reading.sized(UnsafeRawPointer($0))) })
    }
}

extension Attempt {
    /// Reads an attempt. Throws when the host broke a rule.
    init(_ attempt: patchbay_attempt) throws {
        self.init(
            number: unsafe Int(attempt.number), windowIsSure: unsafe attempt.window_is_sure != 0,
            startedUnixMs: unsafe attempt.started_unix_ms, vendorUnixMs: unsafe attempt.vendor_unix_ms,
            account: try unsafe Reading.text(attempt.account))
    }
}

extension Response {
    /// Reads a response. Throws when the host broke a rule.
    init(_ pointer: UnsafePointer<patchbay_response>?) throws {
        let response: patchbay_response = try unsafe Reading.sized(UnsafeRawPointer(pointer))
        let headers = try unsafe Reading.array(response.headers) { (pair: patchbay_pair) in
            try unsafe (Reading.text(pair.name) ?? "", Reading.text(pair.value) ?? "")
        }
        self.init(
            status: unsafe Int(response.status), headers: headers, body: try unsafe Reading.bytes(response.body) ?? [])
    }
}
