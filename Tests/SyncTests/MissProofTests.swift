import PatchbayModel
import Testing

@testable import PatchbayCalls
@testable import PatchbayConnectors
@testable import PatchbayStore
@testable import PatchbaySync

/// What look-ups of these tests stand on.
enum Ground {
    static func origin(account: String?) -> AttemptOrigin {
        AttemptOrigin(
            connectorID: "org.example", connectorDigest: "d", baseURL: "https://x.example", settings: [:],
            tokenKind: "api-key",
            accountID: account)
    }

    /// A look-up of that many seconds after `since`; the running time goes with the wall clock, from 1,000 s after the
    /// boot "b".
    static func moment(_ since: Timestamp, secondsAfter: Int, lasting: Int = 0, boot: String = "b") -> SyncPlan.Moment {
        let now = since.advanced(by: .seconds(secondsAfter))
        let clock = RunningTime(boot: boot, milliseconds: 1_000_000).advanced(by: .seconds(secondsAfter))
        return SyncPlan.Moment(
            startedAt: now, now: now.advanced(by: .seconds(lasting)), startedClock: clock,
            clock: clock.advanced(by: .seconds(lasting)),
            patience: .seconds(60), random: 1)
    }
}

/// When a look-up that found nothing proves that nothing is there: each condition, taken away from a proof that holds.
@Suite struct MissProofTests {
    private static let since = Timestamp(milliseconds: 1_000_000)

    private struct Case {
        var outcome = TaskOutcome(index: 0, kind: .notFound, isExhaustive: true)
        var lookUp = LookUp(
            number: 1, unknownSince: since, origin: Ground.origin(account: "me"),
            claimedAt: RunningTime(boot: "b", milliseconds: 1_000_000),
            closedAt: RunningTime(boot: "b", milliseconds: 1_000_000),
            vendorBefore: since)
        var ground = LookUpGround(witnesses: .shown, account: .known("me", .notTold))
        var evidence = CallEvidence()
        var moment = Ground.moment(since, secondsAfter: 60)

        init() {
            evidence.answered = 1
            evidence.vendorAtStart = since.advanced(by: .seconds(60))
        }

        var verdict: MissProof.Verdict {
            MissProof(evidence: evidence, ground: ground, moment: moment).verdict(outcome, lookUp)
        }

        var words: String {
            guard case .unproved(let words, _) = verdict else { return "\(verdict)" }
            return words
        }
    }

    private func changed(_ change: (inout Case) -> Void) -> Case {
        var made = Case()
        change(&made)
        return made
    }

    @Test("all of it together is a proof") func whole() {
        #expect(Case().verdict == .certain)
    }

