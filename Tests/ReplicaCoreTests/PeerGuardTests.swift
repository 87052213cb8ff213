import ChainCore
import ConsensusCore
import LedgerCore
import Primitives
import ReplicaCore
import Testing

/// Spec 4.1: what peers send is judged before any signature is checked.
@Suite struct PeerGuardTests {
    private let bench = ReplicaBench(4, me: 0)
    private let now = Milliseconds(5_000)
    private var peer: PublicKey { bench.key(1) }
    private var other: PublicKey { bench.key(2) }

    private func connected() -> PeerGuard {
        var peers = PeerGuard()
        for key in [peer, other] { peers.connected(key, at: now) }
        return peers
    }

    /// Each kind of request, and what answers it.
    private func exchanges() throws -> [(request: PeerMessage, response: PeerMessage)] {
        let block = try bench.chain([[bench.payment(1)]])[0]
        return [
            (
                .syncRequest(SyncRequest(fromHeight: Height(1), blockCountMax: 64, maxBytes: 1)),
                .syncResponse(bench.range([block], by: [1, 2, 3]))
            ),
            (.blockRequest(BlockRequest(hash: block.hash)), .blockResponse(block)),
            (
                .bodyRequest(BodyRequest(block: block.hash, leaves: block.transactions.map(\.leaf))),
                .bodyResponse(BodyResponse(block: block.hash, transactions: block.transactions))
            ),
        ]
    }

    // MARK: - Asked or not

    @Test func anAnswerIsTakenOnceForEachRequestAndFromWhoWasAsked() throws {
        for (request, response) in try exchanges() {
            let fault = PeerGuard.Verdict.drop(.unasked(typeCode: response.typeCode))
            var peers = connected()
            #expect(peers.judge(response, from: peer, at: now) == fault, "nobody asked")
            peers.sent(request, to: [peer])
            #expect(peers.judge(response, from: other, at: now) == fault, "somebody else was asked")
            #expect(peers.judge(response, from: peer, at: now) == .take)
            #expect(peers.judge(response, from: peer, at: now) == fault, "it was answered already")
            peers.sent(request, to: [peer])
            peers.sent(request, to: [peer])
            #expect(peers.judge(response, from: peer, at: Milliseconds(900_000)) == .take, "late is not wrong")
            #expect(peers.judge(response, from: peer, at: now) == .take)
            #expect(peers.judge(response, from: peer, at: now) == fault)
            peers.sent(request, to: [peer])
            peers.disconnected(peer)
            peers.connected(peer, at: now)
            #expect(peers.judge(response, from: peer, at: now) == fault, "that was another session")
        }
    }

    @Test func aBlockOrBodyThatWasNotNamedIsUnasked() throws {
        let blocks = try bench.chain([[bench.payment(1)], [bench.payment(2)]])
        let (one, two) = (blocks[0], blocks[1])
        var peers = connected()
        peers.sent(.blockRequest(BlockRequest(hash: one.hash)), to: [peer])
        peers.sent(.bodyRequest(BodyRequest(block: one.hash, leaves: one.transactions.map(\.leaf))), to: [peer])
        for response in [
            PeerMessage.blockResponse(two),
            .bodyResponse(BodyResponse(block: two.hash, transactions: one.transactions)),
            .bodyResponse(BodyResponse(block: one.hash, transactions: two.transactions)),
            .bodyResponse(BodyResponse(block: one.hash, transactions: one.transactions + two.transactions)),
            .bodyResponse(BodyResponse(block: one.hash, transactions: one.transactions + one.transactions)),
        ] {
            #expect(peers.judge(response, from: peer, at: now) == .drop(.unasked(typeCode: response.typeCode)))
        }
        // None of that has used the requests up.
        #expect(peers.judge(.blockResponse(one), from: peer, at: now) == .take)
        let bodies = PeerMessage.bodyResponse(BodyResponse(block: one.hash, transactions: one.transactions))
        #expect(peers.judge(bodies, from: peer, at: now) == .take)
    }

