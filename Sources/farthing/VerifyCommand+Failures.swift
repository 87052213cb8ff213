import ConsensusCore
import LedgerCore
import LevelDBStorage
import NodeRuntime
import Primitives
import VerifierCore

// Why a verification could not look at a chain, in sentences.

extension VerificationFailure {
    func failure(home: String) -> CommandFailure {
        switch self {
        case .storage(.otherNetwork(let found, let wanted)): Self.otherNetwork(found, wanted)
        case .storage(let error): CommandFailure(error, home: home)
        case .voteLog(.damaged(let damage)): Self.failure(damage, home)
        case .voteLog(let error): CommandFailure(error, home: home)
        case .export(let failure): CommandFailure(failure)
        case .stored(let failure): failure.failure(home: home)
        case .node(let url, let error):
            CommandFailure(error.status, "\(url): \(error.message)")
        case .nodeOfOtherNetwork(let url, let found, let wanted):
            CommandFailure(
                .badInput,
                "\(url) is a node of the network \(found), the genesis file begins \(wanted). Is it the right file?"
            )
        case .file(let error): CommandFailure(error)
        }
    }

    private static func failure(_ damage: VoteLogDamage, _ home: String) -> CommandFailure {
        switch damage {
        case .otherNetwork(let found, let wanted): otherNetwork(found, wanted)
        default:
            CommandFailure(
                .damaged,
                "the vote log in \(home) can't be trusted (\(damage.sentence)), so nobody knows where the chain should end. "
                    + "Its node serves reads and signs nothing; the validator joins again with a new key"
            )
        }
    }

    private static func otherNetwork(_ found: NetworkID, _ wanted: NetworkID) -> CommandFailure {
        CommandFailure(
            .badInput,
            "the home belongs to the network \(found), the genesis file begins \(wanted). Is it the right file?"
        )
    }
}

extension Violation {
    fileprivate var sentence: String {
        let text = finding.text
        return "height \(height): \(text.rule)" + (text.place.isEmpty ? "" : ", \(text.place)")
            + ": expected \(text.expected), found \(text.found)"
    }
}

extension SourceStop {
    /// For a source that is no chain to verify: whatever stops it is a failure of the command.
    func failure(source: VerifySource) -> CommandFailure {
        switch self {
        case .failure(let failure): failure.failure(home: source.place)
        case .damaged(let damage): CommandFailure(.damaged, "\(damage)")
        case .violation(let violation):
            CommandFailure(.damaged, violation.sentence)
        }
    }
}
