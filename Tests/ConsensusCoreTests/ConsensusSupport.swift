import ConsensusCore
import Cryptography
import Primitives

/// One validator's consensus with everything around it played by the test.
struct Bench {
    let electorate: Electorate
    var consensus: Consensus
    /// Wall clock and monotonic clock, apart so that nobody mixes them up.
    var wall: UInt64 = 1_000_000
    var monotonic: UInt64 = 5_000

    static let genesis = BlockFacts(
        hash: hash(0),
        parent: .zero,
        height: .zero,
        time: Milliseconds(1_000_000 - 60_000),
        hasTransactions: false
    )

    init(
        _ count: Int,
        me: Int?,
        ownVotes: [Vote] = [],
        signFloor: View = .zero,
        mode: SigningMode = .signing,
        heartbeat: UInt64 = 0,
        answered: Bool = true
    ) {
        let validators = (0..<count).map { index in
            let keys = (0..<4).map { PublicKey(words: Words32(UInt64(index) << 8, UInt64($0), 7, 7)) }
            return Validator(
                name: "v\(index)",
                consensusKey: keys[0],
                nodeKey: keys[1],
                noteKey: keys[2],
                payoutAccount: AccountID(keys[3])
            )
        }
        electorate = Electorate(network: .zero, epoch: .zero, validators: ValidatorSet(validators))
        var pace = Pace.lan(blockInterval: Milliseconds(100))
        pace.heartbeat = Milliseconds(heartbeat)
        consensus = Consensus(
            electorate: electorate,
            me: me,
            pace: pace,
            finalBlock: Self.genesis,
            finalView: .zero,
            finalCertificate: nil,
            mode: mode,
            ownVotes: ownVotes,
            signFloor: signFloor,
            seed: 1,
            at: Moment(wall: Milliseconds(wall), monotonic: Milliseconds(monotonic))
        )
        guard answered else { return }
        for peer in 0..<count where peer != me {
            step(.connected(peer))
            step(.heldVotes(from: peer, []))
        }
    }

    static func hash(_ number: UInt64) -> Hash32 { Hash32(words: Words32(number, 0, 0, 1)) }

    // MARK: - Events

    @discardableResult
    mutating func step(_ event: ConsensusEvent) -> [ConsensusEffect] {
        consensus.step(event, at: Moment(wall: Milliseconds(wall), monotonic: Milliseconds(monotonic)))
    }

    @discardableResult
    mutating func pass(_ milliseconds: UInt64) -> [ConsensusEffect] {
        wall += milliseconds
        monotonic += milliseconds
        return step(.tick)
    }

    /// A proposal whose block is valid and here already.
    @discardableResult
    mutating func propose(_ block: BlockFacts, in view: UInt64, on parentView: UInt64 = 0) -> [ConsensusEffect] {
        step(.executed(block)) + step(.proposal(proposal(block, in: view, on: parentView)))
    }

    // MARK: - Values

    func leader(of view: UInt64) -> Int { electorate.validators.leader(of: View(view), in: .zero) }

    func block(_ number: UInt64, on parent: BlockFacts = Bench.genesis, time: UInt64? = nil) -> BlockFacts {
        BlockFacts(
            hash: Self.hash(number),
            parent: parent.hash,
            height: parent.height.next,
            time: Milliseconds(time ?? parent.time.number + 100),
            hasTransactions: false
        )
    }

    func proposal(_ block: BlockFacts, in view: UInt64, on parentView: UInt64 = 0) -> ProposalFacts {
        let leader = leader(of: view)
        return ProposalFacts(
            vote: vote(notarize(block, in: view, on: parentView), by: leader),
            parent: block.parent,
            time: block.time,
            proposer: UInt16(leader)
        )
    }

    func notarize(_ block: BlockFacts, in view: UInt64, on parentView: UInt64 = 0) -> VoteBody {
        .notarize(epoch: .zero, view: View(view), parentView: View(parentView), block: block.hash)
    }

    func finalize(_ block: BlockFacts, in view: UInt64, on parentView: UInt64 = 0) -> VoteBody {
        .finalize(epoch: .zero, view: View(view), parentView: View(parentView), block: block.hash)
    }

    func nullify(_ view: UInt64) -> VoteBody { .nullify(epoch: .zero, view: View(view)) }

    func vote(_ body: VoteBody, by signer: Int) -> Vote {
        Vote(body: body, signer: UInt16(signer), signature: Signature(r: Bench.hash(UInt64(signer)).words, s: .zero))
    }

    func certificate(_ body: VoteBody, by signers: [Int]) -> Certificate {
        Certificate(body: body, votes: signers.map { vote(body, by: $0) }, validatorCount: electorate.validators.count)
    }
}

extension [ConsensusEffect] {
    /// The votes that are ordered, in order; a proposal's notarize among them.
    var votes: [VoteBody] {
        compactMap { effect in
            switch effect {
            case .vote(let body): body
            case .propose(let plan): plan.body
            default: nil
            }
        }
    }

    var certificates: [Certificate] {
        compactMap { if case .broadcast(let certificate) = $0 { certificate } else { nil } }
    }

    var evidence: [Evidence] { compactMap { if case .evidence(let evidence) = $0 { evidence } else { nil } } }
    var final: [[Justified]] { compactMap { if case .finalized(let chain) = $0 { chain } else { nil } } }
    var requests: [View] { compactMap { if case .request(let view) = $0 { view } else { nil } } }
    var retries: [RetryPlan] { compactMap { if case .retry(let plan) = $0 { plan } else { nil } } }
    var stops: [SigningMode] { compactMap { if case .stopped(let mode) = $0 { mode } else { nil } } }

    var builds: [View] {
        compactMap { if case .build(let view, _, _) = $0 { view } else { nil } }
    }

    var fetched: [Hash32] {
        compactMap { if case .fetch(let block, _) = $0 { block } else { nil } }
    }
}
