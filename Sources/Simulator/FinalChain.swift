import ChainCore
import ConsensusCore
import Primitives

extension [FinalBlock] {
    /// Final blocks from a height on, as many as were asked for, and what proves the last of them final (spec 3.11).
    func range(_ request: SyncRequest) -> SyncResponse {
        let first = Int(request.fromHeight.number) - 1
        guard first >= 0, first < self.count,
            let end = self[first...].lastIndex(where: { $0.block.justification.isFinalization })
        else { return SyncResponse(blocks: [], headers: [], finalization: nil) }
        var last = first
        var byteCount = Int(self[first].block.block.header.transactionBytes)
        while last < end, last - first + 1 < Int(request.blockCountMax) {
            byteCount += Int(self[last + 1].block.block.header.transactionBytes)
            guard byteCount <= Int(request.maxBytes) else { break }
            last += 1
        }
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
