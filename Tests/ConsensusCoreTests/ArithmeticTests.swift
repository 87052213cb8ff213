import ConsensusCore
import Primitives
import Testing

/// Spec 3.1: quorums and leaders.
@Suite struct ArithmeticTests {
    /// n, f, q.
    @Test(arguments: [
        (1, 0, 1), (2, 0, 2), (3, 0, 3), (4, 1, 3), (5, 1, 4), (6, 1, 5), (7, 2, 5), (10, 3, 7), (13, 4, 9),
        (31, 10, 21),
    ])
    func quorumsAreAsTheTableSays(_ count: Int, _ faultyMax: Int, _ quorum: Int) {
        let validators = Bench(count, me: 0).electorate.validators
        #expect(validators.faultyMax == faultyMax)
        #expect(validators.quorum == quorum)
    }

    @Test(arguments: 1...31) func twoQuorumsShareAnHonestValidatorAndTheHonestAreOne(_ count: Int) {
        let validators = Bench(count, me: 0).electorate.validators
        #expect(2 * validators.quorum - count > validators.faultyMax)
        #expect(count - validators.faultyMax >= validators.quorum)
    }

    @Test func theLeaderRotatesWithViewAndEpoch() {
        let validators = Bench(4, me: 0).electorate.validators
        #expect((1...5).map { validators.leader(of: View($0), in: .zero) } == [1, 2, 3, 0, 1])
        #expect((1...5).map { validators.leader(of: View($0), in: Epoch(1)) } == [2, 3, 0, 1, 2])
    }

    @Test func theLeaderOfTheLastPossibleViewIsFoundWithoutOverflow() {
        let validators = Bench(4, me: 0).electorate.validators
        #expect(validators.leader(of: View(.max), in: Epoch(.max)) == 2)
    }
}
