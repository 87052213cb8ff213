package import ChainCore
import ConsensusCore
import LedgerCore
package import Primitives

/// What each peer may have read from disk for it: so many requests waiting, so many bytes a second.
package struct ReadBudgets: Sendable {
    /// Requests of one peer that wait; an honest one asks for a range at a time, and a few blocks.
    package static let waitingMax = 4

    private struct Account: Sendable {
        var waiting = 0
        var answers: Allowance
    }

    private var accounts: [PublicKey: Account] = [:]

    package init() {}

    /// Answers false when the peer has too much waiting, or has had its share; it asks again, or somebody else.
    package mutating func admit(_ peer: PublicKey, at now: Milliseconds) -> Bool {
        var account = accounts[peer] ?? Account(answers: .answers(at: now))
        defer { accounts[peer] = account }
        guard account.waiting < Self.waitingMax, account.answers.hasAny(at: now) else { return false }
        account.waiting += 1
        return true
    }

    /// An admitted request is done, with an answer of this size.
    package mutating func done(_ peer: PublicKey, byteCount: Int, at now: Milliseconds) {
        precondition(accounts[peer]?.waiting ?? 0 > 0, "only what was admitted is done, once")
        accounts[peer]?.waiting -= 1
        accounts[peer]?.answers.spend(byteCount, at: now)
    }
}

extension Allowance {
    /// Bytes of answers to one peer: blocks, bodies, transactions.
    package static func answers(at now: Milliseconds) -> Allowance {
        Allowance(capacity: 64 << 20, perSecond: 32 << 20, at: now)
    }
}

extension PeerMessage {
    /// About how large an answer is, without encoding it.
    package var answerByteCount: Int {
        switch self {
        case .bodyResponse(let response): response.transactions.reduce(64) { $0 + $1.byteCount }
        case .transactions(let transactions): transactions.reduce(64) { $0 + $1.byteCount }
        case .blockResponse(let block): Int(block.header.transactionBytes) + 1_024
        case .syncResponse(let response):
            response.blocks.reduce(1_024) { $0 + Int($1.block.header.transactionBytes) + 1_024 }
                + response.headers.count * 1_024
        case .certificate(let certificate): 128 + 64 * certificate.signatures.count
        default: 256
        }
    }
}
