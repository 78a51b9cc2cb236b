import CCurl
import PatchbayModel
import Synchronization

/// A whole answer as libcurl gave it, not yet masked.
struct CurlAnswer: Sendable {
    let status: Int
    var headerBlock: [UInt8]
    var body: [UInt8]
    let timing: TransferTiming
    let secrets: SecretMask?

    /// Writes over the token wherever it was echoed. Not done on the transport's thread, because a body may be large.
    mutating func mask() {
        secrets?.apply(to: &headerBlock)
        secrets?.apply(to: &body)
    }
}

/// How a transfer ended on the thread.
enum CurlOutcome: Sendable {
    case answered(CurlAnswer)
    case failed(TransferResult)
}

/// One transfer from its request to its answer.
///
/// `@unchecked Sendable`: made by the caller, then used by the transport's thread alone until it resumes the caller;
/// only `continuation` and `isCancelled` are touched by both, and they guard themselves.
@safe final class CurlTransfer: @unchecked Sendable {
    let request: PreparedRequest
    private let credential: (any Credential)?
    private let secretBody: (any SecretBody)?
    private let secretAnswer: SecretAnswer?
    private let continuation = Mutex<CheckedContinuation<CurlOutcome, Never>?>(nil)
    private let cancelled = Atomic<Bool>(false)

    /// Whether this process's libcurl tells that a server refused a request by HTTP/2.
    static let tellsRefusal = patchbay_curl_tells_refusal() == 1

    private var limits = TransportLimits()
    private(set) var easy: UnsafeMutableRawPointer?
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var secrets: SecretMask?
    /// How often libcurl was about to put the request on the wire.
    private var sends = 0
    /// Words of libcurl's, where it can tell that a stream was refused.
    private var refusalWords: UnsafeMutablePointer<CChar>?
    /// Libcurl was about to repeat what must leave once, for that reason.
    private var wasRefused = false
    private var headerBytes = 0
    private var headerBlock: [UInt8] = []
    private var headersAreWhole = false
    private var body: [UInt8] = []
    private var excess: TransportError?

    init(_ request: PreparedRequest, credential: (any Credential)?) {
        self.request = request
        self.credential = credential
        (secretBody, secretAnswer) = (nil, nil)
    }

    /// One whose body and answer are secrets.
    init(_ request: PreparedRequest, secretBody: any SecretBody, answer: SecretAnswer) {
        self.request = request
        credential = nil
        self.secretBody = secretBody
        secretAnswer = answer
    }

    // MARK: Both sides

    /// Whether the caller no longer wants it.
    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    func markCancelled() { cancelled.store(true, ordering: .relaxed) }

    /// Keeps who waits for the outcome. Once, before it is submitted.
    func begin(_ waiter: CheckedContinuation<CurlOutcome, Never>) { continuation.withLock { $0 = waiter } }

    /// Hands the outcome to the caller; the first one counts.
    func end(_ outcome: CurlOutcome) {
        let waiter = continuation.withLock { waiter in
            defer { waiter = nil }
            return waiter
        }
        waiter?.resume(returning: outcome)
    }

    // MARK: On the transport's thread

    /// Opens the credential and sets the handle up. Nil when the transfer may start.
    func prepare(easy: UnsafeMutableRawPointer, limits: TransportLimits) -> TransferResult? {
        unsafe self.easy = unsafe easy
        self.limits = limits
        for line in request.headerLines {
            if !append(line: line) {
                return .notSent(TransportError(.internalError, "There is no memory for a request's headers."))
            }
        }
        if let refusal = addCredential() { return refusal }
        do {
            // libcurl copies the body, into memory that is wiped when it is freed.
            if request.isOnce, Self.tellsRefusal {
                unsafe refusalWords = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
            }
            let failed =
                if let secretBody {
                    try unsafe secretBody.withBody { unsafe handOver($0, easy) }
                } else {
                    unsafe (request.body ?? []).withUnsafeBytes { unsafe handOver($0, easy) }
                }
            return failed == 0
                ? nil : .refused(TransportError(.requestRefused, "The request was not sent: libcurl does not take it."))
        } catch let failure as any PatchbayFailure {
            return .refused(TransportError(failure.code, failure.message, context: failure.context))
        } catch {
            return .refused(TransportError(.internalError, "The body of a request could not be made."))
        }
    }

    private func handOver(_ bytes: UnsafeRawBufferPointer, _ easy: UnsafeMutableRawPointer) -> Int32 {
        unsafe request.url.withCString { url in
            unsafe request.method.withCString { method in
                // An empty array has no address, and an empty body still needs one.
                var nothing: UInt8 = 0
                return unsafe withUnsafePointer(to: &nothing) { nothing in
                    let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? nothing
                    var prepared = unsafe patchbay_curl_request(
                        url: url, method: method, headers: headers, body: request.body == nil ? nil : start,
                        body_bytes: bytes.count,
                        waits_for_multiplex: request.url.hasPrefix("https:") ? 1 : 0, refusal_words: refusalWords,
                        context: Unmanaged.passUnretained(self).toOpaque())
                    return unsafe patchbay_curl_easy_prepare(easy, &prepared)
                }
            }
        }
    }

    /// Wipes what the transfer needed; the handle may then serve another.
    func release() {
        if let easy = unsafe easy { unsafe patchbay_curl_easy_clear(easy) }
        unsafe patchbay_headers_wipe(headers)
        unsafe headers = nil
        unsafe refusalWords?.deallocate()
        unsafe refusalWords = nil
        unsafe easy = nil
    }