    /// Whoever could answer with more than was asked for would keep all others' ranges waiting for its signatures.
    @Test func aRangeBeginsWhereItWasAskedForAndHoldsNoMore() throws {
        let blocks = try bench.chain([[bench.payment(1)], [bench.payment(2)], [bench.payment(3)]])
        let bytes = UInt32(blocks[0].transactions[0].byteCount)
        func range(_ heights: ClosedRange<Int>) -> PeerMessage {
            .syncResponse(bench.range(Array(blocks[(heights.lowerBound - 1)..<heights.upperBound]), by: [1, 2, 3]))
        }
        let nothing = PeerMessage.syncResponse(SyncResponse(blocks: [], headers: [], finalization: nil))
        let cases: [(what: String, from: UInt64, count: UInt32, bytes: UInt32, answer: PeerMessage, isTaken: Bool)] = [
            ("all of it", 1, 3, 3 * bytes, range(1...3), true),
            ("less than asked for", 1, 3, 3 * bytes, range(1...1), true),
            ("nothing", 1, 3, 3 * bytes, nothing, true),
            ("from another height", 1, 3, 3 * bytes, range(2...3), false),
            ("from another height", 2, 3, 3 * bytes, range(1...3), false),
            ("more blocks", 1, 2, 3 * bytes, range(1...3), false),
            ("more bytes", 1, 3, 3 * bytes - 1, range(1...3), false),
            ("one block alone, larger than asked for", 1, 3, 1, range(1...1), true),
        ]
        for (what, from, count, bytes, answer, isTaken) in cases {
            var peers = connected()
            let request = SyncRequest(fromHeight: Height(from), blockCountMax: count, maxBytes: bytes)
            peers.sent(.syncRequest(request), to: [peer])
            let verdict = peers.judge(answer, from: peer, at: now)
            #expect(verdict == (isTaken ? .take : .drop(.unasked(typeCode: answer.typeCode))), "\(what)")
        }
    }

