import PatchbayModel
import PatchbayStore

/// What one sync is asked to do.
package struct SyncRequest: Sendable, Hashable {
    /// Which integrations are served.
    package enum Target: Sendable, Hashable {
        /// Every active one that has due deliveries.
        case all
        /// This one, and what is bound for nowhere is bound for it.
        case integration(String)
        /// The one active integration of this type, as if it had been named.
        case type(String)
    }

    package var target: Target
    /// With a named integration: binds these tasks and no others.
    package var meetingID: String?
    package var taskIDs: [String]?
    /// Deliveries tried at most, over all integrations; nil = all that are due.
    package var limit: Int?

    package init(target: Target = .all, meetingID: String? = nil, taskIDs: [String]? = nil, limit: Int? = nil) {
        self.target = target
        self.meetingID = meetingID
        self.taskIDs = taskIDs
        self.limit = limit
    }

    /// The same, of an integration that was renamed meanwhile.
    func following(_ renamed: [String: String]) -> SyncRequest {
        guard case .integration(let name) = target else { return self }
        var request = self
        request.target = .integration(renamed.now(name))
        return request
    }

    var scope: DeliveryScope { DeliveryScope(meetingID: meetingID, taskIDs: taskIDs) }

    /// What a named integration takes along: what is bound for nowhere, unless the user narrowed it to certain tasks.
    var selection: BindSelection { meetingID != nil || taskIDs != nil ? .scope(scope) : .unbound }
}
