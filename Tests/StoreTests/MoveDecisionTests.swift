import PatchbayModel
import PatchbayStore
import Testing

@Suite("What becomes of a delivery that two homes know") struct MoveDecisionTests {
    private func decision(
        _ moved: DeliveryState, _ here: DeliveryState, same: Bool = true, externalID: String? = "1",
        isRestored: Bool = false
    ) -> String {
        var delivery = MovedDelivery(integration: "a", deliveryID: "one", state: moved)
        delivery.externalID = moved == .delivered ? "1" : nil
        let there = MoveDecision.Here(
            deliveryID: same ? "one" : "other", state: here, externalID: here == .delivered ? externalID : nil,
            isRestored: isRestored)
        switch MoveDecision(delivery, here: there) {
        case .keep: return "keep"
        case .tell: return "tell"
        case .take: return "take"
        case .mark: return "mark"
        case .refuse: return "refuse"
        }
    }

    @Test("delivered here stays delivered, whatever comes", arguments: DeliveryState.allCases) func delivered(
        _ moved: DeliveryState
    ) {
        for same in [true, false] {
            #expect(["keep", "tell"].contains(decision(moved, .delivered, same: same)))
        }
    }

    @Test("what surely is not there changes nothing here", arguments: DeliveryState.allCases) func notThere(
        _ here: DeliveryState
    ) {
        for moved in [DeliveryState.pending, .waiting, .refused, .cancelled] {
            for same in [true, false] { #expect(decision(moved, here, same: same) == "keep") }
        }
    }

    @Test("what is there, or may be, is never sent again") func mayBeThere() {
        for here in [DeliveryState.pending, .waiting] {
            for moved in [DeliveryState.delivered, .unknown, .sending] {
                for same in [true, false] { #expect(decision(moved, here, same: same) == "take") }
            }
        }
        for here in [DeliveryState.refused, .cancelled] {
            #expect(decision(.delivered, here, same: false) == "take")
            #expect(decision(.unknown, here) == "mark" && decision(.sending, here, same: false) == "mark")
            #expect(decision(.unknown, here, same: false, isRestored: true) == "refuse")
        }
        #expect(decision(.delivered, .unknown, same: false) == "take")
        #expect(decision(.unknown, .unknown) == "keep" && decision(.unknown, .unknown, same: false) == "refuse")
        #expect(decision(.delivered, .sending) == "refuse" && decision(.unknown, .sending) == "keep")
        #expect(decision(.unknown, .sending, same: false) == "refuse")
    }

    @Test("that the file has it under another external id is told") func otherwise() {
        #expect(
            decision(.delivered, .delivered) == "keep" && decision(.delivered, .delivered, externalID: "2") == "tell")
        #expect(decision(.unknown, .delivered) == "keep" && decision(.unknown, .delivered, same: false) == "tell")
    }
}
