import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import Testing

/// A body is checked by the block's own hashes, and by a seal where these don't reach.
@Suite struct StoreBodyTests {
    let network: NetworkID
    let block: Block
    let key: StoreKey

    init() throws {
        let payer = try #require(SigningKey(seed: [UInt8](repeating: 1, count: 32)))
        let consensusKey = try #require(SigningKey(seed: [UInt8](repeating: 2, count: 32)))
        let keys = try (3...5).map { try #require(SigningKey(seed: [UInt8](repeating: $0, count: 32))).publicKey }
        let genesis = try Genesis(
            parameters: .defaults,
            time: Milliseconds(1_000_000),
            accounts: [GenesisAccount(id: AccountID(payer.publicKey), balance: Amount(units: 1_000_000))],
            validators: [
                Validator(
                    name: "one",
                    consensusKey: consensusKey.publicKey,
                    nodeKey: keys[0],
                    noteKey: keys[1],
                    payoutAccount: AccountID(keys[2])
                )
            ]
        )
        let network = genesis.networkID
        self.network = network
        let transactions = (UInt64(0)..<3).map { nonce in
            let transaction = Transaction(
                payer: AccountID(payer.publicKey),
                nonce: nonce,
                validUntil: Milliseconds(1_100_000),
                maxPrice: 1_000,
                action: .pay([Payment(payee: AccountID(keys[2]), amount: Amount(units: 5_000))])
            )
            let signature = payer.sign(transaction.id(in: network).signingBytes)
            return IdentifiedTransaction(
                SignedTransaction(transaction: transaction, authorization: .owner(signature)),
                network: network
            )
        }
        let votes = (UInt64(1)...2).map { number in
            let body = VoteBody.notarize(
                epoch: .zero,
                view: View(1),
                parentView: .zero,
                block: Hash32(words: Words32(number, 0, 0, 0))
            )
            return Vote(body: body, signer: 0, signature: consensusKey.sign(body.message(network: network)))
        }
        let evidence = [try #require(Evidence(votes[0], votes[1]))]
        let rules = ChainRules(genesis: genesis)
        let ledger = Ledger(genesis: genesis)
        let parent = rules.genesisHeader(ledger.head)
        let delta = try ledger.execute(
            transactions,
            at: Milliseconds(1_001_000),
            payoutTo: rules.payoutAccounts,
            after: []
        )
        let header = rules.header(
            after: parent,
            hash: parent.hash(network: network),
            proposer: 0,
            ledger: delta.head,
            evidence: evidence
        )
        block = Block(header: header, network: network, transactions: transactions, evidence: evidence)
        key = .body(epoch: .zero, view: View(7), hash: block.hash)
    }

    @Test func aBodyComesBack() throws {
        let bytes = StoredBody.sealed(block, under: key)
        let read = try StoredBody.open(bytes, under: key, hash: block.hash, network: network)
        #expect(read == block)
        #expect(read.evidence == block.evidence)
    }

    @Test func anyChangedByteOfABodyIsNoticed() {
        let bytes = StoredBody.sealed(block, under: key)
        for position in bytes.indices {
            var bad = bytes
            bad[position] ^= 1 << UInt8(position % 8)
            #expect(throws: StoreDamage.self, "byte \(position)") {
                try StoredBody.open(bad, under: key, hash: block.hash, network: network)
            }
        }
    }

    @Test func aBodyUnderAnotherViewsKeyIsNoticed() {
        let bytes = StoredBody.sealed(block, under: key)
        let other = StoreKey.body(epoch: .zero, view: View(8), hash: block.hash)
        #expect(throws: StoreDamage(other, "the value doesn't match its seal")) {
            try StoredBody.open(bytes, under: other, hash: block.hash, network: network)
        }
    }

    @Test func aTransactionMoreOrLessIsNoticed() {
        for transactions in [Array(block.transactions.dropLast()), block.transactions + block.transactions.suffix(1)] {
            let other = Block(
                header: block.header,
                network: network,
                transactions: transactions,
                evidence: block.evidence
            )
            #expect(throws: StoreDamage(key, "the transactions don't match the header's root")) {
                try StoredBody.open(
                    StoredBody.sealed(other, under: key),
                    under: key,
                    hash: block.hash,
                    network: network
                )
            }
        }
    }
}
