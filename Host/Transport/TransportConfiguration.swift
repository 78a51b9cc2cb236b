import Foundation
import PatchbayModel

/// The bounds of one exchange; the defaults are the host's limits.
package struct TransportLimits: Sendable {
    package var connectTimeout = Limits.connectTimeout
    package var exchangeTimeout = Limits.exchangeTimeout
    package var lowSpeedTime = Limits.lowSpeedTime
    package var lowSpeedBytesPerSecond = Limits.lowSpeedBytesPerSecond
    package var headerBytesMax = Limits.headerBytesMax
    package var bodyBytesMax = Limits.bodyBytesMax
    package var bodyRatioMax = Limits.bodyRatioMax
    package var bodyRatioFreeBytes = Limits.bodyRatioFreeBytes
    package var connectionsMax = Limits.connectionsMax
    package var idleConnectionTime = Limits.idleConnectionTime

    package init() {}
}

/// How a transport is set up.
package struct TransportConfiguration: Sendable {
    /// Goes into the User-Agent header as `patchbay/VERSION`.
    package var version: String
    /// The file of certificate authorities; nil = the one libcurl was built with.
    package var caFile: String?
    package var limits: TransportLimits

    package init(version: String, caFile: String? = nil, limits: TransportLimits = TransportLimits()) {
        self.version = version
        self.caFile = caFile
        self.limits = limits
    }

    /// Takes the file of certificate authorities from `SSL_CERT_FILE`, as other tools do; without it libcurl's own is
    /// used.
    package init(version: String, environment: [String: String]) {
        let named = environment["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : $0 }
        self.init(version: version, caFile: named)
    }
}
