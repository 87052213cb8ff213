import ChainCore
import ConsensusCore
import Primitives

extension [FinalBlock] {
    /// Final blocks from a height on, up to a limit, and what proves the last of them final (spec 3.11).
    func range(from height: Height, count: Int) -> SyncResponse {
        let first = Int(height.number) - 1
        guard first >= 0, first < self.count,
            let end = self[first...].lastIndex(where: { $0.block.justification.isFinalization })
        else { return SyncResponse(blocks: [], headers: [], finalization: nil) }
        let last = Swift.min(first + count - 1, end)
        guard
            let proof = self[last...].firstIndex(where: { $0.block.justification.isFinalization })
        else { preconditionFailure("the end is finalised by itself") }
        return SyncResponse(
            blocks: self[first...last].map(\.block),
            headers: self[(last + 1)..<Swift.max(last + 1, proof + 1)].map(\.block.block.header),
            justifications: self[(last + 1)..<Swift.max(last + 1, proof + 1)].map(\.block.justification),
            finalization: self[proof].block.justification.certificate
        )
    }
}
