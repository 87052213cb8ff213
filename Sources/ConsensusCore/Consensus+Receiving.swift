package import Primitives

// Votes, certificates and proposals as they come in (spec 3.3, 3.7(6), 3.8).
extension Consensus {
    mutating func receive(_ vote: Vote) {
        guard vote.body.epoch == epoch else { return }
        watchForSecondInstance(vote)
        let view = vote.body.view
        guard view > finalView, view.number <= current.number + 1 else { return }
        accuse(vote)
        keep(vote)
        formCertificate(for: vote.body)
    }

    mutating func receiveOwn(_ vote: Vote) {
        let view = vote.body.view
        guard view > durableFinalView else { return }
        own[view, default: OwnVotes()].bind(vote.body)
        own[view, default: OwnVotes()].signed.append(vote)
        guard view > finalView else { return }
        keep(vote)
        formCertificate(for: vote.body)
    }

    mutating func keep(_ vote: Vote) { record(vote.body.view) { $0.keep(vote) } }

    mutating func receive(_ certificate: Certificate) {
        guard certificate.body.epoch == epoch,
            let votes = certificate.votes(validatorCount: electorate.validators.count)
        else { return }
        for vote in votes { watchForSecondInstance(vote) }
        let view = certificate.view
        guard view > finalView else { return }
        guard records.read(view, { $0.certificate(certificate.kind) }) != certificate else { return }
        for vote in votes {
            accuse(vote)
            keep(vote)
        }
        accept(certificate)
    }

    private mutating func formCertificate(for body: VoteBody) {
        let quorum = electorate.validators.quorum
        guard
            let votes = records.read(
                body.view,
                { $0.certificate(body.kind) == nil && $0.count(of: body.kind) >= quorum ? $0.votes(for: body) : nil }
            ), votes.count >= quorum
        else { return }
        accept(Certificate(body: body, votes: votes, validatorCount: electorate.validators.count))
    }

    /// Stores a new certificate and echoes it once to all.
    private mutating func accept(_ certificate: Certificate) {
        if let held = records.read(certificate.view, { $0.certificate(certificate.kind) }) {
            // Two certificates for different blocks of one view: at least f + 1 validators signed both (spec 3.8).
            guard held.body != certificate.body else { return }
            stopSigning(.stopped(reason: "two certificates contradict each other in view \(certificate.view)"))
            return
        }
        if let mine = certificate.block, let other = records.read(certificate.view, { $0.certifiedBlock }),
            mine != other
        {
            stopSigning(.stopped(reason: "two blocks are certified in view \(certificate.view)"))
            return
        }
        switch certificate.kind {
        case .notarize:
            let at = now.monotonic
            self.record(certificate.view) {
                $0.notarization = certificate
                $0.notarizedAt = at
            }
        case .nullify: self.record(certificate.view) { $0.nullification = certificate }
        case .finalize: self.record(certificate.view) { $0.finalization = certificate }
        }
        if records.read(certificate.view, { $0.finalization != nil && $0.nullification != nil }) == true {
            stopSigning(.stopped(reason: "view \(certificate.view) is both finalised and nullified"))
        }
        effects.append(.store(certificate))
        effects.append(.broadcast(certificate))
    }

    /// A valid vote under my key that I never cast: somebody else signs with it (spec 3.7(6)).
    ///
    /// Checked before any window drops the vote. Compared with what I bound myself to, not with what came back from the
    /// log: my vote can return from a peer before the log has told me that it is durable. At or below the final view of
    /// vote log or store my votes are forgotten, so nothing can be said about them.
    private mutating func watchForSecondInstance(_ vote: Vote) {
        guard let me, Int(vote.signer) == me, vote.body.epoch == epoch,
            vote.body.view > max(durableFinalView, signFloor), own[vote.body.view]?.holds(vote.body) != true
        else { return }
        stopSigning(.secondInstance)
    }

