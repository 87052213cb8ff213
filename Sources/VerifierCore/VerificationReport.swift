package import ChainCore
import ConsensusCore
package import LedgerCore
package import Primitives

/// What an auditor can hand on: what was recomputed, what was counted, and whether it holds.
///
/// Everything but `store`, `answers` and `origin` follows from the genesis values and the chain alone, so whoever runs the same check on another
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
    /// Where log and chain stand at the last block that holds: what an auditor signs.
    package let head: Checkpoint
    /// What the chain was held against; nil when there was nothing.
    package let held: HeldCheckpoint?
    package let tally: ChainTally
    package let depth: VerificationDepth
    package let supply: Amount
    /// Nil at light depth, as are the accounts.
    package let pool: Amount?
    package let accounts: UInt64?
    /// How many entries of a store were compared; nil when there was none.
    package let store: StoreTally?
    /// How many answers of a node were compared; nil when none was asked.
    package let answers: AnswerTally?
    package let verdict: Verdict
    /// What was read of the chain, by its digest; set by a shell, as far as it can be read again.
    package var inputs: [ReportInput] = []
    /// What was verified, by which command; nil until a shell says so.
    package var origin: ReportOrigin?

    /// The last block whose transactions' signatures were taken on a checkpoint's word; nil if none was.
    package var takenUpTo: Height? { held?.lastTaken(upTo: height) }

    /// What convicts validators, as files: the evidence on the chain, and certificates that contradict one another.
    package var evidence: [EvidenceFile] {
        let shown = tally.evidence.map { EvidenceFile(network: network, content: .votes($0.evidence)) }
        guard case .damaged(let violation) = verdict, case .conflict(let conflict) = violation.finding else {
            return shown
        }
        return shown + [conflict.file(network: network)]
    }
}

/// What a report is about and where it comes from.
package struct ReportOrigin: Hashable, Sendable {
    /// The words of the command that repeats it.
    package let command: [String]
    package let version: String
    /// In the order in which they were read.
    package let inputs: [ReportInput]
    /// The table of all blocks beside the report.
    package let blocks: ReportInput

    package init(command: [String], version: String, inputs: [ReportInput], blocks: ReportInput) {
        self.command = command
        self.version = version
        self.inputs = inputs
        self.blocks = blocks
    }
}

/// Bytes that were read, or written beside the report, by their digest.
package struct ReportInput: Hashable, Sendable {
    /// Such as `genesis file`.
    package let name: String
    package let fileCount: Int
    package let byteCount: UInt64
    /// SHA-256 of the file; of several files, of the lines that `sha256sum` prints for them.
    package let digest: Hash32

    package init(name: String, fileCount: Int = 1, byteCount: UInt64, digest: Hash32) {
        self.name = name
        self.fileCount = fileCount
        self.byteCount = byteCount
        self.digest = digest
    }
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
    /// The chain ends before a checkpoint that the auditor holds.
    case checkpointAhead(held: Checkpoint, last: Checkpoint)
}

extension Verifier {
    /// Ends a verification: checks what needs all accounts at once, and says what was found.
    ///
    /// `violation` is the first one that was met, if any; then the totals are not looked at. `gaps` are those that the
    /// caller knows of; blocks that no finalization covers are added here.
    package func finish(
        violation: Violation? = nil,
        gaps: [Gap] = [],
        store: StoreTally? = nil,
        answers: AnswerTally? = nil
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
            head: checkpoint,
            held: held,
            tally: tally,
            depth: depth,
            supply: genesis.supply,
            pool: depth == .full ? pool : nil,
            accounts: depth == .full ? UInt64(ledger.accountCount()) : nil,
            store: store,
            answers: answers,
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
