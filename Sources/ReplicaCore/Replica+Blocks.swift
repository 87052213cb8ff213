import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import MempoolCore
import Primitives

/// A block on its way here: its header is known, bodies or parent may be missing.
struct Assembly: Sendable {
    let header: Header
    let leaves: [Hash32]
    let evidence: [Evidence]
    let view: View
    /// Who proposed it or sent it.
    let source: PublicKey
    /// At the place of each leaf the transaction, once it is here.
    private(set) var bodies: [IdentifiedTransaction?]
    private(set) var missingCount: Int
    /// Asked for by hash: a quorum has seen it or a descendant of it.
    let isFetched: Bool
    /// When the missing parts were last asked for (monotonic), and of how many.
    var askedAt: Milliseconds
    var asked = 0

    /// What a proposal announces.
    init(_ proposal: Proposal, from source: PublicKey, at now: Milliseconds) {
        header = proposal.header
        leaves = proposal.leaves
        evidence = proposal.evidence
        view = proposal.view
        self.source = source
        bodies = Array(repeating: nil, count: leaves.count)
        missingCount = leaves.count
        isFetched = false
        askedAt = now
    }

    /// A block that came whole.
    init(_ block: Block, view: View, from source: PublicKey, at now: Milliseconds) {
        header = block.header
        leaves = block.transactions.map(\.leaf)
        evidence = block.evidence
        self.view = view
        self.source = source
        bodies = block.transactions.map(Optional.some)
        missingCount = 0
        isFetched = true
        askedAt = now
    }

    /// Puts what `find` knows to its place.
    mutating func add(_ find: (Hash32) -> IdentifiedTransaction?) {
        guard !isWhole else { return }
        for place in leaves.indices where bodies[place] == nil {
            guard let transaction = find(leaves[place]) else { continue }
            bodies[place] = transaction
            missingCount -= 1
        }
    }

    /// How long to wait for an answer: a sixth of the view timer until everybody was asked once, then twice, four times as
    /// long and so on, up to the time of a retry.
    ///
    /// What nobody has, such as the block of a leader who sent it to none, would else be asked for twenty times a second.
    struct Patience {
        let first: UInt64
        let longest: UInt64
        let validatorCount: Int
    }

    func askAgainAt(_ patience: Patience) -> Milliseconds {
        let rounds = UInt64(min(asked / patience.validatorCount, 16))
        return askedAt.adding(Milliseconds(min(patience.first << rounds, patience.longest)))
    }

    var missing: [Hash32] { leaves.indices.filter { bodies[$0] == nil }.map { leaves[$0] } }
    var isWhole: Bool { missingCount == 0 }
    var transactions: [IdentifiedTransaction] { bodies.compactMap(\.self) }
}

// From a proposal or a fetched block to an executed one. What is missing is not here yet, never invalid (spec 3.6).
extension Replica {
    mutating func receive(_ proposal: Proposal, from peer: PublicKey) {
        let hash = proposal.header.hash(network: network)
        // Header, vote and leaves must fit together, whoever sent them; the body is never judged otherwise (spec 2.5).
        guard proposal.vote.body.kind == .notarize, proposal.vote.body.block == hash,
            proposal.header.proposer == proposal.vote.signer, proposal.leaves.count == proposal.header.transactionCount,
            Merkle.root(leafHashes: proposal.leaves) == proposal.header.transactionsRoot, proposal.change.isEmpty
        else {
            effects.append(.disconnect(peer, reason: .proposalContradictsItself))
            return
        }
        // Its certificates go the normal way first.
        for certificate in proposal.nullifications + [proposal.parentCertificate].compactMap(\.self) {
            run(.certificate(certificate))
        }
        // Before any vote for it: a start reads the bodies above the final view, and must find this one there.
        storeAgain(hash, under: proposal.view)
        run(
            .proposal(
                ProposalFacts(
                    vote: proposal.vote,
                    parent: proposal.header.parent,
                    time: proposal.header.time,
                    proposer: proposal.header.proposer
                )
            )
        )
        guard consensus.wants(hash), candidates[hash] == nil, assemblies[hash] == nil, hash != tipHash else { return }
        assemblies[hash] = Assembly(proposal, from: peer, at: now.monotonic)
        gatherFromMempool(hash)
        proceed(with: hash)
    }

    /// A block that is proposed again in a later view is stored under that view too.
    private mutating func storeAgain(_ hash: Hash32, under view: View) {
        guard let candidate = candidates[hash], candidate.view < view, view <= consensus.current.next else { return }
        candidates[hash]?.view = view
        effects.append(.storeBlock(candidate.block, view: view))
    }

    private mutating func gatherFromMempool(_ hash: Hash32) {
        assemblies[hash]?.add { [mempool] leaf in mempool.transaction(leaf: leaf)?.value }
    }

