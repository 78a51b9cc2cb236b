import PatchbayModel

/// What becomes of a delivery that comes from another home where this one has one of the same task and integration
/// already.
///
/// Delivered here stays delivered, and nothing is made twice. What the file says counts only where it knows more: that
/// the task is there, or may be. Whether to send what surely is not there is this home's own business.
package enum MoveDecision: Sendable, Hashable {
    /// As it is here.
    case keep
    /// As it is here, and a person should know that the file has it otherwise.
    case tell
    /// As it is in the file, delivery id included.
    case take
    /// As it is here; put back some day, it is looked up before it is sent.
    case mark
    /// Neither; goes on after the integration's name.
    case refuse(String)

    /// What is here already.
    package struct Here: Sendable, Hashable {
        package let deliveryID: String
        package let state: DeliveryState
        package let externalID: String?
        /// Restored from a copy, so what surely was not there then may be there now.
        package let isRestored: Bool

        package init(deliveryID: String, state: DeliveryState, externalID: String?, isRestored: Bool) {
            self.deliveryID = deliveryID
            self.state = state
            self.externalID = externalID
            self.isRestored = isRestored
        }
    }

    package init(_ moved: MovedDelivery, here: Here) {
        let isSame = moved.deliveryID == here.deliveryID
        guard moved.mayBeThere else {
            self = .keep
            return
        }
        let isDelivered = moved.state == .delivered
        switch here.state {
        case .delivered:
            let isTold = isDelivered ? moved.externalID == here.externalID : isSame
            self = isTold ? .keep : .tell
        case .sending:
            let words = "sends it right now; import it again when that has ended"
            self = isSame && !isDelivered ? .keep : .refuse(words)
        case .unknown where isDelivered: self = .take
        case .unknown:
            let words =
                "has it as unknown under another delivery id, so it may be there twice; settle it with `patchbay sync` "
                + "or "
                + "`patchbay resolve`, then import it again"
            self = isSame ? .keep : .refuse(words)
        case .pending, .waiting: self = .take
        case .refused where isDelivered, .cancelled where isDelivered: self = .take
        case .refused, .cancelled:
            let words =
                "may have sent it under another delivery id after the backup from which it was restored; put it back "
                + "with `patchbay retry` or "
                + "`patchbay sync --task`, then import it again"
            self = here.isRestored && !isSame ? .refuse(words) : .mark
        }
    }
}
