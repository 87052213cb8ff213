package import ChainCore
package import Cryptography
package import LedgerCore
package import Primitives

/// What a proof that holds shows.
package enum ProofFacts: Hashable, Sendable {
    /// The log at the head holds the transaction.
    case inclusion(IdentifiedTransaction, logIndex: UInt64, FinalHeadFacts)
    /// The log of the first head is the beginning of that of the second.
    case consistency(old: FinalHeadFacts, new: FinalHeadFacts)
    /// The account holds the balance after the head.
    case balance(Proof.Balance, FinalHeadFacts)

    /// The final block that it is about; the later one of two.
    package var head: FinalHeadFacts {
        switch self {
        case .inclusion(_, _, let head), .consistency(_, let head), .balance(_, let head): head
        }
    }
}

/// The first rule that a proof breaks, in the order of the checks (spec 2.7).
package enum ProofFault: Error, Hashable, Sendable {
    /// It is for another network than the genesis file.
    case network(expected: NetworkID, found: NetworkID)
    /// A block is not shown to be final.
    case head(FinalHeadFault)
    /// Of a consistency proof: the old block is.
    case oldHead(FinalHeadFault)
    /// The old block stands above the new one.
    case order(old: Height, new: Height)
    /// The path does not lead from the transaction to the head's log root.
    case notInLog(index: UInt64)
    /// The new log does not begin with the old one: two certified blocks of one network that cannot both be.
    case inconsistent
    /// The path does not lead from the account and the balance to the head's state root.
    case notInState
    /// The payer has not signed this.
    case signature
}

/// Decides a proof with the genesis alone.
package enum ProofCheck {
    /// Answers what the proof shows, or throws the first rule that it breaks.
    ///
    /// Costs a hash for each header and step of a path, and one signature check for each signer and the payer.
    package static func facts(
        of proof: Proof,
        genesis: Genesis,
        scheme: some SignatureScheme
    ) throws(ProofFault) -> ProofFacts {
        let network = genesis.networkID
        guard proof.network == network else { throw .network(expected: network, found: proof.network) }
        switch proof.statement {
        case .inclusion(let claim): return try facts(of: claim, genesis, scheme)
        case .consistency(let claim): return try facts(of: claim, genesis, scheme)
        case .balance(let claim):
            let head = try self.head(claim.head, genesis, scheme)
            let leads = claim.path.leads(from: claim.account, balance: claim.balance, to: head.header.stateRoot)
            guard leads else { throw .notInState }
            return .balance(claim, head)
        }
    }

    private static func facts(
        of claim: Proof.Inclusion,
        _ genesis: Genesis,
        _ scheme: some SignatureScheme
    ) throws(ProofFault) -> ProofFacts {
        let head = try self.head(claim.head, genesis, scheme)
        let settled = IdentifiedTransaction(claim.signed, network: genesis.networkID)
        let isIncluded = Merkle.includes(
            leafHash: settled.leaf,
            index: claim.logIndex,
            size: head.header.logSize,
            path: claim.path,
            root: head.header.logRoot
        )
        guard isIncluded else { throw .notInLog(index: claim.logIndex) }
        guard Verified.check(settled, in: .init(), by: scheme) != nil else { throw .signature }
        return .inclusion(settled, logIndex: claim.logIndex, head)
    }

    private static func facts(
        of claim: Proof.Consistency,
        _ genesis: Genesis,
        _ scheme: some SignatureScheme
    ) throws(ProofFault) -> ProofFacts {
        let old: FinalHeadFacts
        do throws(FinalHeadFault) {
            old = try FinalHeadFacts(claim.old, genesis: genesis, scheme: scheme)
        } catch {
            throw .oldHead(error)
        }
        let new = try head(claim.new, genesis, scheme)
        guard old.header.height <= new.header.height else {
            throw .order(old: old.header.height, new: new.header.height)
        }
        let isConsistent = Merkle.isConsistent(
            oldSize: old.header.logSize,
            oldRoot: old.header.logRoot,
            newSize: new.header.logSize,
            newRoot: new.header.logRoot,
            proof: claim.path
        )
        guard isConsistent else { throw .inconsistent }
        return .consistency(old: old, new: new)
    }

    private static func head(
        _ head: FinalHead,
        _ genesis: Genesis,
        _ scheme: some SignatureScheme
    ) throws(ProofFault) -> FinalHeadFacts {
        do throws(FinalHeadFault) {
            return try FinalHeadFacts(head, genesis: genesis, scheme: scheme)
        } catch {
            throw .head(error)
        }
    }
}

extension ProofFault {
    /// Why the proof does not hold, in a sentence.
    package var sentence: String {
        switch self {
        case .network(let expected, let found):
            "It is for the network \(found.hex), and the genesis file is that of \(expected.hex)."
        case .head(let fault): fault.sentence
        case .oldHead(let fault): "Of the old block: \(fault.sentence)"
        case .order(let old, let new): "The old block \(old) stands above the new block \(new)."
        case .notInLog(let index):
            "Its path does not lead from the transaction, at place \(index), to the log root of its block."
        case .inconsistent: "Its path does not show the log of the new block to begin with that of the old one."
        case .notInState: "Its path does not lead from the account and the balance to the state root of its block."
        case .signature: "The signature in it is not the payer's."
        }
    }
}
