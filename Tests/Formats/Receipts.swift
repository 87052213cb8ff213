import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import StrictJSON
import VerifierCore

/// Receipts as strangers hand them in: read, written, and decided.
enum Receipts {
    private static let genesis = TestNetwork.shared.genesis
    private static let prefix = genesis.parameters.accountPrefix

    static func check(_ bytes: [UInt8]) throws(BrokenPromise) -> Format.Verdict {
        guard let json = try? JSON.parse(bytes), let receipt = try? Receipt(JSONReader(json), prefix: prefix)
        else { return .refused }
        let written = receipt.json(prefix: prefix)
        let again = try? Receipt(JSONReader(written), prefix: prefix)
        try promise(again == receipt, "a receipt is not what its JSON form says")
        try promise(again?.json(prefix: prefix) == written, "a receipt is written in two ways")
        _ = try? ReceiptCheck.facts(of: receipt, genesis: genesis, scheme: AnySignature())
        try decide(connected(receipt))
        return .accepted
    }

    /// Decides a receipt that gets past every hash, and reads out what it shows.
    private static func decide(_ receipt: Receipt) throws(BrokenPromise) {
        guard let facts = try? ReceiptCheck.facts(of: receipt, genesis: genesis, scheme: AnySignature()) else { return }
        try promise(facts.id == receipt.id, "a receipt shows another transaction than its own")
        _ = facts.otherPaymentCount
        _ = facts.signedMaximum
        _ = facts.chargedLine
    }

    /// The same receipt with the hashes that a forger would compute: nobody has to guess one to get on.
    private static func connected(_ receipt: Receipt) -> Receipt {
        let network = genesis.networkID
        let rules = ChainRules(genesis: genesis)
        let settled = IdentifiedTransaction(receipt.signed, network: network)
        var headers = receipt.headers
        for index in headers.indices {
            headers[index].validatorsHash = rules.electorate.validators.hash(network: network)
            if index == 0 {
                // A log of one transaction.
                if headers[0].logSize == 1 { headers[0].logRoot = settled.leaf }
            } else {
                headers[index].parent = headers[index - 1].hash(network: network)
            }
        }
        let last = headers.last?.hash(network: network) ?? .zero
        let body = receipt.finalization.body
        let price = headers.first?.price ?? 0
        return Receipt(
            network: network,
            id: settled.id,
            fee: Amount(units: price).multiplied(by: settled.transaction.shares) ?? receipt.fee,
            signed: receipt.signed,
            logIndex: receipt.logIndex,
            inclusionPath: receipt.inclusionPath,
            headers: headers,
            finalization: Certificate(
                body: .finalize(
                    epoch: body.epoch,
                    view: body.view,
                    parentView: body.target?.parentView ?? .zero,
                    block: last
                ),
                signers: receipt.finalization.signers,
                signatures: receipt.finalization.signatures
            ),
            changes: receipt.changes
        )
    }

    static func seeds() -> [Seed] {
        let settled = TestNetwork.shared.block
        let transactions = settled.block.transactions
        let receipts = transactions.enumerated().map { index, transaction in
            receipt(transaction, at: index, in: transactions, headers: [settled.block.header])
        }
        var next = settled.block.header
        next.parent = settled.block.hash
        next.height = settled.block.height.next
        next.transactionCount = 0
        var alone = settled.block.header
        alone.logSize = 1
        alone.transactionCount = 1
        return [
            Seed("first-of-two", receipts[0].json(prefix: prefix).bytes),
            Seed("second-of-two", receipts[1].json(prefix: prefix).bytes),
            Seed(
                "final-by-its-child",
                receipt(transactions[0], at: 0, in: transactions, headers: [settled.block.header, next])
                    .json(prefix: prefix).bytes
            ),
            Seed(
                "alone-in-the-log",
                receipt(transactions[0], at: 0, in: [transactions[0]], headers: [alone, next])
                    .json(prefix: prefix).prettyBytes
            ),
        ]
    }

    private static func receipt(
        _ transaction: IdentifiedTransaction,
        at index: Int,
        in transactions: [IdentifiedTransaction],
        headers: [Header]
    ) -> Receipt {
        Receipt(
            network: genesis.networkID,
            id: transaction.id,
            fee: Amount(units: headers[0].price * transaction.transaction.shares),
            signed: transaction.signed,
            logIndex: UInt64(index),
            inclusionPath: Merkle.inclusionPath(index: UInt64(index), leafHashes: transactions.map(\.leaf)),
            headers: headers,
            finalization: TestNetwork.shared.block.justification.certificate
        )
    }
}

/// Takes every signature: what comes after a signature is reached without forging one.
struct AnySignature: SignatureScheme {
    func verdicts(on claims: [SignatureClaim]) -> [Bool] { Array(repeating: true, count: claims.count) }
}
