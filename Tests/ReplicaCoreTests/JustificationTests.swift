import ChainCore
import ConsensusCore
import Primitives
import Testing

/// Spec 3.11: a justification is over its block, on its parent's view, and shows that every view between was skipped.
@Suite struct JustificationTests {
    private let bench = ReplicaBench(4, me: 0)

    private func nullifications(_ views: [UInt64]) -> [Certificate] {
        views.map { bench.certificate(.nullify(epoch: .zero, view: View($0)), by: [1, 2, 3]) }
    }

    @Test(
        arguments: [
            ([3, 4], true), ([], false), ([3], false), ([4], false), ([3, 3], false), ([4, 3], false),
            ([3, 4, 5], false), ([2, 3, 4], false),
        ] as [([UInt64], Bool)]
    )
    func everyViewBetweenIsNullifiedOnceAndInOrder(_ views: [UInt64], _ holds: Bool) throws {
        let block = try bench.chain([[]])[0]
        let why = Justification(
            certificate: bench.certificate(bench.notarize(block, in: 5, on: 2), by: [1, 2, 3]),
            nullifications: nullifications(views)
        )
        #expect(why.covers(block.hash) == holds)
    }

    @Test func itIsOverTheBlockAndAfterItsParent() throws {
        let block = try bench.chain([[]])[0]
        let next = Justification(
            certificate: bench.certificate(bench.notarize(block, in: 3, on: 2), by: [1, 2, 3]),
            nullifications: []
        )
        #expect(next.covers(block.hash))
        #expect(!next.covers(block.parent))
        let backwards = Justification(
            certificate: bench.certificate(bench.notarize(block, in: 2, on: 2), by: [1, 2, 3]),
            nullifications: []
        )
        #expect(!backwards.covers(block.hash))
    }
}