    mutating func receive(
        _ transactions: [Verified<IdentifiedTransaction>],
        of hash: Hash32,
        from peer: PublicKey
    ) {
        guard assemblies[hash] != nil else { return }
        let found = Dictionary(transactions.map { ($0.value.leaf, $0.value) }, uniquingKeysWith: { first, _ in first })
        assemblies[hash]?.add { found[$0] }
        proceed(with: hash)
    }

    /// Puts transactions that came by themselves where a block waits for them; what is still missing is asked for already.
    mutating func complete(with transactions: [IdentifiedTransaction]) {
        guard !assemblies.isEmpty else { return }
        let found = Dictionary(transactions.map { ($0.leaf, $0) }, uniquingKeysWith: { first, _ in first })
        for hash in assemblies.filter({ !$0.value.isWhole }).keys.sorted() {
            assemblies[hash]?.add { found[$0] }
            if assemblies[hash]?.isWhole == true { proceed(with: hash) }
        }
    }

    /// A whole block that was asked for.
    mutating func receive(_ block: Block, from peer: PublicKey) {
        guard candidates[block.hash] == nil, block.hash != tipHash, block.height > tip.height,
            consensus.wants(block.hash) || assemblies[block.hash] != nil || isAwaitedParent(block.hash)
        else { return }
        guard block.bodyMatchesHeader, block.change.isEmpty else {
            effects.append(.disconnect(peer, reason: .bodyDoesNotMatchHeader(block: block.hash)))
            return fetch(block.hash, from: [], butNotFrom: peer)
        }
        let view = consensus.view(of: block.hash) ?? consensus.current
        assemblies[block.hash] = Assembly(block, view: view, from: peer, at: now.monotonic)
        proceed(with: block.hash)
    }

    private func isAwaitedParent(_ hash: Hash32) -> Bool { assemblies.values.contains { $0.header.parent == hash } }

    // MARK: - Execution

    /// Executes a block once it is whole and its parent is executed; asks for what is missing.
    private mutating func proceed(with hash: Hash32) {
        guard let assembly = assemblies[hash] else { return }
        guard assembly.isWhole else { return ask(for: hash) }
        guard let parent = header(of: assembly.header.parent), let path = path(to: assembly.header.parent) else {
            return ask(for: hash)
        }
        assemblies[hash] = nil
        // The header commits to the evidence as it does to the transactions: another list is another's forgery.
        guard rules.evidenceHash(after: parent.evidenceHash, assembly.evidence) == assembly.header.evidenceHash else {
            effects.append(.disconnect(assembly.source, reason: .bodyDoesNotMatchHeader(block: hash)))
            return fetch(hash, from: [], butNotFrom: assembly.source)
        }
        let block = Block(
            header: assembly.header,
            network: network,
            transactions: assembly.transactions,
            evidence: assembly.evidence
        )
        do throws(BlockDefect) {
            let delta = try judge(block, after: parent, path: path)
            keep(block, view: assembly.view, delta: delta)
            run(.executed(facts(of: block)))
            for child in waitingChildren(of: hash) { proceed(with: child) }
        } catch {
            effects.append(.refused(block: hash, view: assembly.view, error))
            run(.invalid(block: hash))
            if consensus.isCertified(hash) { halt(block, error) }
        }
    }

    private func waitingChildren(of hash: Hash32) -> [Hash32] {
        assemblies.filter { $0.value.header.parent == hash }.keys.sorted()
    }

    /// Executes a block and compares its header with what execution gives.
    func judge(_ block: Block, after parent: Header, path: [LedgerDelta]) throws(BlockDefect) -> LedgerDelta {
        guard block.change.isEmpty else { throw .carriesChange }
        guard rules.admits(block.evidence, accused: accused(upTo: block.parent)) else { throw .evidenceNotAdmissible }
        let delta: LedgerDelta
        do throws(BlockFault) {
            delta = try ledger.execute(
                block.transactions,
                at: block.time,
                payoutTo: rules.payoutAccounts,
                after: path,
                transactionsRoot: block.transactionsRoot
            )
        } catch {
            throw .ledger(error)
        }
        let expected = rules.header(
            after: parent,
            hash: block.parent,
            proposer: block.header.proposer,
            ledger: delta.head,
            evidence: block.evidence
        )
        guard expected == block.header else { throw .headerDiffers(expected: expected, found: block.header) }
        return delta
    }

    /// Keeps an executed block; its body goes to disk before any vote for it.
    mutating func keep(_ block: Block, view: View, delta: LedgerDelta) {
        candidates[block.hash] = Candidate(block: block, view: view, delta: delta)
        effects.append(.storeBlock(block, view: view))
        work.mayHaveChanged = true
    }

    /// A block that was stored before a restart; one that no longer fits is left where it is.
    mutating func restore(_ block: Block, view: View) {
        guard candidates[block.hash] == nil, let parent = header(of: block.parent), let path = path(to: block.parent)
        else { return }
        do throws(BlockDefect) {
            let delta = try judge(block, after: parent, path: path)
            candidates[block.hash] = Candidate(block: block, view: view, delta: delta)
            run(.restored(facts(of: block)))
        } catch {
            // A block that this node halted at is kept too; its certificate makes it halt again.
            effects.append(.refused(block: block.hash, view: view, error))
        }
    }

