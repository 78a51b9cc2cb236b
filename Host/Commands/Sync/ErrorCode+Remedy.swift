import PatchbayModel

extension ErrorCode {
    /// What a person must do at the token before what ended with this code can go on; nil where it is not the token.
    func tokenRemedy(_ integration: String) -> String? {
        switch self {
        case .tokenExpired, .tokenRejected: "set a new token with `patchbay token set \(integration)`"
        case .tokenForbidden:
            "give the token more rights at the vendor, or set another with `patchbay token set \(integration)`"
        default: nil
        }
    }
}
