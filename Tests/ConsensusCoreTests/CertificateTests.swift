import ConsensusCore
import Primitives
import Testing

/// Spec 3.3, 3.6, 3.8: certificates as they form, what is final, and who is caught.
@Suite struct CertificateTests {
    @Test func aQuorumOfVotesFormsACertificateThatIsStoredAndEchoedOnce() {
        var bench = Bench(4, me: 0)
        bench.step(.vote(bench.vote(bench.nullify(1), by: 1)))
        bench.step(.vote(bench.vote(bench.nullify(1), by: 2)))
        let formed = bench.certificate(bench.nullify(1), by: [1, 2, 3])
        let effects = bench.step(.vote(bench.vote(bench.nullify(1), by: 3)))
        #expect(effects.prefix(2) == [.store(formed), .broadcast(formed)])
        #expect(bench.step(.certificate(formed)).certificates.isEmpty)
        #expect(bench.consensus.current == View(2))
    }

    @Test func ownVotesCountOnlyWhenTheyAreDurable() {
        var bench = Bench(1, me: 0)
        bench.step(.work)
        let block = bench.block(1)
        #expect(bench.step(.built(view: View(1), block)).certificates.isEmpty)
        let effects = bench.step(.voted(bench.vote(bench.notarize(block, in: 1), by: 0)))
        #expect(effects.certificates == [bench.certificate(bench.notarize(block, in: 1), by: [0])])
        #expect(effects.votes == [bench.finalize(block, in: 1)])
        #expect(
            bench.step(.voted(bench.vote(bench.finalize(block, in: 1), by: 0))).final.first?.map(\.block) == [
                block.hash
            ]
        )
    }

    @Test func votesFarAheadAreDroppedAndCertificatesTaken() {
        var bench = Bench(4, me: 0)
        for signer in 1...3 { bench.step(.vote(bench.vote(bench.nullify(3), by: signer))) }
        #expect(bench.consensus.current == View(1))
        bench.step(.certificate(bench.certificate(bench.nullify(7), by: [1, 2, 3])))
        #expect(bench.consensus.current == View(8))
    }

    /// Whoever casts two votes counts once, for the first; the second accuses it.
    @Test func theFirstVoteOfASignerStaysCounted() {
        var bench = Bench(4, me: 0)
        let (one, other) = (bench.block(1), bench.block(2))
        bench.step(.vote(bench.vote(bench.notarize(one, in: 1), by: 3)))
        let accusation = bench.step(.vote(bench.vote(bench.notarize(other, in: 1), by: 3)))
        #expect(accusation.evidence.map(\.signer) == [3])
        bench.step(.vote(bench.vote(bench.notarize(one, in: 1), by: 1)))
        let formed = bench.step(.vote(bench.vote(bench.notarize(one, in: 1), by: 2))).certificates
        #expect(formed == [bench.certificate(bench.notarize(one, in: 1), by: [1, 2, 3])])
    }

    /// Fewer than a quorum, another count of signatures, or a bitmap of another length: nothing to check.
    @Test func aCertificateIsACertificateOnlyWithAQuorumsSignaturesAndItsOwnBitmap() {
        let bench = Bench(4, me: 0)
        let whole = bench.certificate(bench.nullify(1), by: [0, 1, 2])
        #expect(whole.signatureClaims(in: bench.electorate)?.count == 3)
        #expect(bench.certificate(bench.nullify(1), by: [0, 1]).signatureClaims(in: bench.electorate) == nil)
        let signatures = Array(whole.signatures.prefix(2))
        let short = Certificate(body: whole.body, signers: whole.signers, signatures: signatures)
        #expect(short.signatureClaims(in: bench.electorate) == nil)
        let long = Certificate(
            body: whole.body,
            signers: SignerBitmap(signers: [0, 1, 2], of: 9),
            signatures: whole.signatures
        )
        #expect(long.signatureClaims(in: bench.electorate) == nil)
    }

    // MARK: - Finality

    @Test func aFinalizationMakesItsAncestorsFinalInHeightOrder() {
        var bench = Bench(4, me: 0)
        let first = bench.block(1)
        let second = bench.block(2, on: first)
        for block in [first, second] { bench.step(.executed(block)) }
        bench.step(.certificate(bench.certificate(bench.notarize(first, in: 1), by: [1, 2, 3])))
        bench.step(.certificate(bench.certificate(bench.nullify(2), by: [1, 2, 3])))
        let certificate = bench.certificate(bench.finalize(second, in: 3, on: 1), by: [1, 2, 3])
        let chain = bench.step(.certificate(certificate)).final.first ?? []
        #expect(chain.map(\.block) == [first.hash, second.hash])
        #expect(chain.map(\.view) == [View(1), View(3)])
        #expect(chain.last?.nullifications.map(\.view) == [View(2)])
        #expect(bench.consensus.finalView == View(3))
        #expect(bench.consensus.finalBlock == second)
    }

    @Test func aFinalizationWaitsForTheCertificatesBelowItAndAsksForThem() {
        var bench = Bench(4, me: 0)
        let first = bench.block(1)
        let second = bench.block(2, on: first)
        for block in [first, second] { bench.step(.executed(block)) }
        let effects = bench.step(
            .certificate(bench.certificate(bench.finalize(second, in: 3, on: 1), by: [1, 2, 3]))
        )
        #expect(effects.final.isEmpty)
        #expect(effects.requests == [View(2)])
        let more = bench.step(.certificate(bench.certificate(bench.nullify(2), by: [1, 2, 3])))
        #expect(more.requests == [View(1)])
        let last = bench.step(.certificate(bench.certificate(bench.notarize(first, in: 1), by: [1, 2, 3])))
        #expect(last.final.first?.map(\.block) == [first.hash, second.hash])
    }

    @Test func whatIsNotOnTheFinalChainIsForgotten() {
        var bench = Bench(4, me: 0)
        let final = bench.block(1)
        let loser = bench.block(2)
        let childOfLoser = bench.block(3, on: loser)
        for block in [final, loser, childOfLoser] { bench.step(.executed(block)) }
        bench.step(.certificate(bench.certificate(bench.finalize(final, in: 1), by: [1, 2, 3])))
        // Its block is asked for again: it is not held any more.
        let effects = bench.step(
            .certificate(bench.certificate(bench.notarize(childOfLoser, in: 2, on: 1), by: [1, 2, 3]))
        )
        #expect(effects.fetched == [childOfLoser.hash])
    }

    // MARK: - Contradictions

    @Test func twoNotarizationsOfOneViewStopTheNode() {
        var bench = Bench(4, me: 0)
        bench.step(.certificate(bench.certificate(bench.notarize(bench.block(1), in: 1), by: [1, 2, 3])))
        let effects = bench.step(
            .certificate(bench.certificate(bench.notarize(bench.block(2), in: 1), by: [0, 2, 3]))
        )
        #expect(effects.stops.count == 1)
        #expect(effects.evidence.map(\.signer) == [2, 3])
    }

    @Test func aFinalizationAndANullificationOfOneViewStopTheNode() {
        var bench = Bench(4, me: 0)
        bench.step(.certificate(bench.certificate(bench.nullify(1), by: [1, 2, 3])))
        let effects = bench.step(
            .certificate(bench.certificate(bench.finalize(bench.block(1), in: 1), by: [1, 2, 3]))
        )
        #expect(effects.stops.count == 1)
        #expect(effects.evidence.map(\.signer) == [1, 2, 3])
    }

    @Test func aCertifiedBlockThatIsInvalidStopsTheNode() {
        var bench = Bench(4, me: 0)
        let block = bench.block(1)
        bench.step(.certificate(bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])))
        #expect(bench.step(.invalid(block: block.hash)).stops.count == 1)
        #expect(bench.pass(60_000).votes.isEmpty)
    }

    // MARK: - Evidence

    /// What one signer cast before, what it casts now, whether that is evidence (spec 3.8).
    @Test func votesThatNoHonestValidatorCastsAreEvidence() {
        let bench = Bench(4, me: 0)
        let (one, other) = (bench.block(1), bench.block(2))
        let rows: [(VoteBody, VoteBody, Bool)] = [
            (bench.notarize(one, in: 1), bench.notarize(other, in: 1), true),
            (bench.finalize(one, in: 1), bench.finalize(other, in: 1), true),
            (bench.finalize(one, in: 1), bench.nullify(1), true),
            (bench.nullify(1), bench.finalize(one, in: 1), true),
            (bench.notarize(one, in: 1), bench.nullify(1), false),
            (bench.notarize(one, in: 1), bench.finalize(one, in: 1), false),
            (bench.notarize(one, in: 1), bench.notarize(one, in: 1), false),
            (bench.notarize(one, in: 1), bench.notarize(other, in: 2), false),
        ]
        for (first, second, isEvidence) in rows {
            var bench = Bench(4, me: 0)
            bench.step(.vote(bench.vote(first, by: 2)))
            let found = bench.step(.vote(bench.vote(second, by: 2))).evidence
            #expect(found.isEmpty != isEvidence, "\(first) then \(second)")
        }
    }

    // MARK: - A second instance (spec 3.7(6))

    @Test func aVoteUnderMyKeyThatINeverCastStopsMe() {
        var bench = Bench(4, me: 0)
        #expect(bench.step(.vote(bench.vote(bench.nullify(9), by: 0))).stops == [.secondInstance])
        #expect(bench.propose(bench.block(1), in: 1).votes.isEmpty)
    }

    @Test func suchAVoteInACertificateOrAmongHeldVotesStopsMeToo() {
        var bench = Bench(4, me: 0)
        #expect(
            bench.step(.certificate(bench.certificate(bench.nullify(1), by: [0, 1, 2]))).stops == [.secondInstance]
        )
        #expect(bench.consensus.current == View(2))
        bench = Bench(4, me: 0)
        #expect(bench.step(.heldVotes(from: 1, [bench.vote(bench.nullify(1), by: 0)])).stops == [.secondInstance])
    }

    @Test func myOwnVoteMayComeBackBeforeTheLogHasToldMe() {
        var bench = Bench(4, me: 0)
        let block = bench.block(1)
        bench.propose(block, in: 1)
        #expect(bench.step(.vote(bench.vote(bench.notarize(block, in: 1), by: 0))).stops.isEmpty)
    }

    /// At or below what vote log or store call final, one's votes are forgotten.
    @Test func votesAtOrBelowTheSignFloorRaiseNoAlarm() {
        var bench = Bench(4, me: 0, signFloor: View(5))
        #expect(bench.step(.heldVotes(from: 1, [bench.vote(bench.nullify(5), by: 0)])).stops.isEmpty)
        #expect(
            bench.step(.heldVotes(from: 1, [bench.vote(bench.nullify(6), by: 0)])).stops == [.secondInstance]
        )
    }
}
