import ChainCore
import ConsensusCore
import LedgerCore
import Primitives

extension ReceiptFacts {
    /// What was charged and why, in one line (spec 2.4).
    package var chargedLine: String {
        "charged \(fee) = \(transaction.shares) shares × \(header.price), shared with \(otherPaymentCount) other "
            + (otherPaymentCount == 1 ? "payment" : "payments")
            + " in block \(header.height); signed maximum \(signedMaximum)"
    }
}

extension ReceiptFault {
    /// Why the receipt does not hold, in a sentence.
    package var sentence: String {
        switch self {
        case .network(let expected, let found):
            "It is for the network \(found.hex), and the genesis file is that of \(expected.hex)."
        case .id(let expected, let found):
            "It names the id \(found.hex), and its transaction has \(expected.hex)."
        case .changeOfValidators(let count):
            "It carries \(count) changes of validators, and this version of the rules knows none."
        case .indexNotInBlock(let index, let block):
            block.isEmpty
                ? "It says place \(index) of the log, and its first block holds no transaction."
                : "It says place \(index) of the log, and its first block holds the places from \(block.lowerBound) "
                    + "to \(block.upperBound - 1)."
        case .notInLog(let index):
            "Its path does not lead from the transaction, at place \(index), to the log root of its first block."
        case .fee(let expected, let found):
            "It says a fee of \(found), and the block's price makes it "
                + (expected.map { "\($0)" } ?? "more than 64 bits hold") + "."
        case .shares(let least, let found):
            "Its first block says it has \(found) shares, and takes at least \(least) with this transaction in it."
        case .head(let fault): fault.sentence
        case .totalAboveSupply(let supply): "Its payments together exceed the supply of \(supply)."
        case .signature: "The signature in it is not the payer's."
        }
    }
}
