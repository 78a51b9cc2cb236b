import PatchbayModel

/// Performs HTTP requests, adding origin and credential to what a connector asked for.
///
/// All transfers of a transport run on one thread of its own, which ends with `shutdown()`.
package final class Transport: Sendable {
    private let thread: CurlThread

    /// Runs tasks on the thread of the transfers, which spares those that mostly wait for answers a change of thread at
    /// each. They keep transfers waiting while they run. It takes tasks as long as the transport exists.
    package var executor: any TaskExecutor { thread }

    /// Listens, on the thread of the transfers, to what else its tasks wait for.
    package var listener: any Listener { thread }

    /// Throws `internal_error` when libcurl cannot start.
    package init(_ configuration: TransportConfiguration) throws(TransportError) {
        thread = try CurlThread(configuration)
    }

    deinit { thread.stop() }

    /// Performs one exchange and says how it ended; never throws.
    ///
    /// A `once` request is put on the wire at most once. When the Swift task is cancelled the transfer ends: as
    /// `notSent` if nothing had left, else as `lost`. The credential is opened when the transfer starts and wiped when
    /// it ends.
    package func perform(_ request: HTTPRequest, to base: BaseURL, credential: (any Credential)?) async
        -> TransferResult
    {
        var prepared: PreparedRequest
        do throws(TransportError) {
            prepared = try PreparedRequest(request, base: base)
        } catch {
            return .refused(error)
        }
        var redirects = 0
        while true {
            let result = await transfer(prepared, credential: credential)
            guard case .response(let response, _) = result, redirects < Limits.redirectsMax,
                let next = Redirect.target(of: response, method: prepared.method, url: prepared.url, base: base)
            else { return result }
            prepared.url = next
            redirects += 1
        }
    }

    /// Ends what is under way (waiting exchanges as `notSent`), closes all connections, and returns when the thread has
    /// ended. After that every exchange ends as `notSent`. May be called again.
    package func shutdown() async {
        thread.stop()
        await thread.ended()
    }

    private func transfer(_ request: PreparedRequest, credential: (any Credential)?) async -> TransferResult {
        switch await outcome(of: CurlTransfer(request, credential: credential)) {
        case .failed(let result): return result
        case .answered(var answer):
            answer.mask()
            let response = HTTPResponse(
                status: answer.status, headers: ResponseHeaders.parse(answer.headerBlock), body: answer.body)
            var timing = answer.timing
            timing.date = ServerDate.read(response.headers)
            return .response(response, timing)
        }
    }

    func outcome(of transfer: CurlTransfer) async -> CurlOutcome {
        let thread = thread
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                transfer.begin(continuation)
                thread.submit(transfer)
            }
        } onCancel: {
            thread.cancel(transfer)
        }
    }
}
