import ChainCore
import ConsensusCore
package import LedgerCore
package import Primitives

/// What an auditor can hand on: what was recomputed, what was counted, and whether it holds.
///
/// Everything but `store` follows from the genesis values and the chain alone, so whoever runs the same check on another
/// node's chain of the same height gets the same report.
package struct VerificationReport: Hashable, Sendable {
    package let network: NetworkID
    package let parameters: Parameters
    package let validators: [Validator]
    /// The last block that holds; block 0 if none does.
    package let height: Height
    package let hash: Hash32
    package let time: Milliseconds
    package let view: View
    package let tally: ChainTally
    package let supply: Amount
    package let pool: Amount
    package let accounts: UInt64
    /// How many entries of a store were compared; nil when there was only a chain.
    package let store: StoreTally?
    package let verdict: Verdict
}

/// The answer of a verification; its exit code stands in spec 4.3.
package enum Verdict: Hashable, Sendable {
    /// Everything holds.
    case sound
    /// What is there holds, but something that should be there is not; at least one gap.
    case incomplete([Gap])
    /// A rule is broken.
    case damaged(Violation)
}

/// Something that must exist and is not there: a chain that was cut off can hold in every block.
package enum Gap: Hashable, Sendable {
    /// Above this block no finalization makes the last blocks final.
    case uncertifiedTail(certified: Height, last: Height)
    /// The validator's vote log knows a later final view.
    case voteLogAhead(finalView: View, lastView: View)
    /// The validator voted for a block that is not stored; blocks are durable before votes leave.
    case votedBlockMissing(view: View, block: Hash32)
    /// The file ends though its header promises more.
    case exportCutOff(last: Height, promised: Height)
}

extension Verifier {
    /// Ends a verification: checks what needs all accounts at once, and says what was found.
    ///
    /// `violation` is the first one that was met, if any; then the totals are not looked at. `gaps` are those that the
    /// caller knows of; blocks that no finalization covers are added here.
    package func finish(
        violation: Violation? = nil,
        gaps: [Gap] = [],
        store: StoreTally? = nil
    ) -> VerificationReport {
        guard let pool = ledger.balance(of: .pool) else { preconditionFailure("the pool is open since genesis") }
        return VerificationReport(
            network: genesis.networkID,
            parameters: genesis.parameters,
            validators: electorate.validators.validators,
            height: header.height,
            hash: hash,
            time: header.time,
            view: view,
            tally: tally,
            supply: genesis.supply,
            pool: pool,
            accounts: UInt64(ledger.accountCount()),
            store: store,
            verdict: verdict(violation: violation, gaps: gaps)
        )
    }

    private func verdict(violation: Violation?, gaps: [Gap]) -> Verdict {
        if let violation { return .damaged(violation) }
        do throws(Violation) {
            try checkTotals()
        } catch {
            return .damaged(error)
        }
        var gaps = gaps
        if tally.certifiedHeight < header.height {
            gaps.insert(.uncertifiedTail(certified: tally.certifiedHeight, last: header.height), at: 0)
        }
        return gaps.isEmpty ? .sound : .incomplete(gaps)
    }
}
