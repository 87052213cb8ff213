import ChainCore
import ConsensusCore
import LedgerCore
import Primitives

/// A finding in words: the one table from which both forms of the report are made.
package struct FindingText: Hashable, Sendable {
    /// The rule's name; it never changes its meaning.
    package let rule: String
    /// The part of the block, such as `transaction 3`; empty for the block as a whole.
    package let place: String
    package let expected: String
    package let found: String

    init(_ rule: String, at place: String = "", expected: String, found: String) {
        self.rule = rule
        self.place = place
        self.expected = expected
        self.found = found
    }
}

extension Finding {
    package var text: FindingText {
        switch self {
        case .header(let field, let expected, let found):
            FindingText("header.\(field.rawValue)", expected: expected.description, found: found.description)
        case .timeTooEarly(let earliest, let found):
            FindingText("header.timeMilliseconds", expected: "at least \(earliest)", found: "\(found)")
        case .changeOfValidators(let count):
            FindingText("change", expected: "none", found: "\(count)")
        case .evidence(let fault): fault.text
        case .signature(let part):
            FindingText("signature", at: part.text, expected: "valid", found: "not valid")
        case .transactions(let fault): fault.text
        case .justification(let fault): fault.text
        case .conflict(let conflict):
            FindingText(
                "conflict",
                at: "view \(conflict.view)",
                expected: conflict.first.text,
                found: conflict.second.text
            )
        case .supply(let expected, let found):
            FindingText(
                "supply",
                expected: "\(expected)",
                found: found.map(\.description) ?? "more than 64 bits hold"
            )
        case .pool(let expected, let found): FindingText("pool", expected: "\(expected)", found: "\(found)")
        case .accountsRoot(let expected, let found):
            FindingText("accountsRoot", expected: expected.hex, found: found.hex)
        case .entry(let fault): fault.text
        case .export(let fault): fault.text
        case .table(let fault): fault.text
        case .answer(let fault): fault.text
        case .checkpoint(let held, let found):
            FindingText("checkpoint", expected: held.line, found: found.line)
        }
    }
}

extension SignedPart {
    package var text: String {
        switch self {
        case .transaction(let index): "transaction \(index)"
        case .evidence(let index): "evidence \(index)"
        case .certificate(let view): "certificate of view \(view)"
        case .nullification(let view): "nullification of view \(view)"
        }
    }
}

extension VoteBody {
    package var text: String {
        switch self {
        case .notarize(_, _, let parentView, let block): "notarize \(block) on view \(parentView)"
        case .nullify: "nullify"
        case .finalize(_, _, let parentView, let block): "finalize \(block) on view \(parentView)"
        }
    }
}

extension VoteBody.Kind {
    fileprivate var text: String {
        switch self {
        case .notarize: "notarization"
        case .nullify: "nullification"
        case .finalize: "finalization"
        }
    }
}

extension EvidenceFault {
    fileprivate var text: FindingText {
        switch self {
        case .tooMuch(let count, let limit):
            FindingText("evidence.count", expected: "at most \(limit)", found: "\(count)")
        case .foreignEpoch(let index, let epoch):
            FindingText("evidence.epoch", at: "evidence \(index)", expected: "the block's", found: "\(epoch)")
        case .repeated(let index, let epoch, let signer):
            FindingText(
                "evidence.repeated",
                at: "evidence \(index)",
                expected: "one for each validator and epoch",
                found: "another against validator \(signer) in epoch \(epoch)"
            )
        }
    }
}

