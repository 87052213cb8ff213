import ChainCore
import ConsensusCore
import Cryptography
import Primitives
import ReplicaCore
import Simulator
import Testing

/// Spec 3.8: which evidence may stand in a block.
@Suite struct EvidenceRulesTests {
    private let bench = ReplicaBench(4, me: 0)

    private func evidence(against signer: Int, view: UInt64 = 1, epoch: UInt64 = 0) -> Evidence? {
        func vote(_ body: VoteBody) -> Vote {
            Vote(
                body: body,
                signer: UInt16(signer),
                signature: bench.federation.validatorKeys[signer].sign(body.message(network: bench.rules.network))
            )
        }
        return Evidence(
            vote(.nullify(epoch: Epoch(epoch), view: View(view))),
            vote(.finalize(epoch: Epoch(epoch), view: View(view), parentView: .zero, block: .zero))
        )
    }

    @Test func eachSignerIsNamedOnceOnAChainAndAtMostEverybodyInABlock() throws {
        let all = try (0..<4).map { try #require(evidence(against: $0)) }
        let again = try #require(evidence(against: 2, view: 9))
        let rows: [([Evidence], [Evidence], Bool)] = [
            ([], [], true), ([all[2]], [], true), (all, [], true), ([all[2]], [all[1]], true),
            ([all[2]], [all[2]], false), ([again], [all[2]], false), ([all[2], again], [], false),
            ([all[2], all[2]], [], false), (all + [again], [], false),
        ]
        for (index, (block, before, isAdmitted)) in rows.enumerated() {
            #expect(bench.rules.admits(block, accused: Set(before.map(Accused.init))) == isAdmitted, "row \(index)")
        }
    }

    /// One hash stands for all evidence since genesis, in its order.
    @Test func theEvidenceHashIsOverAllThatCameBefore() throws {
        let (one, two) = (try #require(evidence(against: 1)), try #require(evidence(against: 2)))
        let first = bench.rules.evidenceHash(after: .zero, [one])
        let second = bench.rules.evidenceHash(after: first, [two])
        var body = WireWriter()
        body.write(first)
        body.write(vector: [two])
        #expect(second == Hash32(tag: .evidence, network: bench.rules.network, body: body.bytes))
        #expect(second != bench.rules.evidenceHash(after: .zero, [two]))
        #expect(bench.rules.evidenceHash(after: second, []) == second)
    }

    /// The first epoch has none before it.
    @Test(arguments: [(0, true), (1, false), (2, false), (.max, false)] as [(UInt64, Bool)])
    func onlyTheBlocksEpochAndTheOneBeforeCount(_ epoch: UInt64, _ isAdmitted: Bool) throws {
        let item = try #require(evidence(against: 2, epoch: epoch))
        #expect(bench.rules.admits([item], accused: []) == isAdmitted)
        // No gate lets a vote of another epoch through either.
        #expect((Verified.check(item, in: bench.rules.electorate, by: MockScheme()) != nil) == isAdmitted)
    }

    /// What a peer passes on is checked by both signatures, and by whether they contradict each other at all.
    @Test func evidenceWithOneForgedVoteIsNoEvidence() throws {
        let good = try #require(evidence(against: 2))
        let forged = try #require(
            Evidence(good.first, Vote(body: good.second.body, signer: good.second.signer, signature: .zero))
        )
        #expect(Verified.check(good, in: bench.rules.electorate, by: MockScheme()) != nil)
        #expect(Verified.check(forged, in: bench.rules.electorate, by: MockScheme()) == nil)
    }

    /// A hundred misdeeds of one validator are stored once and stand in a block once.
    @Test func aNodeKeepsOneEvidenceAgainstEach() throws {
        var bench = ReplicaBench(4, me: 1)
        var stored = 0
        for view in 1...100 as ClosedRange<UInt64> {
            for signer in [2, 3] {
                let item = try #require(evidence(against: signer, view: view))
                stored += bench.hear(.evidence(item), from: 0).count {
                    if case .storeEvidence = $0 { true } else { false }
                }
            }
        }
        #expect(stored == 2)
        let drafts = bench.step(.submitted([bench.payment(1)], Ticket(1))).compactMap {
            if case .propose(let draft) = $0 { draft.evidence.map(\.signer) } else { nil }
        }
        #expect(drafts == [[2, 3]])
    }
}
