import CCurl
import Foundation
import PatchbayModel

/// The sentence for an error of libcurl.
enum CurlFailure {
    /// `result` is libcurl's code; only scheme, host and port of the URL are shown.
    static func error(_ result: Int32, url: String) -> TransportError {
        let parts = URLComponents(string: url)
        let host = parts?.host ?? "the server"
        let words: String
        switch CURLcode(UInt32(bitPattern: result)) {
        case CURLE_COULDNT_RESOLVE_HOST: words = "The name \(host) is not known. Check the base URL and the network."
        case CURLE_COULDNT_CONNECT: words = "\(host) takes no connection. Check the base URL and the network."
        case CURLE_OPERATION_TIMEDOUT: words = "\(host) took too long. Check the network and the base URL."
        case CURLE_PEER_FAILED_VERIFICATION:
            words =
                "The certificate of \(host) cannot be trusted. Check the base URL, and SSL_CERT_FILE if it has a "
                + "private authority."
        case CURLE_SSL_CACERT_BADFILE:
            words = "The file of certificate authorities cannot be read. Check SSL_CERT_FILE."
        case CURLE_SSL_CONNECT_ERROR: words = "No secure connection to \(host) could be made. Check the base URL."
        case CURLE_PARTIAL_FILE: words = "\(host) broke off in the middle of its answer."
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR:
            words = "\(host) closed the connection without a whole answer."
        case CURLE_BAD_CONTENT_ENCODING: words = "The answer of \(host) is not encoded as it says."
        case CURLE_ABORTED_BY_CALLBACK:
            words = "\(host) closed a kept connection without an answer, and the request must not be sent twice."
        default:
            let text = unsafe String(cString: curl_easy_strerror(CURLcode(UInt32(bitPattern: result))))
            words = "The exchange with \(host) failed: \(text)."
        }
        return TransportError(.unreachable, words)
    }

    /// For a stream that the server refused.
    static func declined(url: String) -> TransportError {
        let host = URLComponents(string: url)?.host ?? "the server"
        return TransportError(
            .unreachable, "\(host) refused the request before it did anything with it (HTTP/2 REFUSED_STREAM).")
    }
}
