import ChainCore
import ConsensusCore
import LedgerCore
import Primitives
package import StrictJSON

extension VerificationReport {
    /// The report for programs; 64-bit numbers are decimal strings, hashes lower-case hex.
    package var json: JSON {
        guard case .object(var object) = facts else { preconditionFailure("a report is an object") }
        // Only where there is one, so that reports without are what they were before there were checkpoints.
        if let held { object.append("checkpoint", held.json(takenUpTo: takenUpTo)) }
        return .object(object)
    }

    private var facts: JSON {
        [
            "report": "farthing verification report 2",
            "verdict": .string(verdict.word),
            "gaps": .array(verdict.gaps.map { .string($0.sentence) }),
            "violation": verdict.violation.map(\.json) ?? .null,
            "depth": .string(depth.rawValue),
            "notChecked": .array(depth.omissions.map { .string($0) }),
            "network": .string(network.hex),
            "unit": .string(parameters.unit),
            "decimals": .integer(parameters.decimals),
            "height": .decimal(height.number),
            "block": .string(hash.hex),
            "timeMilliseconds": .decimal(time.number),
            "view": .decimal(view.number),
            "certifiedHeight": .decimal(tally.certifiedHeight.number),
            "uncertifiedTail": .decimal(height.number - tally.certifiedHeight.number),
            "blocks": .decimal(tally.blocks),
            "finalizedBlocks": .decimal(tally.views.finalized),
            "notarizedBlocks": .decimal(tally.views.notarized),
            "skippedViews": .decimal(tally.views.nullified),
            "transactions": .decimal(tally.transactions),
            "payments": .decimal(tally.payments),
            "signaturesChecked": .decimal(tally.signatures),
            "accounts": accounts.map { .decimal($0) } ?? .null,
            "supply": .decimal(supply.units),
            "pool": pool.map { .decimal($0.units) } ?? .null,
            "amountPaid": .string(String(tally.turnover)),
            "fees": .string(String(tally.fees)),
            "shares": .string(String(tally.shares)),
            "payouts": depth == .full ? .string(String(tally.payouts)) : .null,
            "lowestPrice": tally.prices.map { .decimal($0.lowerBound) } ?? .null,
            "highestPrice": tally.prices.map { .decimal($0.upperBound) } ?? .null,
            "validators": .array(validators.indices.map(validatorJSON)),
            "evidence": .array(tally.evidence.map(evidenceJSON)),
            "entriesCompared": store.map(\.json) ?? .null,
            "answersCompared": answers.map(\.json) ?? .null,
            "inputs": origin.map { .array($0.inputs.map(\.json)) } ?? .null,
            "tableOfBlocks": origin?.blocks.json ?? .null,
            "version": origin.map { .string($0.version) } ?? .null,
            "command": origin.map { .array($0.command.map { .string($0) }) } ?? .null,
        ]
    }

    private func validatorJSON(_ index: Int) -> JSON {
        let own = leader(index)
        return [
            "name": .string(validators[index].name), "consensusKey": .string(validators[index].consensusKey.hex),
            "blocks": .decimal(own.blocks), "transactions": .decimal(own.transactions),
            "payments": .decimal(own.payments), "fees": .string(String(own.fees)),
        ]
    }
}

extension Verdict {
    package var gaps: [Gap] {
        guard case .incomplete(let gaps) = self else { return [] }
        return gaps
    }

    package var violation: Violation? {
        guard case .damaged(let violation) = self else { return nil }
        return violation
    }
}

extension Violation {
    fileprivate var json: JSON {
        let text = finding.text
        return [
            "height": .decimal(height.number),
            "rule": .string(text.rule),
            "place": .string(text.place),
            "expected": .string(text.expected),
            "found": .string(text.found),
            "culprits": .array(culprits.map { .integer($0) }),
            "certifiedBy": .array(certifiedBy.map { .integer($0) }),
        ]
    }

    private var culprits: [UInt16] {
        guard case .conflict(let conflict) = finding else { return [] }
        return conflict.culprits
    }
}

extension HeldCheckpoint {
    fileprivate func json(takenUpTo: Height?) -> JSON {
        [
            "height": .decimal(checkpoint.height.number),
            "block": .string(checkpoint.block.hex),
            "logSize": .decimal(checkpoint.logSize),
            "logRoot": .string(checkpoint.logRoot.hex),
            "takenUpTo": takenUpTo.map { .decimal($0.number) } ?? .null,
        ]
    }
}

extension VerificationReport {
    private func evidenceJSON(_ misdeed: ShownMisdeed) -> JSON {
        let evidence = misdeed.evidence
        let accused = validators[Int(evidence.signer)]
        return [
            "height": .decimal(misdeed.height.number),
            "epoch": .decimal(evidence.epoch.number),
            "view": .decimal(evidence.view.number),
            "validator": .integer(evidence.signer),
            "name": .string(accused.name),
            "consensusKey": .string(accused.consensusKey.hex),
            "votes": [.string(evidence.first.body.text), .string(evidence.second.body.text)],
            "bytes": .string(Hex.encode(evidence.encoded())),
        ]
    }
}

extension StoreTally {
    fileprivate var json: JSON {
        var object = JSONObject()
        for count in counts { object.append(count.space, .decimal(count.entries)) }
        return .object(object)
    }
}

extension AnswerTally {
    fileprivate var json: JSON {
        var object = JSONObject()
        for count in counts { object.append(count.name, .decimal(count.answers)) }
        return .object(object)
    }
}

extension ReportInput {
    fileprivate var json: JSON {
        [
            "name": .string(name), "files": .integer(fileCount), "bytes": .decimal(byteCount),
            "sha256": .string(digest.hex),
        ]
    }
}
