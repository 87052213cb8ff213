import ChainCore
import ConsensusCore
import Cryptography
import Primitives

// Spec 3.11: a range proves itself.
extension SyncResponse {
    /// One block of the range, whole or as a header.
    private struct Link {
        let header: Header
        let hash: Hash32
        let justification: Justification
    }

    /// Why the range does not prove its blocks final, each in the view of its justification; nil when it does.
    ///
    /// From the finalization downwards every step is forced: a header names its parent's hash, a justification its
    /// parent's view. Signatures have been checked; that the first block follows on from the tip, and that execution
    /// gives the headers, is checked when the range is applied.
    func fault(under rules: ChainRules) -> String? {
        guard justifications.count == headers.count else { return "not every header has its justification" }
        var links = blocks.map { Link(header: $0.block.header, hash: $0.block.hash, justification: $0.justification) }
        for (header, justification) in zip(headers, justifications) {
            links.append(
                Link(header: header, hash: header.hash(network: rules.network), justification: justification)
            )
        }
        guard let last = links.last, let finalization, finalization.kind == .finalize,
            finalization.body == last.justification.certificate.body
        else { return "it does not end with a finalization" }
        for link in links where !link.justification.covers(link.hash) {
            return "the justification of block \(link.header.height) is over another block or has gaps"
        }
        for (below, above) in zip(links, links.dropFirst()) {
            guard above.header.parent == below.hash, above.header.height.follows(below.header.height),
                above.justification.parentView == below.justification.view
            else { return "block \(above.header.height) does not follow the one before it" }
        }
        return bodyFault(under: rules)
    }

    /// A body that its header does not commit to; the first block's evidence is held against the tip later.
    private func bodyFault(under rules: ChainRules) -> String? {
        for item in blocks where !item.block.bodyMatchesHeader || !item.block.change.isEmpty {
            return "the body of block \(item.block.height) is not its own"
        }
        for (below, above) in zip(blocks.map(\.block), blocks.map(\.block).dropFirst()) {
            let expected = rules.evidenceHash(after: below.header.evidenceHash, above.evidence)
            guard above.header.evidenceHash == expected else {
                return "the evidence of block \(above.height) is not its own"
            }
        }
        return nil
    }
}
