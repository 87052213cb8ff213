import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives

/// A network whose keys the test holds, and the chain that it has made so far, block by block with the ledger.
struct TestChain {
    let genesis: Genesis
    let consensusKeys: [SigningKey]
    let payers: [SigningKey]
    let rules: ChainRules
    private(set) var ledger: Ledger
    private(set) var header: Header
    private(set) var hash: Hash32
    private(set) var view = View.zero
    private var nonce: UInt64 = 0

    var network: NetworkID { genesis.networkID }
    var electorate: Electorate { rules.electorate }

    init(validators count: Int = 1, payers payerCount: Int = 3, name: String = "node") throws {
        let keys = (0..<count).map { Self.key(1, $0) }.sorted { $0.publicKey < $1.publicKey }
        payers = (0..<payerCount).map { Self.key(5, $0) }
        genesis = try Genesis(
            parameters: .defaults,
            time: Milliseconds(1_700_000_000_000),
            accounts: payers.map {
                GenesisAccount(id: AccountID($0.publicKey), balance: Amount(units: 1_000_000_000))
            },
            validators: keys.enumerated().map { index, key in
                Validator(
                    name: "\(name) \(index)",
                    consensusKey: key.publicKey,
                    nodeKey: Self.key(2, index).publicKey,
                    noteKey: Self.key(3, index).publicKey,
                    payoutAccount: AccountID(Self.key(4, index).publicKey)
                )
            }
        )
        consensusKeys = keys
        rules = ChainRules(genesis: genesis)
        ledger = Ledger(genesis: genesis)
        header = rules.genesisHeader(ledger.head)
        hash = header.hash(network: genesis.networkID)
    }

    static func key(_ role: UInt8, _ index: Int) -> SigningKey {
        let number = [UInt8(index & 255), UInt8(index >> 8 & 255), UInt8(index >> 16)]
        guard let key = SigningKey(seed: [role] + number + [UInt8](repeating: 7, count: 28)) else {
            preconditionFailure("any 32 bytes are a seed")
        }
        return key
    }

    func account(_ payer: Int) -> AccountID { AccountID(payers[payer].publicKey) }

    /// A payee that nobody paid before.
    func stranger(_ number: Int) -> AccountID { AccountID(Self.key(9, number).publicKey) }

    mutating func transaction(
        from payer: Int,
        to payees: [AccountID],
        amount: UInt64 = 5_000
    ) -> IdentifiedTransaction {
        nonce += 1
        let transaction = Transaction(
            payer: account(payer),
            nonce: nonce,
            validUntil: header.time.adding(Milliseconds(200_000)),
            maxPrice: 1_000,
            action: .pay(payees.map { Payment(payee: $0, amount: Amount(units: amount)) })
        )
        let signature = payers[payer].sign(transaction.id(in: network).signingBytes)
        return IdentifiedTransaction(
            SignedTransaction(transaction: transaction, authorization: .owner(signature)),
            network: network
        )
    }

    /// The next block, and what it does to the ledger; the chain stays where it is.
    func block(
        _ transactions: [IdentifiedTransaction],
        after milliseconds: UInt64 = 1_000,
        evidence: [Evidence] = []
    ) throws -> (block: Block, delta: LedgerDelta) {
        let delta = try ledger.execute(
            transactions,
            at: header.time.adding(Milliseconds(milliseconds)),
            payoutTo: rules.payoutAccounts,
            after: []
        )
        let next = rules.header(after: header, hash: hash, proposer: 0, ledger: delta.head, evidence: evidence)
        return (Block(header: next, network: network, transactions: transactions, evidence: evidence), delta)
    }

    /// Makes the next block final, in the view after `skipping` nullified ones.
    mutating func extend(
        _ transactions: [IdentifiedTransaction] = [],
        after milliseconds: UInt64 = 1_000,
        skipping: UInt64 = 0,
        certifiedBy kind: VoteBody.Kind = .finalize,
        evidence: [Evidence] = []
    ) throws -> FinalBlock {
        let (block, delta) = try block(transactions, after: milliseconds, evidence: evidence)
        let parentView = view
        view = View(view.number + 1 + skipping)
        let body: VoteBody =
            kind == .finalize
            ? .finalize(epoch: .zero, view: view, parentView: parentView, block: block.hash)
            : .notarize(epoch: .zero, view: view, parentView: parentView, block: block.hash)
        let nullifications = (0..<skipping).map {
            certificate(.nullify(epoch: .zero, view: View(parentView.number + 1 + $0)))
        }
        ledger.finalize(delta)
        (header, hash) = (block.header, block.hash)
        let justification = Justification(certificate: certificate(body), nullifications: nullifications)
        return FinalBlock(
            block: JustifiedBlock(block: block, justification: justification),
            bodyView: view,
            delta: delta
        )
    }

    func certificate(_ body: VoteBody) -> Certificate {
        let message = body.message(network: network)
        let votes = (0..<electorate.validators.quorum).map {
            Vote(body: body, signer: UInt16($0), signature: consensusKeys[$0].sign(message))
        }
        return Certificate(body: body, votes: votes, validatorCount: electorate.validators.count)
    }

    /// Two notarize votes of validator 0 in one view.
    func evidence(view: UInt64) -> Evidence? {
        let votes = (UInt64(1)...2).map { number in
            let body = VoteBody.notarize(
                epoch: .zero,
                view: View(view),
                parentView: .zero,
                block: Hash32(words: Words32(number, 0, 0, 0))
            )
            return Vote(body: body, signer: 0, signature: consensusKeys[0].sign(body.message(network: network)))
        }
        return Evidence(votes[0], votes[1])
    }
}
