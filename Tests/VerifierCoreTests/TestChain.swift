import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives

/// A network whose every key the test holds, and the chain it has made so far.
///
/// It builds blocks with the ledger and signs what a quorum would sign; nothing in it is the verifier's.
struct TestChain {
    let genesis: Genesis
    let consensusKeys: [SigningKey]
    let payers: [SigningKey]
    let rules: ChainRules
    var ledger: Ledger
    var header: Header
    var hash: Hash32
    var view = View.zero
    var blocks: [JustifiedBlock] = []
    private var nonce: UInt64 = 0

    init(validators count: Int, payers payerCount: Int = 3, parameters: Parameters = .defaults, name: String = "node")
        throws
    {
        let keys = (0..<count).map { Self.key(1, $0) }.sorted { $0.publicKey < $1.publicKey }
        let validators = keys.enumerated().map { index, key in
            Validator(
                name: "\(name) \(index)",
                consensusKey: key.publicKey,
                nodeKey: Self.key(2, index).publicKey,
                noteKey: Self.key(3, index).publicKey,
                payoutAccount: AccountID(Self.key(4, index).publicKey)
            )
        }
        payers = (0..<payerCount).map { Self.key(5, $0) }
        genesis = try Genesis(
            parameters: parameters,
            time: Milliseconds(1_700_000_000_000),
            accounts: payers.map {
                GenesisAccount(id: AccountID($0.publicKey), balance: Amount(units: 1_000_000_000))
            },
            validators: validators
        )
        consensusKeys = keys
        rules = ChainRules(genesis: genesis)
        ledger = Ledger(genesis: genesis)
        header = rules.genesisHeader(ledger.head)
        hash = header.hash(network: genesis.networkID)
    }

    static func key(_ role: UInt8, _ index: Int) -> SigningKey {
        let place = [UInt8(index & 0xFF), UInt8(index >> 8 & 0xFF) ^ 7, UInt8(index >> 16) ^ 7]
        guard let key = SigningKey(seed: [role] + place + [UInt8](repeating: 7, count: 28)) else {
            preconditionFailure("any 32 bytes are a seed")
        }
        return key
    }

    var network: NetworkID { genesis.networkID }
    var electorate: Electorate { rules.electorate }
    var quorum: [Int] { Array(0..<electorate.validators.quorum) }

    // MARK: - Making blocks

    func account(_ index: Int) -> AccountID { AccountID(payers[index].publicKey) }

    func sign(_ transaction: Transaction, by key: SigningKey) -> IdentifiedTransaction {
        let signature = key.sign(transaction.id(in: network).signingBytes)
        return IdentifiedTransaction(
            SignedTransaction(transaction: transaction, authorization: .owner(signature)),
            network: network
        )
    }

    mutating func payment(
        from payer: Int,
        to payee: AccountID,
        amount: UInt64,
        maxPrice: UInt64 = 1_000,
        reference: [UInt8] = []
    ) -> IdentifiedTransaction {
        nonce += 1
        return sign(
            Transaction(
                payer: account(payer),
                nonce: nonce,
                validUntil: header.time.adding(Milliseconds(60_000)),
                maxPrice: maxPrice,
                action: .pay([Payment(payee: payee, amount: Amount(units: amount), reference: reference)])
            ),
            by: payers[payer]
        )
    }

    /// A transaction with many payments, to accounts that are open, each with a reference of 40 bytes.
    mutating func payments(from payer: Int, count: Int, mark: UInt8) -> IdentifiedTransaction {
        nonce += 1
        let payments = (0..<count).map { place in
            Payment(
                payee: account((payer + 1 + place) % payers.count),
                amount: Amount(units: UInt64(place + 1)),
                reference: (0..<40).map { UInt8(truncatingIfNeeded: $0 * (place + 3)) ^ mark }
            )
        }
        return sign(
            Transaction(
                payer: account(payer),
                nonce: nonce,
                validUntil: header.time.adding(Milliseconds(60_000)),
                maxPrice: 1_000,
                action: .pay(payments)
            ),
            by: payers[payer]
        )
    }

