import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import ReplicaCore

// What is worth telling, and in which words.
extension Stage {
    private mutating func tell(_ player: Int, _ what: String) {
        tale.tell(players[player].name, what, at: now - Self.start)
    }

    mutating func narrate(_ what: String) { tale.tell(what, at: now - Self.start) }

    /// An order is on disk, and what it says is on its way.
    mutating func tellDurable(_ order: ReplicaEffect, of player: Int) {
        switch order {
        case .propose(let draft):
            let view = draft.body.view
            tell(
                player,
                "led view \(view): block \(label(draft.header)) and its own notarize vote are on its disk, so the proposal went out"
            )
            narrate("  " + contents(draft))
        case .vote(let body): tell(player, words(for: body))
        case .storeCertificate(let certificate): tell(player, words(for: certificate))
        case .storeEvidence(let evidence):
            tell(
                player,
                "kept evidence: two votes of \(names(of: Int(evidence.signer))) in view \(evidence.view) contradict each other"
            )
        default: break
        }
    }

    mutating func tellFinal(_ final: FinalBlock, at player: Int) {
        let block = final.block.block
        var what = "had block \(label(block.header)) and its state on disk: it is final"
        for transaction in block.transactions {
            let price = block.header.price
            let shares = transaction.transaction.shares
            what +=
                "; payment \(number(of: transaction.id)) paid \(UInt64(shares) * price) for \(shares) shares at \(price)"
        }
        if !block.evidence.isEmpty {
            what += "; it names \(Tale.list(block.evidence.map { names(of: Int($0.signer)) })) for ever"
        }
        tell(player, what)
    }

    private func words(for body: VoteBody) -> String {
        switch body {
        case .notarize(_, let view, _, let block):
            "had block \(label(block)) and the vote on disk, and voted to notarize it in view \(view)"
        case .nullify(_, let view): "gave view \(view) up: nullify vote on disk and sent"
        case .finalize(_, let view, _, let block):
            "voted to finalize block \(label(block)), never having given view \(view) up"
        }
    }

    private func words(for certificate: Certificate) -> String {
        let signers = certificate.signers.signers(of: 4) ?? []
        let votes = "\(signers.count) of 4 votes (\(Tale.list(signers.map(names)))))".dropLast()
        switch certificate.body {
        case .notarize(_, let view, _, let block):
            return "held \(votes): block \(label(block)) is notarized, view \(view) is over"
        case .nullify(_, let view): return "held \(votes): view \(view) is skipped"
        case .finalize(_, _, _, let block): return "held \(votes): block \(label(block)) is finalized"
        }
    }

    private func contents(_ draft: ProposalDraft) -> String {
        let count = draft.leaves.count
        var parts = [
            "it stands on \(draft.body.target.map { $0.parentView == .zero ? "genesis" : "view \($0.parentView)" } ?? "")"
        ]
        if !draft.nullifications.isEmpty {
            parts.append("shows that \(Tale.list(draft.nullifications.map { "view \($0.view)" })) was skipped")
        }
        parts.append(
            count == 0
                ? "holds no payment" : "holds \(count) payment\(count == 1 ? "" : "s") at \(draft.header.price) a share"
        )
        if !draft.evidence.isEmpty { parts.append("carries evidence") }
        return parts.joined(separator: ", ")
    }

    // MARK: - Names

    /// `1`, or `1 (3fa2)` where two blocks have one height.
    private func label(_ header: Header) -> String { label(header.hash(network: keys.electorate.network)) }
    private func label(_ hash: Hash32) -> String { String(hash.hex.prefix(4)) }

    private func names(of validator: Int) -> String {
        players.first { $0.validator == validator }?.name ?? Self.names[validator]
    }

    private func number(of id: TransactionID) -> Int { (payments.firstIndex(of: id) ?? 0) + 1 }

    static let names = ["Ada", "Ben", "Cem", "Dee"]
}