    @Test func rangesMayComeInAnyOrderAndOfTooManyRequestsTheOldestIsForgotten() throws {
        let blocks = try bench.chain([[bench.payment(1)], [bench.payment(2)]])
        let answers = blocks.map { PeerMessage.syncResponse(bench.range([$0], by: [1, 2, 3])) }
        var peers = connected()
        for height in [1, 2] as [UInt64] {
            let request = SyncRequest(fromHeight: Height(height), blockCountMax: 1, maxBytes: 1)
            peers.sent(.syncRequest(request), to: [peer])
        }
        for answer in answers.reversed() { #expect(peers.judge(answer, from: peer, at: now) == .take) }
        for height in [1, 2] + [UInt64](repeating: 2, count: 15) {
            let request = SyncRequest(fromHeight: Height(height), blockCountMax: 1, maxBytes: 1)
            peers.sent(.syncRequest(request), to: [peer])
        }
        #expect(peers.judge(answers[0], from: peer, at: now) != .take, "seventeen were asked for")
        for _ in 0..<16 { #expect(peers.judge(answers[1], from: peer, at: now) == .take) }
        #expect(peers.judge(answers[1], from: peer, at: now) != .take)
    }

    /// Seed 143: what was asked of one block twice, the second time less, was answered in the other order.
    @Test func answersToOverlappingRequestsMayComeInAnyOrder() throws {
        let block = try bench.chain([[bench.payment(1), bench.payment(2), bench.payment(3)]])[0]
        func bodies(_ places: [Int]) -> PeerMessage {
            .bodyResponse(BodyResponse(block: block.hash, transactions: places.map { block.transactions[$0] }))
        }
        let questions = [[0, 1, 2], [1, 2], [0, 2]]
        for answers in [[[0, 1, 2], [1, 2], [0, 2]], [[0, 2], [1, 2], [0, 1, 2]], [[2], [0, 2], [0, 1, 2]]] {
            var peers = connected()
            for question in questions {
                let leaves = question.map { block.transactions[$0].leaf }
                peers.sent(.bodyRequest(BodyRequest(block: block.hash, leaves: leaves)), to: [peer])
            }
            for answer in answers { #expect(peers.judge(bodies(answer), from: peer, at: now) == .take, "\(answer)") }
            #expect(peers.judge(bodies([0]), from: peer, at: now) == .drop(.unasked(typeCode: 9)), "no fourth answer")
        }
    }

    @Test func whatIsHeldUnderMyKeyIsSaidOnceInASession() {
        let held = PeerMessage.heldVotes(HeldVotes(epoch: .zero, finalView: .zero, votes: []))
        var peers = connected()
        #expect(peers.judge(held, from: peer, at: now) == .take)
        #expect(peers.judge(held, from: peer, at: now) == .drop(.unasked(typeCode: held.typeCode)))
        #expect(peers.judge(held, from: other, at: now) == .take)
        peers.disconnected(peer)
        peers.connected(peer, at: now)
        #expect(peers.judge(held, from: peer, at: now) == .take)
    }

    @Test func theOldestOfTooManyOpenRequestsIsForgotten() throws {
        let block = try bench.chain([[bench.payment(1)]])[0]
        var peers = connected()
        peers.sent(.blockRequest(BlockRequest(hash: block.hash)), to: [peer])
        for number in 0..<1_024 as Range<UInt64> {
            let hash = Hash32(words: Words32(number, 0, 0, 1))
            peers.sent(.blockRequest(BlockRequest(hash: hash)), to: [peer])
        }
        #expect(peers.judge(.blockResponse(block), from: peer, at: now) != .take)
    }

    /// The body of a block and what asks for it, and for a block that no request names.
    private func bodies() throws -> (request: PeerMessage, answer: PeerMessage, other: PeerMessage) {
        let block = try bench.chain([[bench.payment(1)]])[0]
        return (
            .bodyRequest(BodyRequest(block: block.hash, leaves: block.transactions.map(\.leaf))),
            .bodyResponse(BodyResponse(block: block.hash, transactions: block.transactions)),
            .bodyRequest(BodyRequest(block: .zero, leaves: [.zero]))
        )
    }

    /// Seed 28054 of the simulator: a body that nobody had was asked for every 50 ms, and answers about another block were dropped.
    @Test func whatNobodyAnswersPushesOutNoOtherRequest() throws {
        let (request, answer, other) = try bodies()
        var peers = connected()
        for _ in 0..<7 { peers.sent(request, to: [peer]) }
        for _ in 0..<500 { peers.sent(other, to: [peer]) }
        for _ in 0..<7 { #expect(peers.judge(answer, from: peer, at: now) == .take) }
        #expect(peers.judge(answer, from: peer, at: now) != .take)
    }

    @Test func ofTooManyRequestsForOneBlockTheOldestIsForgotten() throws {
        let (request, answer, _) = try bodies()
        var peers = connected()
        for _ in 0..<65 { peers.sent(request, to: [peer]) }
        for _ in 0..<64 { #expect(peers.judge(answer, from: peer, at: now) == .take) }
        #expect(peers.judge(answer, from: peer, at: now) != .take)
    }

    // MARK: - Too much

    /// One of each message that costs a turn of the loop or a signature.
    private func cheap() throws -> [PeerMessage] {
        let block = try bench.chain([[]])[0]
        let vote = bench.vote(bench.notarize(block, in: 1), by: 1)
        return [
            .vote(vote), .certificate(bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])),
            .proposal(bench.proposal(block, in: 1)), .evidence(try #require(bench.evidence(against: 3))),
            bench.status(height: 1), .certificateRequest(CertificateRequest(epoch: .zero, view: View(1))),
            .bodyRequest(BodyRequest(block: .zero, leaves: [.zero])), .blockRequest(BlockRequest(hash: .zero)),
            .syncRequest(SyncRequest(fromHeight: .zero, blockCountMax: 1, maxBytes: 1)), .announce([.zero]),
            .transactionRequest([.zero]), .transactions([]),
        ]
    }

    @Test func aFloodOfAnythingIsDroppedAndThenEndsTheSessionOfWhoSendsIt() throws {
        for message in try cheap() {
            var peers = connected()
            var verdicts: [PeerGuard.Verdict: Int] = [:]
            let end = PeerGuard.Verdict.disconnect(.tooMuch(typeCode: message.typeCode))
            while verdicts[end] == nil, verdicts[.take, default: 0] < 70_000 {
                verdicts[peers.judge(message, from: peer, at: now), default: 0] += 1
            }
            let taken = verdicts[.take] ?? 0
            #expect((1...65_536).contains(taken), "type \(message.typeCode): \(taken)")
            #expect(verdicts[.drop(.tooMuch(typeCode: message.typeCode))] == 4_096)
            #expect(verdicts[end] == 1)
            // Whatever else it sends in this session is dropped, and nobody is told twice.
            for later in try cheap() {
                guard case .drop = peers.judge(later, from: peer, at: Milliseconds(60_000)) else {
                    Issue.record("type \(later.typeCode) is taken of a peer that was condemned")
                    continue
                }
            }
            #expect(peers.condemn(peer) == false)
            #expect(peers.judge(message, from: other, at: now) == .take, "the others are not to blame")
            peers.disconnected(peer)
            peers.connected(peer, at: now)
            #expect(peers.judge(message, from: peer, at: now) == .take, "a new session")
        }
    }

    @Test func anAnswerThatNobodyAskedForOverAndOverEndsTheSession() throws {
        for (_, response) in try exchanges() {
            var peers = connected()
            for _ in 0..<4_096 {
                #expect(peers.judge(response, from: peer, at: now) == .drop(.unasked(typeCode: response.typeCode)))
            }
            #expect(peers.judge(response, from: peer, at: now) == .disconnect(.unasked(typeCode: response.typeCode)))
        }
    }

    /// What a validator of a busy network sends in a second, for ten minutes, and all that piled up in one.
    @Test func aBusyHonestPeerIsNeverTurnedAway() throws {
        let block = try bench.chain([[]])[0]
        let second: [(PeerMessage, Int)] = [
            (bench.status(height: 1), 2), (.vote(bench.vote(bench.notarize(block, in: 1), by: 1)), 300),
            (.certificate(bench.certificate(bench.notarize(block, in: 1), by: [1, 2, 3])), 300),
            (.announce([Hash32](repeating: .zero, count: 50)), 200),
            (.transactionRequest([Hash32](repeating: .zero, count: 50)), 200), (.transactions([]), 200),
            (.syncRequest(SyncRequest(fromHeight: .zero, blockCountMax: 64, maxBytes: 1)), 50),
        ]
        var peers = connected()
        var time = now
        for _ in 0..<600 {
            time = time.adding(Milliseconds(1_000))
            for (message, count) in second {
                for _ in 0..<count { #expect(peers.judge(message, from: peer, at: time) == .take) }
            }
        }
        // This node was asleep for 20 s; all of it arrives at once.
        time = time.adding(Milliseconds(20_000))
        for _ in 0..<20 {
            for (message, count) in second {
                for _ in 0..<count { #expect(peers.judge(message, from: peer, at: time) == .take) }
            }
        }
    }

    @Test func whoIsCondemnedIsCondemnedOnce() {
        var peers = connected()
        #expect(!peers.isCondemned(peer))
        #expect(peers.condemn(peer) == true)
        #expect(peers.isCondemned(peer) && !peers.isCondemned(other))
        #expect(peers.condemn(peer) == false)
        peers.disconnected(peer)
        // What was still being checked when the session ended isn't worth it any more.
        #expect(peers.isCondemned(peer))
        #expect(peers.condemn(peer) == false)
    }
}
