import CCurl

/// libcurl's handles that no transfer uses at the moment; each serves one after the other. The transport's thread's
/// own.
@safe struct CurlHandles {
    private let configuration: TransportConfiguration
    private let userAgent: String
    private var idle: [UnsafeMutableRawPointer] = unsafe []

    init(_ configuration: TransportConfiguration) {
        self.configuration = configuration
        userAgent = "patchbay/\(configuration.version)"
    }

    /// A handle to be given back, clear of what it served before; nil when there is no memory for one.
    mutating func take() -> UnsafeMutableRawPointer? { unsafe idle.popLast() ?? made() }

    mutating func giveBack(_ easy: UnsafeMutableRawPointer) { unsafe idle.append(easy) }

    /// Gives all of them up.
    mutating func cleanUp() {
        while let easy = unsafe idle.popLast() { unsafe curl_easy_cleanup(easy) }
    }

    private func made() -> UnsafeMutableRawPointer? {
        let limits = configuration.limits
        return unsafe userAgent.withCString { userAgent in
            unsafe withOptionalCString(configuration.caFile) { caFile in
                var setup = unsafe patchbay_curl_setup(
                    user_agent: userAgent, ca_file: caFile, connect_timeout_ms: limits.connectTimeout.wholeMilliseconds,
                    exchange_timeout_ms: limits.exchangeTimeout.wholeMilliseconds,
                    low_speed_bytes_per_second: Int64(limits.lowSpeedBytesPerSecond),
                    low_speed_seconds: max(1, limits.lowSpeedTime.wholeMilliseconds / 1_000),
                    idle_connection_seconds: max(1, limits.idleConnectionTime.wholeMilliseconds / 1_000),
                    on_header: onHeader, on_body: onBody, on_send: onSend)
                return unsafe patchbay_curl_easy_new(&setup)
            }
        }
    }
}

private func withOptionalCString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    guard let text else { return body(nil) }
    return unsafe text.withCString { unsafe body($0) }
}
