import LedgerCore
import NodeRuntime
import Primitives
import Testing

struct PaymentStepsTests {
    @Test func givesEachStepItsLength() {
        var steps = PaymentSteps()
        steps.submitted(id(1), at: 100)
        steps.proposed(block(1), view: View(1), at: 130)
        steps.notarized(block(1), at: 170)
        steps.finalized(block(1), at: 220)
        let lengths = steps.committed(block(1), view: View(1), transactions: [id(1), id(2)], at: 290)
        #expect(lengths.waiting == [30], "the second one came through another node")
        #expect(lengths.notarizing == 40)
        #expect(lengths.finalizing == 50)
        #expect(lengths.committing == 70)
        #expect(lengths.settling == [190])
        #expect(steps.isEmpty)
    }

    @Test func leavesOutABlockThatItDidNotSeeProposed() {
        var steps = PaymentSteps()
        steps.submitted(id(1), at: 100)
        steps.notarized(block(1), at: 170)
        steps.finalized(block(1), at: 220)
        #expect(steps.committed(block(1), view: View(1), transactions: [id(1)], at: 290) == PaymentSteps.Lengths())
        #expect(steps.isEmpty)
    }

    @Test func countsTheFirstSubmissionAndTheFirstNotarization() {
        var steps = PaymentSteps()
        for time: UInt64 in [10, 20] { steps.submitted(id(1), at: time) }
        for time: UInt64 in [30, 31] { steps.proposed(block(1), view: View(1), at: time) }
        for time: UInt64 in [40, 45] { steps.notarized(block(1), at: time) }
        steps.finalized(block(1), at: 50)
        let lengths = steps.committed(block(1), view: View(1), transactions: [id(1)], at: 60)
        #expect(lengths.waiting == [20])
        #expect(lengths.notarizing == 10)
    }

    @Test func forgetsWhatCannotBecomeFinal() {
        var steps = PaymentSteps()
        steps.submitted(id(1), at: 0)
        steps.left(id(1))
        steps.proposed(block(1), view: View(1), at: 1)
        steps.proposed(block(2), view: View(2), at: 2)
        _ = steps.committed(block(2), view: View(2), transactions: [], at: 3)
        #expect(steps.isEmpty)
    }

    private func id(_ number: UInt64) -> TransactionID { TransactionID(words: Words32(number, 0, 0, 0)) }
    private func block(_ number: UInt64) -> Hash32 { Hash32(words: Words32(number, 0, 0, 0)) }
}