    // MARK: - Fetching

    /// Asks for a block that a quorum has seen, unless only parts of it are missing, which are asked for already.
    mutating func fetch(_ hash: Hash32, from signers: [Int], butNotFrom liar: PublicKey? = nil) {
        guard candidates[hash] == nil, assemblies[hash] == nil else { return }
        let keys = signers.map { rules.electorate.validators.validators[$0].nodeKey }.filter { peers[$0] != nil }
        let somebody = (keys.isEmpty ? connectedValidators : keys).filter { $0 != liar }
        guard !somebody.isEmpty else { return }
        // Two of them, others with every retry: whoever doesn't answer must not be asked for ever.
        let turn = Int(now.monotonic.number / max(1, consensus.pace.retry.number) % UInt64(somebody.count))
        let asked = (0..<min(2, somebody.count)).map { somebody[(turn + $0) % somebody.count] }
        effects.append(.send(.blockRequest(BlockRequest(hash: hash)), to: asked))
    }

    /// Asks for the bodies or the parent of a block: the source first, then anybody (spec 3.6 Notarize).
    private mutating func ask(for hash: Hash32) {
        guard let assembly = assemblies[hash] else { return }
        assemblies[hash]?.askedAt = now.monotonic
        assemblies[hash]?.asked += 1
        let others = connectedValidators.filter { $0 != assembly.source }
        let everybody = (peers[assembly.source] == nil ? [] : [assembly.source]) + others
        guard !everybody.isEmpty else { return }
        let peer = everybody[assembly.asked % everybody.count]
        if !assembly.isWhole {
            let request = BodyRequest(block: hash, leaves: assembly.missing)
            effects.append(.send(.bodyRequest(request), to: [peer]))
        } else if assemblies[assembly.header.parent] == nil, isBackedByQuorum(assembly),
            !isLeftToSync(parentOf: assembly.header)
        {
            effects.append(.send(.blockRequest(BlockRequest(hash: assembly.header.parent)), to: [peer]))
        }
    }

    /// Whether peers claim to have the parent final, far above the tip.
    ///
    /// Ranges bring it from below. Asked for from above, one block after another, all between would pile up here.
    private func isLeftToSync(parentOf header: Header) -> Bool {
        let best = bestPeerHeight
        return best.number > tip.height.number + 2 && header.height <= best.next
    }

    /// Whether a certificate vouches for the parent.
    ///
    /// A hostile leader can name any parent; only what a quorum has seen, and the ancestors of that, are worth a request.
    private func isBackedByQuorum(_ assembly: Assembly) -> Bool {
        assembly.isFetched || consensus.isCertified(assembly.header.parent)
    }

    private var patience: Assembly.Patience {
        let first = max(20, consensus.pace.viewTimer.number / 6)
        return Assembly.Patience(
            first: first,
            longest: max(first, consensus.pace.retry.number),
            validatorCount: max(1, peers.values.count { $0.index != nil })
        )
    }

    mutating func refetchAssemblies() {
        guard !assemblies.isEmpty else { return }
        let (patience, moment) = (patience, now.monotonic)
        let due = assemblies.filter { $0.value.askAgainAt(patience) <= moment }.keys.sorted()
        for hash in due {
            // Nobody wants it any more: its view has passed without a certificate.
            guard consensus.wants(hash) || isAwaitedParent(hash) else {
                assemblies[hash] = nil
                continue
            }
            gatherFromMempool(hash)
            proceed(with: hash)
        }
    }

    var assemblyDeadline: Milliseconds? {
        // Looked at first: a closure would take a copy of the replica along, in every turn.
        guard !assemblies.isEmpty else { return nil }
        let patience = patience
        return assemblies.values.map { $0.askAgainAt(patience) }.min()
    }

    // MARK: - Serving

    mutating func answer(_ request: BlockRequest, to peer: PublicKey) {
        if let candidate = candidates[request.hash] {
            reply(.blockResponse(candidate.block), to: peer)
        } else {
            effects.append(.serveBlock(request.hash, to: peer))
        }
    }

    mutating func answer(_ request: BodyRequest, to peer: PublicKey) {
        var found: [IdentifiedTransaction] = []
        let ofBlock = candidates[request.block].map { candidate in
            Dictionary(candidate.block.transactions.map { ($0.leaf, $0) }, uniquingKeysWith: { first, _ in first })
        }
        for leaf in request.leaves {
            if let transaction = ofBlock?[leaf] ?? mempool.transaction(leaf: leaf)?.value { found.append(transaction) }
        }
        guard !found.isEmpty else { return }
        reply(.bodyResponse(BodyResponse(block: request.block, transactions: found)), to: peer)
    }
}
