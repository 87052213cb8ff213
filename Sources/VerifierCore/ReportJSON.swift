import ChainCore
import ConsensusCore
import LedgerCore
import Primitives
package import StrictJSON

extension VerificationReport {
    /// The report for programs; 64-bit numbers are decimal strings, hashes lower-case hex.
    package var json: JSON {
        [
            "report": "farthing verification report 1",
            "verdict": .string(verdict.word),
            "gaps": .array(verdict.gaps.map { .string($0.sentence) }),
            "violation": verdict.violation.map(\.json) ?? .null,
            "network": .string(network.hex),
            "unit": .string(parameters.unit),
            "decimals": .integer(parameters.decimals),
            "height": .decimal(height.number),
            "block": .string(hash.hex),
            "timeMilliseconds": .decimal(time.number),
            "view": .decimal(view.number),
            "certifiedHeight": .decimal(tally.certifiedHeight.number),
            "blocks": .decimal(tally.blocks),
            "finalizedBlocks": .decimal(tally.views.finalized),
            "notarizedBlocks": .decimal(tally.views.notarized),
            "skippedViews": .decimal(tally.views.nullified),
            "transactions": .decimal(tally.transactions),
            "payments": .decimal(tally.payments),
            "signaturesChecked": .decimal(tally.signatures),
            "accounts": .decimal(accounts),
            "supply": .decimal(supply.units),
            "pool": .decimal(pool.units),
            "fees": .string(String(tally.fees)),
            "payouts": .string(String(tally.payouts)),
            "lowestPrice": tally.prices.map { .decimal($0.lowerBound) } ?? .null,
            "highestPrice": tally.prices.map { .decimal($0.upperBound) } ?? .null,
            "validators": .array(
                validators.map { ["name": .string($0.name), "consensusKey": .string($0.consensusKey.hex)] }
            ),
            "evidence": .array(tally.evidence.map(\.json)),
            "entriesCompared": store.map(\.json) ?? .null,
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

extension ShownMisdeed {
    fileprivate var json: JSON {
        [
            "height": .decimal(height.number),
            "epoch": .decimal(evidence.epoch.number),
            "view": .decimal(evidence.view.number),
            "validator": .integer(evidence.signer),
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
