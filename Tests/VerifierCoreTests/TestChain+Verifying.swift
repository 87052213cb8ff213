import ChainCore
import ConsensusCore
import Cryptography
import Primitives
import VerifierCore

extension TestChain {
    /// Verifies the blocks as a shell does; answers the violation, if there is one, and the report.
    func report(of blocks: [JustifiedBlock]? = nil, loose: [Certificate] = []) -> VerificationReport {
        let scheme = StrictEd25519()
        let checked = Verified.check(loose, in: electorate, by: scheme).compactMap { $0 }
        var verifier = Verifier(genesis: genesis, loose: checked)
        do {
            for block in blocks ?? self.blocks {
                _ = try verifier.check(CheckedBlock(block, electorate: verifier.electorate, scheme: scheme))
            }
        } catch {
            return verifier.finish(violation: error)
        }
        return verifier.finish()
    }

    func violation(of blocks: [JustifiedBlock], loose: [Certificate] = []) -> Violation? {
        guard case .damaged(let violation) = report(of: blocks, loose: loose).verdict else { return nil }
        return violation
    }
}
