/// What the program's exit code means (4-interfaces 4.3): the whole table, and the only one.
package enum ExitStatus: Int32, CaseIterable, Sendable {
    case success = 0
    case refused = 1
    case damaged = 3
    case incomplete = 4
    case quorumDisagrees = 5
    case usage = 64
    case badInput = 65
    case unreachable = 69
    case broken = 70
    case inputOutput = 74
    case tryAgain = 75
    case configuration = 78

    /// As `farthing --help` and Docs/OPERATING.md say it.
    package var meaning: String {
        switch self {
        case .success: "fine"
        case .refused: "refused: it never settles, or the node does not do what was asked"
        case .damaged: "verification found damage, or the stored chain is damaged"
        case .incomplete: "the chain is incomplete"
        case .quorumDisagrees: "a quorum certified a block that this node finds invalid"
        case .usage: "usage: the command line could not be understood"
        case .badInput: "bad input: a file or a number is not what it should be"
        case .unreachable: "unreachable: no node answered"
        case .broken: "a bug: something that cannot be has happened"
        case .inputOutput: "a read or write failed"
        case .tryAgain: "try again: it may work later"
        case .configuration: "the configuration, the home or a key file must be put right first"
        }
    }
}

/// Why a command ended early: the code for scripts, and for people what happened, where, and what to do next.
package struct CommandFailure: Error, Hashable, Sendable {
    package let status: ExitStatus
    package let message: String

    package init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }
}
