import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// Where a look-up has to go: to the place of the attempt, with the token of today.
///
/// A token is bound to its base URL, so an attempt that went elsewhere cannot be looked up. What marks a task hangs on
/// the token's kind at the time, and how a request travels on today's: a connector of 1.1 is told both, one of 1.0 can
/// be told only one.
struct LookUpPlace {
    private let integration: IntegrationRecord
    private let descriptor: ConnectorDescriptor
    private let base: BaseURL
    private let kind: TokenKind

    init(_ integration: IntegrationRecord, _ descriptor: ConnectorDescriptor, base: BaseURL, kind: TokenKind) {
        self.integration = integration
        self.descriptor = descriptor
        self.base = base
        self.kind = kind
    }

    /// The opening of today, with what was otherwise at the attempt. Throws `target_changed`.
    func opening(_ today: ConnectorOpening, for attempted: AttemptOrigin) throws(CallError) -> ConnectorOpening {
        if attempted.isAssumed { return today }
        guard attempted.connectorID == descriptor.id else {
            throw changed(
                "it was sent by the connector \(attempted.connectorID), and \(descriptor.id) serves the type now")
        }
        let settings = today.settings.merging(try checked(attempted.settings)) { _, then in then }
        guard reachesToday(attempted) else {
            throw changed(
                "it was sent to \(attempted.baseURL), where the token of today must not go (it is for \(base))")
        }
        let isOld = descriptor.builtMinor == 0
        // What a check told to remember is of the place of today.
        let facts = settings == today.settings ? today.facts : [:]
        return ConnectorOpening(
            settings: settings, tokenKind: isOld ? attempted.tokenKind : today.tokenKind, facts: facts,
            isPartial: today.isPartial,
            attemptedTokenKind: isOld || attempted.tokenKind == kind.name ? nil : attempted.tokenKind,
            account: today.account,
            origin: today.origin, holder: today.holder)
    }

    /// Settings of the connector, of the kind that it takes: what came from another home is foreign text.
    private func checked(_ attempted: [String: SettingValue]) throws(CallError) -> [String: SettingValue] {
        var settings: [String: SettingValue] = [:]
        for field in descriptor.settings {
            guard let value = attempted[field.name] else { continue }
            do { settings[field.name] = try field.checked(value) } catch {
                throw changed("it was sent with a \(field.name) that \(error.text)")
            }
        }
        return settings
    }

    /// Whether today's token goes to where the attempt went. A kind of token may have an origin of its own: then the
    /// address differs and the place does not, if today's settings would have led the other kind to the attempt's
    /// address.
    private func reachesToday(_ attempted: AttemptOrigin) -> Bool {
        if attempted.baseURL == base.description { return true }
        guard descriptor.builtMinor > 0, attempted.tokenKind != kind.name,
            let other = descriptor.tokenKind(named: attempted.tokenKind)
        else { return false }
        let then = try? LinkMaker.base(
            of: integration, settings: integration.settings, kind: other, descriptor: descriptor)
        return then?.description == attempted.baseURL
    }

    private func changed(_ what: String) -> CallError {
        CallError(
            .targetChanged,
            "\(what), so it cannot be looked up; set the integration back for that, or settle it with `patchbay "
                + "resolve`"
        )
    }
}