    /// The next block as an honest leader and quorum make it; the views that are `skipping` come first.
    func next(
        _ transactions: [IdentifiedTransaction] = [],
        after interval: UInt64 = 1_000,
        evidence: [Evidence] = [],
        skipping: Int = 0,
        kind: VoteBody.Kind = .finalize
    ) throws -> JustifiedBlock {
        let delta = try ledger.execute(
            transactions,
            at: header.time.adding(Milliseconds(interval)),
            payoutTo: rules.payoutAccounts
        )
        let view = View(self.view.number + 1 + UInt64(skipping))
        let header = rules.header(
            after: header,
            hash: hash,
            proposer: UInt16(electorate.validators.leader(of: view, in: electorate.epoch)),
            ledger: delta.head,
            evidence: evidence
        )
        let block = Block(header: header, network: network, transactions: transactions, evidence: evidence)
        return justify(block, view: view, kind: kind)
    }

    /// Puts a block on the chain, whatever it is; the ledger moves when the block is one of `next`.
    mutating func append(_ item: JustifiedBlock) throws {
        let delta = try ledger.execute(
            item.block.transactions,
            at: item.block.time,
            payoutTo: rules.payoutAccounts
        )
        ledger.finalize(delta)
        header = item.block.header
        hash = item.block.hash
        view = item.justification.view
        blocks.append(item)
    }

    /// A certificate by a quorum for the block at `view`, and a nullification for each view since the parent's.
    func justify(_ block: Block, view: View, kind: VoteBody.Kind = .finalize) -> JustifiedBlock {
        let body: VoteBody =
            kind == .finalize
            ? .finalize(epoch: .zero, view: view, parentView: self.view, block: block.hash)
            : .notarize(epoch: .zero, view: view, parentView: self.view, block: block.hash)
        return JustifiedBlock(
            block: block,
            justification: Justification(
                certificate: certificate(body, by: quorum),
                nullifications: (self.view.number + 1..<view.number).map { nullification(View($0)) }
            )
        )
    }

    func nullification(_ view: View, by signers: [Int]? = nil) -> Certificate {
        certificate(.nullify(epoch: .zero, view: view), by: signers ?? quorum)
    }

    func certificate(_ body: VoteBody, by signers: [Int]) -> Certificate {
        Certificate(body: body, votes: signers.map { vote(body, by: $0) }, validatorCount: consensusKeys.count)
    }

    func vote(_ body: VoteBody, by signer: Int) -> Vote {
        Vote(
            body: body,
            signer: UInt16(signer),
            signature: consensusKeys[signer].sign(body.message(network: network))
        )
    }

    /// Two notarize votes of one view for two blocks.
    func evidence(against signer: Int, view: View = View(1), epoch: Epoch = .zero) throws -> Evidence {
        let votes = [UInt64(1), 2].map { mark in
            vote(
                .notarize(
                    epoch: epoch,
                    view: view,
                    parentView: .zero,
                    block: Hash32(words: Words32(mark, 0, 0, 0))
                ),
                by: signer
            )
        }
        guard let evidence = Evidence(votes[0], votes[1]) else {
            preconditionFailure("two notarize votes for two blocks are evidence")
        }
        return evidence
    }

    // MARK: - Changing blocks

    /// The same block with a changed header, certified anew: what a hostile quorum could make.
    func resealed(
        _ item: JustifiedBlock,
        evidence: [Evidence]? = nil,
        change: [ValidatorChange] = [],
        _ edit: (inout Header) -> Void
    ) -> JustifiedBlock {
        var header = item.block.header
        edit(&header)
        let block = Block(
            header: header,
            network: network,
            transactions: item.block.transactions,
            evidence: evidence ?? item.block.evidence,
            change: change
        )
        return justify(block, view: item.justification.view, kind: item.justification.certificate.kind)
    }
}

extension TestChain {
    /// Several blocks: payments, an opened account, skipped views, a payout, evidence, blocks without a finalization.
    static func sample(validators count: Int) throws -> TestChain {
        var chain = try TestChain(validators: count)
        let fresh = AccountID(key(6, 0).publicKey)
        try chain.append(try chain.next([chain.payment(from: 0, to: chain.account(1), amount: 5)]))
        let pair = [
            chain.payment(from: 1, to: fresh, amount: 10_000, reference: [1, 2, 3]),
            chain.payment(from: 0, to: chain.account(0), amount: 7),
        ]
        try chain.append(try chain.next(pair, after: 250, skipping: 2, kind: .notarize))
        try chain.append(try chain.next([], after: 400, kind: .notarize))
        let evidence = count > 1 ? [try chain.evidence(against: 1)] : []
        try chain.append(try chain.next([], after: 61_000, evidence: evidence, skipping: 1))
        try chain.append(try chain.next([chain.payment(from: 2, to: fresh, amount: 1)], after: 2_000))
        return chain
    }
}