    /// Two votes that no honest validator casts both become evidence (spec 3.8).
    private mutating func accuse(_ vote: Vote) {
        for held in records.read(vote.body.view, { $0.votes(by: Int(vote.signer)) }) ?? [] {
            if let evidence = Evidence(held, vote) { effects.append(.evidence(evidence)) }
        }
    }

    mutating func receiveHeld(_ votes: [Vote], from peer: Int) {
        for vote in votes { watchForSecondInstance(vote) }
        for vote in votes where vote.signer == me.map({ UInt16($0) }) && vote.body.view > finalView { keep(vote) }
        if peer != me { answered.insert(peer) }
    }

    /// Keeps the first proposal of each view from its leader (spec 3.6 Notarize).
    mutating func receive(_ proposal: ProposalFacts) {
        let view = proposal.vote.body.view
        let leader = electorate.validators.leader(of: view, in: epoch)
        guard proposal.vote.body.epoch == epoch, view > finalView, view.number <= current.number + 1,
            Int(proposal.vote.signer) == leader, Int(proposal.proposer) == leader,
            proposal.vote.body.kind == .notarize
        else { return }
        receive(proposal.vote)
        record(view) { if $0.proposal == nil { $0.proposal = proposal } }
    }

    mutating func reject(_ block: Hash32) {
        for view in records.views where records.read(view, { $0.proposal?.vote.body.block }) == block {
            record(view) { $0.proposalIsInvalid = true }
        }
        if isCertified(block) {
            // A quorum certified what this node finds invalid: one of the two is broken. Keep both sides (spec 3.6).
            stopSigning(.stopped(reason: "a quorum certified block \(block), which this node finds invalid"))
        }
    }

    mutating func hold(_ facts: BlockFacts) {
        guard blocks[facts.hash] == nil, facts.height > finalBlock.height else { return }
        blocks[facts.hash] = HeldBlock(facts: facts, since: now.monotonic)
    }

    /// A block that was stored before a restart: its transactions count as pending (Arm f).
    mutating func restore(_ facts: BlockFacts) {
        hold(facts)
        if facts.hasTransactions { restored.insert(facts.hash) }
    }

    mutating func forgetOwnVotes(upTo view: View) {
        durableFinalView = max(durableFinalView, view)
        own = own.filter { $0.key > durableFinalView }
    }

    // MARK: - What others ask for

    /// Any certificate for that view, else my own votes for it, else my highest finalization (spec 3.3).
    package func answer(to view: View) -> (certificates: [Certificate], votes: [Vote]) {
        let certificates = records.read(view) { [$0.notarization, $0.nullification, $0.finalization] } ?? []
        let held = certificates.compactMap(\.self)
        if !held.isEmpty { return (held, []) }
        let votes = (own[view]?.signed ?? []).filter(maySend)
        if !votes.isEmpty { return ([], votes) }
        return (finalization.map { [$0] } ?? [], [])
    }

    /// All votes above my final view that I hold under a validator's key.
    package func heldVotes(of signer: Int) -> [Vote] {
        records.views.filter { $0 > finalView }.flatMap { view in records.read(view) { $0.votes(by: signer) } ?? [] }
    }

    /// Whether anybody still needs this block.
    package func wants(_ block: Hash32) -> Bool {
        ownBlocksMissing.contains(block)
            || records.contains(from: current) { $0.proposal?.vote.body.block == block } || isCertified(block)
    }

    /// Blocks that votes of mine above the final view are for and that are not here.
    var ownBlocksMissing: [Hash32] {
        own.keys.filter { $0 > finalView }.sorted()
            .compactMap { own[$0]?.notarize?.block ?? own[$0]?.finalize?.block }.filter { blocks[$0] == nil }
    }

    /// Whether a quorum has certified this block in an open view.
    package func isCertified(_ block: Hash32) -> Bool {
        records.contains(from: .zero) { $0.certifiedBlock == block }
    }

    /// Who voted what in the current view, for people: names of kinds by signer.
    package func votesInCurrentView(of signer: Int) -> [VoteBody.Kind] {
        (records.read(current) { $0.votes(by: signer) } ?? []).map(\.body.kind).sorted()
    }
}
