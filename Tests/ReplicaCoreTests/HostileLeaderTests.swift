import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import ReplicaCore
import Testing

/// What the leader of a view may write into a header that nobody has to accept.
@Suite struct HostileLeaderTests {
    typealias Change = @Sendable (inout Header) -> Void

    static let extremes: [(String, Change)] = [
        ("version", { $0.version = .max }), ("epoch", { $0.epoch = Epoch(.max) }),
        ("height", { $0.height = Height(.max) }), ("height zero", { $0.height = .zero }),
        ("parent", { $0.parent = .zero }), ("time", { $0.time = Milliseconds(.max) }),
        ("time zero", { $0.time = .zero }), ("floor", { $0.floor = .max }), ("cost", { $0.cost = .max }),
        ("price", { $0.price = .max }), ("shares", { $0.shares = .max }),
        ("transactionBytes", { $0.transactionBytes = .max }), ("logSize", { $0.logSize = .max }),
        ("logRoot", { $0.logRoot = .zero }), ("stateRoot", { $0.stateRoot = .zero }),
        ("evidenceHash", { $0.evidenceHash = Hash32(words: Words32(1, 2, 3, 4)) }),
        ("changeHash", { $0.changeHash = Hash32(words: Words32(1, 2, 3, 4)) }),
        ("validatorsHash", { $0.validatorsHash = .zero }), ("nextValidatorsHash", { $0.nextValidatorsHash = .zero }),
    ]

    /// Whatever stands there: no trap, no vote for it, no block stored, and the view goes by.
    @Test(arguments: Self.extremes.indices) func noFieldOfAHeaderCanStopANode(_ index: Int) throws {
        let (name, change) = Self.extremes[index]
        var bench = ReplicaBench(4, me: 0)
        let good = try bench.chain([[bench.payment(1)]])[0]
        var header = good.header
        change(&header)
        let block = Block(
            header: header,
            network: bench.rules.network,
            transactions: good.transactions,
            evidence: []
        )
        let bodies = BodyResponse(block: block.hash, transactions: block.transactions)
        var effects = bench.hear(.proposal(bench.proposal(block, in: 1)), from: 1)
        effects += bench.hear(.bodyResponse(bodies), from: 1)
        for _ in 0..<20 { effects += bench.pass(100) }
        #expect(!effects.votes.contains(bench.notarize(block, in: 1)), "\(name)")
        #expect(effects.votes.contains(.nullify(epoch: .zero, view: View(1))), "\(name)")
        #expect(!effects.stored.contains(block.hash) || name == "time", "\(name)")
        #expect(effects.halts.isEmpty)
        #expect(bench.replica.consensus.mode == .signing)
        // The next leader goes on.
        bench.hear(.certificate(bench.certificate(.nullify(epoch: .zero, view: View(1)), by: [1, 2, 3])), from: 1)
        #expect(bench.replica.consensus.current == View(2))
        #expect(bench.replica.consensus.isArmed)
    }

    /// The same in a status: hints, and no more.
    @Test func noFieldOfAStatusCanStopANode() {
        for number in [0, 1, .max - 1, .max] as [UInt64] {
            var bench = ReplicaBench(4, me: 0)
            let status = Status(
                epoch: Epoch(number),
                finalHeight: Height(number),
                finalView: View(number),
                finalHash: .zero,
                currentView: View(number),
                wallClock: Milliseconds(number)
            )
            for peer in 1...3 { bench.hear(.status(status), from: peer) }
            for _ in 0..<100 { bench.pass(100) }
            #expect(bench.replica.nodeState.view == View(1))
            #expect(bench.replica.consensus.current == View(1))
            #expect(!bench.replica.consensus.isArmed)
        }
    }

    @Test func noNumberInARequestCanStopANode() {
        var bench = ReplicaBench(4, me: 0)
        for number in [0, 1, .max] as [UInt64] {
            for epoch in [0, 1, .max] as [UInt64] {
                let request = CertificateRequest(epoch: Epoch(epoch), view: View(number))
                #expect(bench.hear(.certificateRequest(request), from: 1).sent.isEmpty)
            }
            let range = SyncRequest(fromHeight: Height(number), blockCountMax: .max, maxBytes: .max)
            let served = bench.hear(.syncRequest(range), from: 1).contains {
                if case .serveSync(range, _) = $0 { true } else { false }
            }
            #expect(served)
        }
        for view in [0, 2, 3, .max] as [UInt64] {
            let vote = bench.vote(.nullify(epoch: .zero, view: View(view)), by: 1)
            #expect(bench.hear(.vote(vote), from: 1).votes.isEmpty)
        }
        #expect(bench.replica.consensus.current == View(1))
    }
}