    @Test("without an answer, or one that shows the end, there is none") func answers() {
        #expect(changed { $0.evidence.answered = 0 }.words.contains("asked nothing"))
        #expect(
            changed { $0.outcome = TaskOutcome(index: 0, kind: .notFound, isExhaustive: false) }.words.contains(
                "looked through"))
    }

    @Test("a window by our own clock proves nothing, by the vendor's it does") func windows() {
        let narrow = TaskOutcome(index: 0, kind: .notFound, isExhaustive: true, usedWindow: true)
        #expect(changed { $0.outcome = narrow }.verdict == .certain)
        let guessed = changed {
            $0.outcome = narrow
            $0.lookUp = LookUp(
                number: 1, unknownSince: Self.since, origin: Ground.origin(account: "me"),
                closedAt: RunningTime(boot: "b", milliseconds: 1_000_000))
        }
        #expect(guessed.words.contains("clock stood"))
    }

    @Test("a vendor's clock that went back since, or whose course nobody knows, opens no window that proves")
    func unevenClock() {
        let narrow = TaskOutcome(index: 0, kind: .notFound, isExhaustive: true, usedWindow: true)
        func told(_ seconds: Int?) -> Case {
            changed {
                $0.outcome = narrow
                $0.evidence.vendorAtStart = seconds.map { Self.since.advanced(by: .seconds($0)) }
            }
        }
        #expect(told(60).verdict == .certain)
        #expect(told(0).verdict == .certain)
        #expect(told(600).verdict == .certain)
        #expect(told(-1).words.contains("set back"))
        #expect(told(-240).words.contains("set back"))
        #expect(told(nil).words.contains("evenly"))
        let rebooted = changed {
            $0.outcome = narrow
            $0.lookUp = LookUp(
                number: 1, unknownSince: Self.since, origin: Ground.origin(account: "me"),
                claimedAt: RunningTime(boot: "a", milliseconds: 0),
                closedAt: RunningTime(boot: "b", milliseconds: 1_000_000),
                vendorBefore: Self.since)
        }
        #expect(rebooted.words.contains("evenly"))
    }

    @Test("the account must be that of the attempt") func accounts() {
        #expect(changed { $0.ground.account = .known("you", .proved) }.words.contains("of account you"))
        #expect(changed { $0.ground.account = .untold }.words.contains("whose token"))
        #expect(changed { $0.ground.account = .failed("401.") }.words.contains("could not be checked: 401"))
        #expect(changed { $0.ground.account = .known("me", .never("It hides them.")) }.words == "It hides them")
        let nobody = changed { made in
            made.lookUp = LookUp(
                number: 1, unknownSince: Self.since, origin: Ground.origin(account: nil),
                closedAt: RunningTime(boot: "b", milliseconds: 1_000_000))
        }
        #expect(nobody.words.contains("not known when it was sent"))
        let assumed = AttemptOrigin(
            connectorID: "", connectorDigest: "", baseURL: "token-1 3", settingsText: "", tokenKind: "api-key",
            accountID: nil)
        let restored = changed { made in
            made.lookUp = LookUp(
                number: 1, unknownSince: Self.since, origin: assumed,
                closedAt: RunningTime(boot: "b", milliseconds: 1_000_000))
            made.ground.token = "token-1 3"
        }
        #expect(restored.verdict == .certain)
        var renewed = restored
        renewed.ground.token = "token-1 4"
        #expect(renewed.words.contains("not known when it was sent"))
        let earlier = changed {
            $0.lookUp = LookUp(
                number: 1, unknownSince: Self.since, closedAt: RunningTime(boot: "b", milliseconds: 1_000_000))
        }
        #expect(earlier.words.contains("earlier version"))
    }

    @Test("a witness must show; where there is none yet, a check must have proved it") func witnesses() {
        #expect(changed { $0.ground.witnesses = .missing(2) }.words.contains("2 tasks"))
        #expect(changed { $0.ground.witnesses = .none }.words.contains("no check has proved"))
        let proved = changed {
            $0.ground.witnesses = .none
            $0.ground.account = .known("me", .proved)
        }
        #expect(proved.verdict == .certain)
    }

    @Test("where a repeat makes nothing new, an honest miss is enough, at once") func repeatable() {
        let early = changed { made in
            made.moment = Ground.moment(Self.since, secondsAfter: 0)
            made.ground = LookUpGround(witnesses: .none, account: .notAsked, isRepeatable: true)
        }
        #expect(early.verdict == .certain)
    }

    @Test("what may be the lost one is named, and the miss is none") func candidates() {
        let leftover = TaskCandidate(
            externalID: "7", displayID: "#7", title: "Call Bob", url: "https://x.example/7", isEdited: true)
        let outcome = TaskOutcome(index: 0, kind: .notFound, isExhaustive: true, candidates: [leftover])
        let words = changed { $0.outcome = outcome }.words
        #expect(words.contains("#7 \"Call Bob\" (https://x.example/7)") && words.contains("patchbay resolve"))
    }

    @Test("patience counts by the running time of one boot, or by the vendor's clock, and by nothing else")
    func patience() {
        let early = changed { $0.moment = Ground.moment(Self.since, secondsAfter: 59) }
        #expect(early.verdict == .mayAppear)
        // The wall clock has jumped by a day, and the running time has not.
        let jumped = changed { made in
            let clock = RunningTime(boot: "b", milliseconds: 1_001_000)
            made.moment = SyncPlan.Moment(
                startedAt: Self.since.advanced(by: .seconds(86_400)), now: Self.since.advanced(by: .seconds(86_400)),
                startedClock: clock,
                clock: clock, patience: .seconds(60), random: 1)
        }
        #expect(jumped.verdict == .mayAppear)
        let rebooted = changed { $0.moment = Ground.moment(Self.since, secondsAfter: 600, boot: "c") }
        #expect(rebooted.verdict == .mayAppear)
        var told = rebooted
        told.lookUp = LookUp(
            number: 2, unknownSince: Self.since, origin: Ground.origin(account: "me"),
            vendorAfter: Timestamp(milliseconds: 5_000))
        told.evidence.vendorAtStart = Timestamp(milliseconds: 64_999)
        #expect(told.verdict == .mayAppear)
        told.evidence.vendorAtStart = Timestamp(milliseconds: 65_000)
        #expect(told.verdict == .certain)
    }
}
