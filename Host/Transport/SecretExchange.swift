import PatchbayModel

/// How an exchange ended whose body and answer are secrets.
package enum SecretExchangeResult: Sendable {
    /// The server answered; `headers` as it sent them.
    case answered(status: Int, headers: [HTTPField], SecretAnswer)
    /// Surely nothing left, or the server said that it did nothing with it.
    case notSent(TransportError)
    /// It may have left, and there is no whole answer.
    case lost(TransportError)
    /// Not sent, and trying again will not help.
    case refused(TransportError)
}

extension Transport {
    /// Posts a body made of secrets, at most once, and gives the answer in memory of its own that is wiped when it is
    /// let go. No redirect is followed, and no credential added.
    package func post(_ body: any SecretBody, contentType: String, to base: BaseURL, path: String) async
        -> SecretExchangeResult
    {
        let headers = [HTTPField("Content-Type", contentType), HTTPField("Accept", "application/json")]
        let request = HTTPRequest(method: "POST", path: path, headers: headers, effect: .once)
        let answer = SecretAnswer()
        let transfer: CurlTransfer
        do throws(TransportError) {
            transfer = CurlTransfer(try PreparedRequest(request, base: base), secretBody: body, answer: answer)
        } catch {
            return .refused(error)
        }
        switch await outcome(of: transfer) {
        case .answered(let head):
            return .answered(status: head.status, headers: ResponseHeaders.parse(head.headerBlock), answer)
        case .failed(.notSent(let error)), .failed(.declined(let error)): return .notSent(error)
        case .failed(.refused(let error)): return .refused(error)
        case .failed(.lost(let error)), .failed(.tooLarge(let error)): return .lost(error)
        case .failed(.response): preconditionFailure("an answer is no failure")
        }
    }
}
