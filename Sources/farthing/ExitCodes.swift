/// What the program's exit code means (spec 4.3): the whole table, and the only one.
package enum ExitStatus: Int32, CaseIterable, Sendable {
    case success = 0
    /// A node or the ledger refused what was asked for.
    case refused = 1
    /// Verification found something that is not as it was written.
    case damaged = 3
    /// The chain, or part of it, is missing.
    case incomplete = 4
    /// A quorum certified a block that this node finds invalid.
    case quorumDisagrees = 5
    /// The command line could not be understood.
    case usage = 64
    /// An input, such as a file or a number, is not what it should be.
    case badInput = 65
    /// No node answered, or something needed can't be had.
    case unreachable = 69
    /// Something that cannot be has happened: a bug.
    case broken = 70
    /// A read or write failed.
    case inputOutput = 74
    /// It may work later: a node is busy, or another process works on the home.
    case tryAgain = 75
    /// The configuration, the home or a key file must be put right first.
    case configuration = 78
}

/// Why a command ended early: the code for scripts, and for people what happened, where, and what to do next.
package struct CommandFailure: Error, Equatable, Sendable {
    package let status: ExitStatus
    package let message: String

    package init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }
}
