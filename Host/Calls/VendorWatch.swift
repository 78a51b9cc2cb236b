import PatchbayModel
import Synchronization

/// Keeps what one integration's vendor told last of its own clock.
package final class VendorWatch: Sendable {
    private let state: Mutex<VendorClock?>

    init(_ noted: VendorClock?) { state = Mutex(noted) }

    /// Nil before the first answer.
    package var last: VendorClock? { state.withLock { $0 } }

    /// An answer came, with a time of the vendor's that counts or without one. An answer without one takes nothing
    /// back.
    func note(_ date: Timestamp?) {
        state.withLock { clock in
            guard date != nil || clock?.date == nil else { return }
            clock = VendorClock(date: date, seenAt: .now)
        }
    }
}

/// One watch an integration and place, whoever speaks to it: another place may have another clock.
final class VendorWatches: Sendable {
    private let watches = Mutex<[String: VendorWatch]>([:])

    func watch(integrationID: Int64, base: BaseURL, _ noted: VendorClock?) -> VendorWatch {
        let name = "\(integrationID) \(base)"
        return watches.withLock { watches in
            if let watch = watches[name] { return watch }
            let watch = VendorWatch(noted)
            watches[name] = watch
            return watch
        }
    }
}
