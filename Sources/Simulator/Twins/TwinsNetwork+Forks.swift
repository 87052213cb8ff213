import ChainCore
import ConsensusCore
import Cryptography
import Primitives

// A1 as an auditor sees it who has the disks of the honest nodes and nothing else.
extension TwinsNetwork {
    /// Whether two honest nodes have different blocks final at one height.
    var isChainForked: Bool {
        guard let longest = honest.map({ nodes[$0].disk.chain }).max(by: { $0.count < $1.count }) else { return false }
        return honest.contains { copy in
            zip(nodes[copy].disk.chain, longest).contains { $0.block.block.hash != $1.block.block.hash }
        }
    }

    /// Whoever signed two votes in these nodes' certificates that convict (spec 3.8), or stands in stored evidence.
    var convicted: [Int] {
        var bodies: [Set<VoteBody>] = Array(repeating: [], count: plan.validatorCount)
        var named: Set<Int> = []
        for copy in honest {
            let disk = nodes[copy].disk
            for certificate in disk.lastingCertificates {
                for vote in certificate.votes(validatorCount: plan.validatorCount) ?? [] {
                    bodies[Int(vote.signer)].insert(vote.body)
                }
            }
            named.formUnion(disk.evidence.map { Int($0.signer) })
        }
        for (signer, cast) in bodies.enumerated()
        where cast.contains(where: { one in cast.contains(where: one.contradicts) }) {
            named.insert(signer)
        }
        return named.sorted()
    }
}

extension TwinsStore {
    /// What a node still has after any number of blocks: the justification of each final block, and whatever lies above.
    fileprivate var lastingCertificates: [Certificate] {
        let finalView = chain.last?.view ?? .zero
        return chain.flatMap { [$0.block.justification.certificate] + $0.block.justification.nullifications }
            + certificates.filter { $0.view > finalView }
    }
}
