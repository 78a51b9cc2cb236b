/// What a vendor's own clock told last, and what ours said then.
package struct VendorClock: Sendable, Hashable {
    /// Its `Date`; nil when answers came and none told a time that counts.
    package let date: Timestamp?
    package let seenAt: Timestamp

    package init(date: Timestamp?, seenAt: Timestamp) {
        self.date = date
        self.seenAt = seenAt
    }

    /// How far our clock is ahead of the vendor's; negative when it is behind. An answer is some time under way, and a
    /// `Date` has whole seconds, so up to two seconds are none.
    package var skew: Duration? { date.map { .milliseconds(seenAt.milliseconds - $0.milliseconds) } }
}

/// Whether a look-up that finds nothing can be certain.
package enum LookUpPower: Sendable, Hashable {
    /// The connector does not say.
    case notTold
    /// This account sees what it adds, with the marker.
    case proved
    /// Never, for this reason: a lost answer needs a person.
    case never(String)
}
