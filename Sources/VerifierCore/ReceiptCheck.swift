package import ChainCore
package import Cryptography
package import LedgerCore
package import Primitives

/// What a receipt that holds shows.
package struct ReceiptFacts: Hashable, Sendable {
    package let id: TransactionID
    package let transaction: Transaction
    /// The header of the transaction's block, and the block's hash.
    package let header: Header
    package let block: Hash32
    /// The transaction's place in its block, from 0.
    package let index: UInt64
    package let logIndex: UInt64
    package let fee: Amount
    /// All its payments together.
    package let total: Amount
    /// The block that the finalization is over: the transaction's own, or one that builds on it.
    package let finalized: Header
    package let finalizedBlock: Hash32
    /// Who signed the finalization, in the order of the list of validators.
    package let signers: [Validator]

    /// How many payments of others shared the block's cost.
    package var otherPaymentCount: UInt64 {
        UInt64(header.shares) - UInt64(header.transactionCount) - UInt64(transaction.payments.count)
    }

    /// The most that the payer had agreed to pay.
    package var signedMaximum: UInt128 { UInt128(transaction.maxPrice) * UInt128(transaction.shares) }
}

/// The first rule that a receipt breaks, in the order of the checks (spec 2.7).
package enum ReceiptFault: Error, Hashable, Sendable {
    /// It is for another network than the genesis file.
    case network(expected: NetworkID, found: NetworkID)
    /// The id is not the transaction's.
    case id(expected: TransactionID, found: TransactionID)
    /// Changes of validators are not part of this version of the rules.
    case changeOfValidators(count: Int)
    /// The transaction's place in the log lies in another block than the first header's.
    case indexNotInBlock(index: UInt64, block: Range<UInt64>)
    /// The path does not lead from the transaction to the first header's log root.
    case notInLog(index: UInt64)
    /// The fee is not price × shares; nil when that leaves 64 bits.
    case fee(expected: Amount?, found: Amount)
    /// The block has fewer shares than the transaction and its neighbours take.
    case shares(least: UInt64, found: UInt64)
    /// What should show the first block to be final does not.
    case head(FinalHeadFault)
    /// The payments together exceed the supply: a quorum certified what can't be.
    case totalAboveSupply(Amount)
    /// The payer has not signed this.
    case signature
}

/// Decides a receipt with the genesis alone.
package enum ReceiptCheck {
    /// Answers what the receipt shows, or throws the first rule that it breaks.
    ///
    /// Costs a hash for each header and step of the path, and one signature check for each signer and the payer.
    package static func facts(
        of receipt: Receipt,
        genesis: Genesis,
        scheme: some SignatureScheme
    ) throws(ReceiptFault) -> ReceiptFacts {
        let network = genesis.networkID
        guard receipt.network == network else { throw .network(expected: network, found: receipt.network) }
        let settled = IdentifiedTransaction(receipt.signed, network: network)
        guard receipt.id == settled.id else { throw .id(expected: settled.id, found: receipt.id) }
        guard receipt.changes.isEmpty else { throw .changeOfValidators(count: receipt.changes.count) }
        guard let first = receipt.headers.first else { throw .head(.noHeaders) }
        let index = try place(of: settled, in: first, receipt)
        let head: FinalHeadFacts
        do throws(FinalHeadFault) {
            head = try FinalHeadFacts(
                FinalHead(headers: receipt.headers, finalization: receipt.finalization),
                genesis: genesis,
                scheme: scheme
            )
        } catch {
            throw .head(error)
        }
        let total = settled.transaction.payments.reduce(Optional(Amount.zero)) { sum, payment in
            sum?.adding(payment.amount)
        }
        guard let total, total <= genesis.supply else {
            throw .totalAboveSupply(genesis.supply)
        }
        guard Verified.check(settled, in: .init(), by: scheme) != nil else { throw .signature }
        return ReceiptFacts(
            id: settled.id,
            transaction: settled.transaction,
            header: first,
            block: head.block,
            index: index,
            logIndex: receipt.logIndex,
            fee: receipt.fee,
            total: total,
            finalized: head.finalized,
            finalizedBlock: head.finalizedBlock,
            signers: head.signers
        )
    }

    /// The transaction's place in its block, and that it paid what the block's price asks.
    private static func place(
        of settled: IdentifiedTransaction,
        in header: Header,
        _ receipt: Receipt
    ) throws(ReceiptFault) -> UInt64 {
        let start = header.logSize - min(header.logSize, UInt64(header.transactionCount))
        guard (start..<header.logSize).contains(receipt.logIndex) else {
            throw .indexNotInBlock(index: receipt.logIndex, block: start..<header.logSize)
        }
        let isIncluded = Merkle.includes(
            leafHash: settled.leaf,
            index: receipt.logIndex,
            size: header.logSize,
            path: receipt.inclusionPath,
            root: header.logRoot
        )
        guard isIncluded else { throw .notInLog(index: receipt.logIndex) }
        let fee = Amount(units: header.price).multiplied(by: settled.transaction.shares)
        guard fee == receipt.fee else { throw .fee(expected: fee, found: receipt.fee) }
        let least = settled.transaction.shares + UInt64(header.transactionCount) - 1
        guard UInt64(header.shares) >= least else { throw .shares(least: least, found: UInt64(header.shares)) }
        return receipt.logIndex - start
    }
}