    /// Whether its handle may serve another after this end: one that libcurl repeated by itself may remember that its
    /// stream was refused.
    func leavesHandleClean(_ outcome: CurlOutcome) -> Bool {
        if case .answered = outcome { sends == 1 } else { false }
    }

    /// What libcurl's result means. Called before `release`.
    func outcome(_ result: Int32) -> CurlOutcome {
        guard let easy = unsafe easy else { preconditionFailure("a finished transfer has a handle") }
        if let excess { return .failed(.tooLarge(excess)) }
        if wasRefused, CURLcode(UInt32(bitPattern: result)) == CURLE_ABORTED_BY_CALLBACK {
            return .failed(.declined(CurlFailure.declined(url: request.url)))
        }
        guard result == 0 else { return .failed(failure(CurlFailure.error(result, url: request.url))) }
        var facts = patchbay_curl_facts()
        unsafe patchbay_curl_easy_facts(easy, &facts)
        // libcurl calls it a success when the connection ends in the middle of the headers.
        guard facts.status >= 200, headersAreWhole else {
            return .failed(failure(TransportError(.unreachable, "The server closed the exchange without an answer.")))
        }
        let timing = TransferTiming(
            connect: .microseconds(facts.connected_us), firstByte: .microseconds(facts.first_byte_us),
            total: .microseconds(facts.total_us), reusedConnection: facts.new_connections == 0,
            usedHTTP2: facts.http_version == Int64(CURL_HTTP_VERSION_2_0),
            bodyWireBytes: Int(clamping: facts.body_wire_bytes))
        return .answered(
            CurlAnswer(
                status: Int(clamping: facts.status), headerBlock: headerBlock, body: body, timing: timing,
                secrets: secrets))
    }

    /// Not sent only when libcurl never came to the point of sending; else it may have left.
    func failure(_ error: TransportError) -> TransferResult { sends == 0 ? .notSent(error) : .lost(error) }

    private func append(line: String) -> Bool {
        let bytes = Array(line.utf8)
        guard let longer = unsafe patchbay_headers_append(headers, bytes, bytes.count) else { return false }
        unsafe headers = unsafe longer
        return true
    }

    private func addCredential() -> TransferResult? {
        guard let credential else { return nil }
        do {
            return try unsafe credential.withHeader { line, secrets -> TransferResult? in
                let name = unsafe String(decoding: line.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self).lowercased()
                guard !request.headerNames.contains(HeaderRules.folded(name)) else {
                    return .refused(
                        TransportError(
                            .requestRefused,
                            "The connector's request was not sent: it sets the header \(name) itself, which carries "
                                + "the token."
                        ))
                }
                let start = unsafe line.baseAddress?.assumingMemoryBound(to: UInt8.self)
                guard let longer = unsafe patchbay_headers_append(headers, start, line.count),
                    let mask = unsafe SecretMask(secrets)
                else {
                    return .notSent(TransportError(.internalError, "There is no memory for a request's headers."))
                }
                unsafe headers = unsafe longer
                self.secrets = mask
                return nil
            }
        } catch let failure as any PatchbayFailure {
            return .refused(TransportError(failure.code, failure.message, context: failure.context))
        } catch {
            return .refused(TransportError(.internalError, "The token of a request could not be opened."))
        }
    }
}

// MARK: What libcurl calls

extension CurlTransfer {
    /// A `once` request goes out once: libcurl itself would repeat it on a fresh connection when a kept one turns out
    /// to be dead.
    func maySend() -> Bool {
        if isCancelled { return false }
        if request.isOnce && sends > 0 {
            if let words = unsafe refusalWords {
                wasRefused = unsafe sends == 1 && words[0] == 0 && headerBytes == 0 && body.isEmpty
            }
            return false
        }
        sends += 1
        return true
    }

    func take(header bytes: UnsafeRawBufferPointer) -> Bool {
        headerBytes += bytes.count
        guard headerBytes <= limits.headerBytesMax else {
            excess = TransportError(
                .responseTooLarge, "The server answered with more than \(limits.headerBytesMax) bytes of headers.")
            return false
        }
        // A status line starts the headers of the next answer: the one before was provisional.
        if unsafe bytes.starts(with: "HTTP/".utf8) {
            headerBlock.removeAll(keepingCapacity: true)
            headersAreWhole = false
        }
        if unsafe bytes.elementsEqual("\r\n".utf8) || bytes.elementsEqual("\n".utf8) { headersAreWhole = true }
        unsafe headerBlock.append(contentsOf: bytes)
        return true
    }

    func take(body bytes: UnsafeRawBufferPointer) -> Bool {
        if let secretAnswer {
            if unsafe secretAnswer.append(bytes) { return true }
            excess = TransportError(
                .responseTooLarge, "The server answered with more than \(Limits.tokenAnswerBytesMax) bytes.")
            return false
        }
        let decoded = body.count + bytes.count
        guard decoded <= limits.bodyBytesMax else {
            excess = TransportError(
                .responseTooLarge, "The server answered with more than \(limits.bodyBytesMax) bytes.")
            return false
        }
        if decoded > limits.bodyRatioFreeBytes, let easy = unsafe easy {
            // libcurl counts a chunk only after it was handed over, so one of its buffers is added.
            let wire = Int(clamping: unsafe patchbay_curl_body_wire_bytes(easy)) + Int(CURL_MAX_WRITE_SIZE)
            guard decoded / limits.bodyRatioMax <= wire else {
                excess = TransportError(
                    .responseTooLarge,
                    "The server's answer grew to more than \(limits.bodyRatioMax) times its size when decoded.")
                return false
            }
        }
        unsafe body.append(contentsOf: bytes)
        return true
    }
}