extension JustificationFault {
    fileprivate var text: FindingText {
        switch self {
        case .wrongKind(let kind):
            FindingText(
                "justification.kind",
                at: "certificate",
                expected: "notarization or finalization",
                found: kind.text
            )
        case .block(let expected, let found):
            FindingText("justification.block", at: "certificate", expected: expected.hex, found: found.hex)
        case .parentView(let expected, let found):
            FindingText("justification.parentView", at: "certificate", expected: "\(expected)", found: "\(found)")
        case .viewNotAfterParent(let view, let parentView):
            FindingText(
                "justification.view",
                at: "certificate",
                expected: "more than \(parentView)",
                found: "\(view)"
            )
        case .missingNullification(let view):
            FindingText(
                "justification.nullification",
                at: "view \(view)",
                expected: "a nullification",
                found: "none"
            )
        case .strayNullification(let index):
            FindingText(
                "justification.nullification",
                at: "nullification \(index)",
                expected: "the next view between the parent's and the block's",
                found: "another certificate"
            )
        case .epoch(let part, let expected, let found):
            FindingText("certificate.epoch", at: part.text, expected: "\(expected)", found: "\(found)")
        case .malformedSigners(let part):
            FindingText(
                "certificate.signers",
                at: part.text,
                expected: "one signature for each validator named",
                found: "a list of signers that does not fit"
            )
        case .noQuorum(let part, let signers, let quorum):
            FindingText("certificate.quorum", at: part.text, expected: "at least \(quorum)", found: "\(signers)")
        }
    }
}

extension BlockFault {
    fileprivate var text: FindingText {
        switch self {
        case .tooEarly(let time, let earliest):
            FindingText("transactions.tooEarly", expected: "at least \(earliest)", found: "\(time)")
        case .tooManyBytes(let count, let limit):
            FindingText("transactions.bytes", expected: "at most \(limit)", found: "\(count)")
        case .tooManyShares(let count, let limit):
            FindingText("transactions.shares", expected: "at most \(limit)", found: "\(count)")
        case .rejected(let index, let rejection):
            FindingText(
                "transactions.rejected",
                at: "transaction \(index)",
                expected: "a transaction that can settle",
                found: rejection.text
            )
        case .expired(let index, let validUntil):
            FindingText(
                "transactions.expired",
                at: "transaction \(index)",
                expected: "validUntil not before the block's time",
                found: "\(validUntil)"
            )
        case .notYetValid(let index, let from):
            FindingText(
                "transactions.notYetValid",
                at: "transaction \(index)",
                expected: "a block not before \(from)",
                found: "an earlier one"
            )
        case .priceAboveMaximum(let index, let price, let maxPrice):
            FindingText(
                "transactions.price",
                at: "transaction \(index)",
                expected: "at most the signed \(maxPrice)",
                found: "\(price)"
            )
        case .payerUnknown(let index):
            FindingText(
                "transactions.payer",
                at: "transaction \(index)",
                expected: "an open account",
                found: "none"
            )
        case .nonceUsed(let index, let id):
            FindingText(
                "transactions.nonce",
                at: "transaction \(index)",
                expected: "a nonce that is not used up",
                found: "used by \(id)"
            )
        case .insufficientFunds(let index, let balance, let wanted):
            FindingText(
                "transactions.funds",
                at: "transaction \(index)",
                expected: "at least \(wanted)",
                found: "\(balance)"
            )
        case .openingBelowMinimum(let index, let payment, let amount):
            FindingText(
                "transactions.opening",
                at: "transaction \(index), payment \(payment)",
                expected: "enough to open an account",
                found: "\(amount)"
            )
        }
    }
}

extension Rejection {
    fileprivate var text: String {
        switch self {
        case .wrongNetwork(let network): "meant for network \(network)"
        case .tooLarge(let byteCount, let limit): "\(byteCount) bytes of at most \(limit)"
        case .noPayments: "no payments"
        case .tooManyPayments(let count, let limit): "\(count) payments of at most \(limit)"
        case .amountIsZero(let payment): "payment \(payment): amount 0"
        case .referenceTooLong(let payment, let byteCount, let limit):
            "payment \(payment): reference of \(byteCount) bytes of at most \(limit)"
        case .payeeInvalid(let payment): "payment \(payment): a payee that can't be paid"
        case .payerInvalid: "a payer that can't sign"
        case .totalAboveSupply(let supply): "more than the supply of \(supply)"
        case .maxPriceBelowFloor(let maxPrice, let floor): "signed maximum \(maxPrice) below the lowest price \(floor)"
        case .signatureInvalid: "signature not valid"
        case .nonceUsed(let id): "nonce used by \(id)"
        }
    }
}
