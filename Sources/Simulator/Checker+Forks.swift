import ConsensusCore
import Primitives

/// Two things that cannot both be certified or final, and who signed for both.
package struct Fork: Hashable, Sendable {
    package let what: String
    /// The signers of votes that contradict each other (spec 3.8), ascending.
    package let named: [Int]
}

// A1: a fork names at least f + 1 validators, and only hostile ones.
extension Checker {
    /// Whoever cast two votes, durable or sent, that are evidence together.
    var doubleDealers: [Int] {
        var named: UInt64 = 0
        for cast in tally.values {
            for (body, signers) in cast {
                for (other, others) in cast where body.contradicts(other) { named |= signers & others }
            }
        }
        return (0..<electorate.validators.count).filter { named >> UInt64($0) & 1 == 1 }
    }

    /// Two things were certified or final that exclude each other.
    mutating func contradict(_ what: String) {
        guard bearsForks else { return violate(what) }
        let named = doubleDealers
        if named.count <= electorate.validators.faultyMax {
            violate("A1: \(what), but only \(named) can be named")
        } else if let wronged = named.first(where: honest.contains) {
            violate("A1: \(what), and honest validator \(wronged) is named")
        }
        if fork == nil { fork = Fork(what: what, named: named) }
    }
}

extension VoteBody {
    /// Whether one signer's votes for both are evidence; the order does not matter.
    func contradicts(_ other: VoteBody) -> Bool {
        let vote = Vote(body: self, signer: 0, signature: .zero)
        return Evidence(vote, Vote(body: other, signer: 0, signature: .zero)) != nil
    }
}
