package import ChainCore
import ConsensusCore
import Cryptography
package import LedgerCore
package import Primitives

// Proofs (spec 2.7): from the log's nodes, which lie here from level 4 on, the leaves below in their blocks, and headers.
extension ChainStore {
    /// A final block with what shows it to be final; nil above the tip, or when no finalization at or above it is here.
    ///
    /// Costs a small read for each header, mostly one.
    package func finalHead(at height: Height) throws(StorageError) -> FinalHead? {
        guard height > .zero else { return nil }
        var headers: [Header] = []
        var next = height
        while next <= tip.height {
            let stored = try storedBlock(at: next)
            headers.append(stored.header)
            if stored.justification.isFinalization {
                return FinalHead(headers: headers, finalization: stored.justification.certificate)
            }
            next = next.next
        }
        return nil
    }

    /// The last block with a finalization of its own, mostly the tip; nil in a chain of block 0 alone.
    package func lastFinalized() throws(StorageError) -> Height? {
        var height = tip.height.number
        while height > 0 {
            if try storedBlock(at: Height(height)).justification.isFinalization { return Height(height) }
            height -= 1
        }
        return nil
    }

    /// That the log holds a transaction: at the block of this height, else at the last with a finalization of its own.
    ///
    /// Costs the transaction's block, a small read for each level of the log from 4 up, and below at most four reads of a
    /// block on either side of the transaction and of the log's end.
    package func inclusion(
        of id: TransactionID,
        at height: Height?
    ) throws(StorageError) -> Result<Proof, ProofGap> {
        guard let (settlement, block, transaction) = try settled(id) else { return .failure(.transaction) }
        guard let place = try place(height), let head = try finalHead(at: place) else {
            return .failure(.block)
        }
        guard settlement.height <= place else { return .failure(.transaction) }
        let index = block.header.logSize - UInt64(block.transactions.count) + UInt64(settlement.index)
        let claim = Proof.Inclusion(
            signed: transaction.signed,
            logIndex: index,
            path: try logPath(of: index, size: head.headers[0].logSize),
            head: head
        )
        return .success(Proof(network: genesis.networkID, statement: .inclusion(claim)))
    }

    /// That the log at one block begins with the log at an earlier one; nil when either is not shown to be final here.
    ///
    /// The cost is that of `inclusion`.
    package func consistency(from old: Height, to new: Height?) throws(StorageError) -> Proof? {
        guard let place = try place(new), old <= place, let oldHead = try finalHead(at: old),
            let newHead = try finalHead(at: place)
        else { return nil }
        let path = try Merkle.consistencyProof(
            oldSize: oldHead.headers[0].logSize,
            newSize: newHead.headers[0].logSize
        ) { (level, index) throws(StorageError) in try requiredLogNode(level: level, index: index) }
        let claim = Proof.Consistency(old: oldHead, new: newHead, path: path)
        return Proof(network: genesis.networkID, statement: .consistency(claim))
    }

    private func place(_ height: Height?) throws(StorageError) -> Height? {
        if let height { height } else { try lastFinalized() }
    }

    /// A final transaction with its block; nil when it is not final.
    func settled(
        _ id: TransactionID
    ) throws(StorageError) -> (Settlement, block: Block, transaction: IdentifiedTransaction)? {
        guard let settlement = try settlement(of: id), let block = try finalBlock(at: settlement.height)?.block,
            block.transactions.indices.contains(settlement.index)
        else { return nil }
        let transaction = block.transactions[settlement.index]
        guard transaction.id == id else {
            throw .damaged(StoreDamage(.settlement(id), "another transaction stands where it points"))
        }
        return (settlement, block, transaction)
    }

    /// From a place in the log to the root of its first `size` leaves.
    func logPath(of index: UInt64, size: UInt64) throws(StorageError) -> [Hash32] {
        try Merkle.inclusionPath(index: index, size: size) { (level, index) throws(StorageError) in
            try requiredLogNode(level: level, index: index)
        }
    }

    private func requiredLogNode(level: Int, index: UInt64) throws(StorageError) -> Hash32 {
        guard let node = try logNode(level: level, index: index) else {
            throw .damaged(StoreDamage(.tip, "the log is shorter than a header below it says"))
        }
        return node
    }
}
