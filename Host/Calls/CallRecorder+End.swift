import PatchbayModel
import PatchbayRecording

extension CallRecorder {
    /// Takes down what became of a request.
    mutating func add(
        _ request: HTTPRequest, _ answer: Result<HTTPResponse, Conversation.Stop>, startedAt: Timestamp, took: Duration
    ) {
        switch answer {
        case .success(let response):
            add(RecordedExchange(request: request, response: response, startedAt: startedAt, took: took))
        case .failure(let stop):
            let lost = stop.end.stopped?.sentence ?? "no answer"
            add(RecordedExchange(request: request, response: nil, lost: lost, startedAt: startedAt, took: took))
        }
    }

    /// The call has ended.
    func finish(_ end: CallEnd) {
        if case .answered(let result) = end { return finish(result) }
        let stopped = end.stopped ?? (word: "cancelled", sentence: "")
        finish(stopped: stopped.word, stopped.sentence)
    }
}

extension CallEnd {
    /// In what way a call stopped without a result, as a recording names it; nil when it came to one.
    fileprivate var stopped: (word: String, sentence: String)? {
        switch self {
        case .answered: nil
        case .unreachable(let reason): ("unreachable", reason)
        case .declined(let reason): ("declined", reason)
        case .lost(let reason): ("lost", reason)
        case .connectorFailed(let error): (error.code.rawValue, error.message)
        case .credentialFailed(let error): (error.code.rawValue, error.message)
        case .paused(let until): ("paused", "the token's rate limit has no room before \(until.text)")
        case .tooLarge(let bytes):
            ("too_large", "a request of \(bytes) bytes is larger than one that was refused for its size")
        case .cancelled: ("cancelled", "the host was told to stop")
        }
    }
}
