import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives

/// Four validators and a payer whose keys the test holds.
struct SignedNetwork {
    let keys: [SigningKey]
    let payer: SigningKey
    let genesis: Genesis
    let rules: ChainRules

    init() throws {
        let all = (UInt8(0)..<17).compactMap { SigningKey(seed: [UInt8](repeating: $0, count: 32)) }
        keys = all.prefix(4).sorted { $0.publicKey < $1.publicKey }
        payer = all[4]
        let others = all.map(\.publicKey)
        let validators = keys.enumerated().map { index, key in
            Validator(
                name: "node \(index)",
                consensusKey: key.publicKey,
                nodeKey: others[5 + index],
                noteKey: others[9 + index],
                payoutAccount: AccountID(others[13 + index])
            )
        }
        let account = GenesisAccount(id: AccountID(payer.publicKey), balance: Amount(units: 1_000_000_000))
        genesis = try Genesis(
            parameters: .defaults,
            time: Milliseconds(1_700_000_000_000),
            accounts: [account],
            validators: validators
        )
        rules = ChainRules(genesis: genesis)
    }

    var id: NetworkID { genesis.networkID }
    var electorate: Electorate { rules.electorate }

    func vote(_ body: VoteBody, by signer: Int) -> Vote {
        Vote(body: body, signer: UInt16(signer), signature: keys[signer].sign(body.message(network: id)))
    }

    func certificate(_ body: VoteBody, by signers: [Int]) -> Certificate {
        Certificate(body: body, votes: signers.map { vote(body, by: $0) }, validatorCount: keys.count)
    }

    func payments(_ nonces: Range<UInt64>, forged: UInt64? = nil) -> [IdentifiedTransaction] {
        nonces.map { nonce in
            let transaction = Transaction(
                payer: AccountID(payer.publicKey),
                nonce: nonce,
                validUntil: Milliseconds(1_700_000_060_000),
                maxPrice: 1_000,
                action: .pay([Payment(payee: AccountID(payer.publicKey), amount: Amount(units: 1))])
            )
            let signature = payer.sign(nonce == forged ? [1] : transaction.id(in: id).signingBytes)
            return IdentifiedTransaction(
                SignedTransaction(transaction: transaction, authorization: .owner(signature)),
                network: id
            )
        }
    }

    /// A block that nobody executes, under the header of block 0.
    func block(_ transactions: [IdentifiedTransaction]) -> Block {
        let header = rules.genesisHeader(Ledger(genesis: genesis).head)
        return Block(header: header, network: id, transactions: transactions, evidence: [])
    }

    /// A block on block 0, as its leader would make it.
    func firstBlock(_ transactions: [IdentifiedTransaction]) throws -> Block {
        let ledger = Ledger(genesis: genesis)
        let zero = rules.genesisHeader(ledger.head)
        let delta = try ledger.execute(
            transactions,
            at: zero.time.adding(Milliseconds(1_000)),
            payoutTo: rules.payoutAccounts
        )
        let header = rules.header(
            after: zero,
            hash: zero.hash(network: id),
            proposer: UInt16(electorate.validators.leader(of: View(1), in: electorate.epoch)),
            ledger: delta.head,
            evidence: []
        )
        return Block(header: header, network: id, transactions: transactions, evidence: [])
    }
}
