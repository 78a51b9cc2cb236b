import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// What a person should know of an integration's look-ups before an answer is lost.
enum LookUpWords {
    /// The patience is shorter than what the connector says a made task may stay invisible: a miss is believed too
    /// early.
    static func patience(_ integration: IntegrationRecord, lag: Duration) -> String? {
        let least = max(lag, Limits.patienceMin)
        guard let patience = integration.patience, patience < least else { return nil }
        return
            "\(integration.name): a patience of \(patience.components.seconds) s is shorter than the "
            + "\(least.components.seconds) s "
            + "for which a task that was made may stay unseen: after a lost answer it may be made twice"
    }

    /// How far our clock is from the system's, where that was told.
    static func clock(_ integration: IntegrationRecord) -> String {
        guard let clock = integration.vendorClock else { return "its clock was not told yet" }
        guard let skew = clock.skew else { return "it does not tell its clock" }
        let milliseconds = skew.wholeMilliseconds
        let tenths = (abs(milliseconds) + 50) / 100
        guard abs(milliseconds) >= 2_000 else { return "its clock and ours agree" }
        return "our clock is \(tenths / 10).\(tenths % 10) s \(milliseconds > 0 ? "ahead of" : "behind") its clock"
    }

    /// Whether a look-up that finds nothing can be certain, where a check has told.
    static func power(_ power: LookUpPower, of name: String) -> String? {
        guard case .never(let reason) = power else { return nil }
        return
            "\(name): a lost answer would need a person here: \(Printable.text(reason.clause)); `patchbay resolve` "
            + "settles it"
    }

    /// Where our clock is so wrong that times shown by it mislead.
    static func isFarOff(_ integration: IntegrationRecord) -> Bool {
        integration.vendorClock?.skew.map { max($0, .zero - $0) > Limits.clockSkew } ?? false
    }
}
