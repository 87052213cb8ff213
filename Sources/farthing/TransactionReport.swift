import ChainCore
import LedgerCore
import NodeRuntime
import Primitives
import RPCClient
import StrictJSON

/// A node's word on a transaction, as the commands print it, and the exit code that goes with it.
struct TransactionReport {
    private let id: TransactionID
    private let answer: TransactionAnswer
    private let network: NetworkFacts

    init(id: TransactionID, answer: TransactionAnswer, network: NetworkFacts) {
        self.id = id
        self.answer = answer
        self.network = network
    }

    /// Prints the answer; throws what makes the exit code when it is not `final` or `pending`.
    func print(json: Bool, more: JSONObject = [:]) throws(CommandFailure) {
        if json {
            var object: JSONObject = ["id": .string(id.hex)]
            for member in members.members { object.append(member.name, member.value) }
            for member in more.members where object[member.name] == nil { object.append(member.name, member.value) }
            try Console.output(.object(object))
        } else {
            try Console.output("\(id) \(sentence)")
        }
        if let failure { throw failure }
    }

    private var members: JSONObject {
        switch answer.status {
        case .final(let height, let index, let price, let fee):
            [
                "status": "final", "height": .decimal(height.number), "index": .integer(index),
                "price": .decimal(price), "fee": .decimal(fee.units),
            ]
        case .rejected(let reason): ["status": "rejected", "reason": .string(reason.name)]
        case .expired(let validUntil): ["status": "expired", "validUntil": .decimal(validUntil.number)]
        case .pending: ["status": "pending"]
        case .unknown(let height): ["status": "unknown", "historyFrom": .decimal(height.number)]
        case .refused(let reason, let isRetryable):
            ["status": "refused", "reason": .string(reason.name), "retryable": .bool(isRetryable)]
        }
    }

    private var sentence: String {
        switch answer.status {
        case .final(let height, _, let price, let fee):
            let money = DecimalAmount.text(fee, decimals: network.decimals)
            let shares = price == 0 ? "" : ": \(fee.units / price) shares at \(price)"
            return "final in block \(height), fee \(money) \(network.unit)\(shares)"
        case .rejected: return "rejected"
        case .expired(let validUntil): return "expired at \(Timestamp.text(validUntil))"
        case .pending: return "pending"
        case .unknown: return "unknown"
        case .refused: return "refused"
        }
    }

    private var failure: CommandFailure? {
        switch answer.status {
        case .final, .pending: nil
        case .rejected(let reason): CommandFailure(.refused, "it never settles: \(reason.message)")
        case .expired: CommandFailure(.refused, "it never settles: no block took it before it expired")
        case .unknown(let height):
            CommandFailure(
                .tryAgain,
                "this node has not seen it in the blocks from \(height) on. Submit the same bytes again, or ask another node"
            )
        case .refused(let reason, _):
            CommandFailure(.tryAgain, "not taken now: \(reason.message). Submit the same bytes again")
        }
    }
}
