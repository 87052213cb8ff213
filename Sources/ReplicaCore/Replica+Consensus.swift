import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import MempoolCore
import Primitives

// What consensus decides, done with blocks and ledger.
extension Replica {
    /// Hands consensus an event and does what it asks; what that makes happen is handed in again.
    mutating func run(_ event: ConsensusEvent) {
        for effect in consensus.step(event, at: now) { perform(effect) }
        consensusDeadline = consensus.deadline
    }

    private mutating func perform(_ effect: ConsensusEffect) {
        switch effect {
        case .store(let certificate): effects.append(.storeCertificate(certificate))
        case .broadcast(let certificate): echo(certificate)
        case .vote(let body): effects.append(.vote(body))
        case .build(let view, _, let parent): build(for: view, on: parent)
        case .propose(let plan): propose(plan)
        case .fetch(let block, let signers): fetch(block, from: signers)
        case .request(let view):
            effects.append(.broadcast(.certificateRequest(CertificateRequest(epoch: consensus.epoch, view: view))))
        case .finalized(let chain): finalize(chain)
        case .evidence(let evidence): keep(evidence)
        case .retry(let plan): retry(plan)
        case .stopped(let mode): effects.append(.signingStopped(mode))
        }
    }

    mutating func receive(_ certificate: Certificate, from peer: PublicKey) {
        heard = (certificate, peer)
        run(.certificate(certificate))
        heard = nil
    }

    /// Passes a new certificate on to all but whoever it came from.
    private mutating func echo(_ certificate: Certificate) {
        guard let heard, heard.certificate == certificate else {
            return effects.append(.broadcast(.certificate(certificate)))
        }
        let others = connectedValidators.filter { $0 != heard.peer }
        if !others.isEmpty { effects.append(.send(.certificate(certificate), to: others)) }
    }

    // MARK: - Proposing

    /// Builds the largest set in which everybody accepts the price (spec 2.4), or an empty block.
    private mutating func build(for view: View, on parentHash: Hash32) {
        guard let me, let parent = header(of: parentHash), let path = path(to: parentHash) else {
            return run(.cannotBuild(view: view))
        }
        let time = timeOfBlock(after: parent)
        let chosen = mempool.selection(ledger: ledger, after: path, time: time).map(\.value)
        let news = newEvidence(after: parentHash)
        let delta: LedgerDelta
        do {
            delta = try ledger.execute(chosen, at: time, payoutTo: rules.payoutAccounts, after: path)
        } catch {
            preconditionFailure("selection reserves against the parent's state, so nothing it takes can fail: \(error)")
        }
        let header = rules.header(
            after: parent,
            hash: parentHash,
            proposer: UInt16(me),
            ledger: delta.head,
            evidence: news
        )
        let block = Block(header: header, network: network, transactions: chosen, evidence: news)
        keep(block, view: view, delta: delta)
        run(.built(view: view, facts(of: block)))
    }

    /// My clock, or the earliest that the parent allows (spec 3.10).
    func timeOfBlock(after parent: Header) -> Milliseconds {
        max(now.wall, parent.time.adding(consensus.pace.blockInterval))
    }

    private mutating func propose(_ plan: ProposalPlan) {
        guard let block = candidates[plan.block]?.block else {
            preconditionFailure("consensus proposes only what was built in this turn")
        }
        let draft = ProposalDraft(
            body: plan.body,
            header: block.header,
            leaves: block.transactions.map(\.leaf),
            evidence: block.evidence,
            parentCertificate: plan.parentCertificate,
            nullifications: plan.nullifications
        )
        self.draft = draft
        effects.append(.propose(draft))
    }

    mutating func voted(_ vote: Vote) {
        if let draft, draft.body == vote.body {
            proposal = draft.signed(by: vote)
            self.draft = nil
        }
        run(.voted(vote))
    }

    func facts(of block: Block) -> BlockFacts {
        BlockFacts(
            hash: block.hash,
            parent: block.parent,
            height: block.height,
            time: block.time,
            hasTransactions: !block.transactions.isEmpty
        )
    }

    // MARK: - Finality

    /// Moves the final state along a chain of candidates (spec 3.6 Finalization).
    private mutating func finalize(_ chain: [Justified]) {
        var final: [FinalBlock] = []
        for step in chain {
            guard let candidate = candidates.removeValue(forKey: step.block), candidate.block.parent == tipHash else {
                preconditionFailure("consensus finalises only blocks that it was told are executed, in height order")
            }
            let why = Justification(certificate: step.certificate, nullifications: step.nullifications)
            final.append(become(final: candidate, why))
        }
        effects.append(.commit(final))
        dropLosers()
    }

    /// Merges one block into the final state; the caller orders the commit.
    ///
    /// A body that was fetched before its view was known lies under a later one. It is stored again under its own: what
    /// lies under a view is swept when that view is past, unless the final block of that very view points to it.
    mutating func become(final candidate: Candidate, _ why: Justification) -> FinalBlock {
        if candidate.view != why.view { effects.append(.storeBlock(candidate.block, view: why.view)) }
        ledger.finalize(candidate.delta)
        tip = candidate.block.header
        tipHash = candidate.block.hash
        accused.formUnion(candidate.block.evidence.map(Accused.init))
        evidence.removeAll { accused.contains(Accused($0)) }
        dropped += mempool.finalized(candidate.block.transactions, ledger: ledger)
        work.mayHaveChanged = true
        return FinalBlock(
            block: JustifiedBlock(block: candidate.block, justification: why),
            bodyView: why.view,
            delta: candidate.delta
        )
    }

    /// Drops what is not on the final chain.
    mutating func dropLosers() {
        let tip = tip.height
        for hash in candidates.keys where path(to: hash) == nil { candidates[hash] = nil }
        assemblies = assemblies.filter { $0.value.header.height > tip }
        if let proposal, proposal.header.height <= tip { self.proposal = nil }
    }

    // MARK: - Evidence (spec 3.8)

    /// Keeps evidence against whoever has not been accused before.
    mutating func keep(_ item: Evidence) {
        let accusation = Accused(item)
        guard !accused.contains(accusation), !evidence.contains(where: { Accused($0) == accusation }) else { return }
        evidence.append(item)
        effects.append(.storeEvidence(item))
    }

    private func newEvidence(after parent: Hash32) -> [Evidence] {
        guard !evidence.isEmpty else { return [] }
        let known = accused(upTo: parent)
        return evidence.filter { !known.contains(Accused($0)) }
    }

    // MARK: - Retry (spec 3.6)

    private mutating func retry(_ plan: RetryPlan) {
        for vote in plan.votes { effects.append(.broadcast(.vote(vote))) }
        for certificate in [plan.finalization, plan.entry].compactMap(\.self) {
            effects.append(.broadcast(.certificate(certificate)))
        }
        if let view = plan.proposal, let proposal, proposal.view == view {
            let lacking = plan.lacking.map { rules.electorate.validators.validators[$0].nodeKey }
            effects.append(.send(.proposal(proposal), to: lacking.filter { peers[$0] != nil }))
        }
        announceAgain()
    }

    mutating func answer(_ request: CertificateRequest, to peer: PublicKey) {
        guard request.epoch == consensus.epoch else { return }
        let answer = consensus.answer(to: request.view)
        for certificate in answer.certificates { reply(.certificate(certificate), to: peer) }
        for vote in answer.votes { reply(.vote(vote), to: peer) }
    }
}
