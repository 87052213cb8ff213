package import ChainCore
package import LevelDBStorage
package import Primitives
package import VerifierCore

/// Where a verification takes a chain from, block by block: a home, an export file, a node.
///
/// Nothing that a source says is believed. It hands over the blocks in the order of their heights, and may hold more than
/// the blocks: that it compares itself with what was recomputed.
package protocol ChainSource {
    associatedtype Unopened: UnopenedBlock

    /// The last block that the source says it has; used to tell how far the work has come.
    var last: Height { get }

    /// What was compared besides the blocks so far; nil when the source holds nothing but blocks.
    var tally: StoreTally? { get }

    /// How many answers of a node were compared so far; nil when the source is no node.
    var answers: AnswerTally? { get }

    /// What was read up to the last block that passed, of a source of which there will be more.
    var inputsSoFar: [ReportInput] { get }

    /// What of `finish` may be done on another thread from the opening on, if not in `finish` itself.
    var sideWork: @Sendable () -> Void { get }

    /// Called once, before the first block; what it finds wrong is told of block 0.
    ///
    /// `verifier` stands at block 0.
    mutating func begin(_ verifier: Verifier) throws(SourceStop)

    /// What was read, by its digests; asked for once, at the end.
    ///
    /// `height` is the last block that was looked at, whether it holds or not. What is left of a file is read for it.
    mutating func inputs(through height: Height) throws(VerificationFailure) -> [ReportInput]

    /// The next block, beginning with height 1; nil after the last one that the source has.
    ///
    /// Is asked for ahead of the recomputation, so it should cost little; what is dear belongs into `open`. After it threw
    /// it is not asked again.
    mutating func next() async throws(SourceStop) -> Unopened?

    /// Hears that the next block holds, and all that was compared with it; at any depth.
    mutating func passed(_ height: Height)

    /// Compares what the source holds besides the blocks with a block that holds; in the order of the heights.
    ///
    /// Not at light depth, and neither is `finish`.
    mutating func compare(_ block: FinalBlock) async throws(SourceStop)

    /// Compares what belongs to no block, after the last one held; answers what is missing though it should be there.
    ///
    /// A last block that no finalization covers need not be among the gaps: every verification looks for that.
    mutating func finish(_ verifier: Verifier) async throws(SourceStop) -> [Gap]
}

extension ChainSource {
    package var answers: AnswerTally? { nil }
    package var inputsSoFar: [ReportInput] { [] }
    package var sideWork: @Sendable () -> Void { {} }
    package mutating func begin(_ verifier: Verifier) throws(SourceStop) {}
    package mutating func inputs(through height: Height) throws(VerificationFailure) -> [ReportInput] { [] }
    package mutating func passed(_ height: Height) {}
}

/// A block that was asked for and not read, or not decoded yet; opened on any thread, many at once.
package protocol UnopenedBlock: Sendable {
    /// The place at which the source has it, whatever the block says.
    var height: Height { get }

    /// Reads and decodes it, and checks nothing that the verifier checks.
    func open() throws(SourceStop) -> OpenedBlock
}

/// A block with what makes it final, as a source has it.
package struct OpenedBlock: Sendable {
    package let block: JustifiedBlock
    /// The view under which a store keeps the body; elsewhere the one in which the block was certified.
    package let bodyView: View

    package init(block: JustifiedBlock, bodyView: View) {
        self.block = block
        self.bodyView = bodyView
    }
}

/// Why a source does not go on.
package enum SourceStop: Error, Hashable, Sendable {
    /// What it holds besides the blocks is not what was recomputed.
    case violation(Violation)
    /// What it holds can't be read as it was written; told for the block that was asked for.
    case damaged(StoreDamage)
    /// No statement about the chain is possible.
    case failure(VerificationFailure)

    /// What the auditor is told; rethrows what is no statement about the chain.
    func violation(at height: Height) throws(VerificationFailure) -> Violation {
        switch self {
        case .violation(let violation): violation
        case .damaged(let damage): Violation(height: height, finding: .entry(.damaged(damage)))
        case .failure(let failure): throw failure
        }
    }
}

/// What keeps a verification from looking at the chain at all.
package indirect enum VerificationFailure: Error, Hashable, Sendable {
    case storage(StorageError)
    case voteLog(VoteLogError)
    case export(ExportFailure)
    /// The blocks that held could not be stored elsewhere.
    case stored(ImportFailure)
    /// A node gives no answer, or none that can be read; in the command's words.
    case node(url: String, CommandFailure)
    case nodeOfOtherNetwork(url: String, found: NetworkID, wanted: NetworkID)
    /// A file beside the report can't be written.
    case file(FileError)
}
