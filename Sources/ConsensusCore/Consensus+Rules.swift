package import Primitives

// The rules of spec 3.6, each a condition on the state.
extension Consensus {
    // MARK: - Advance

    /// cur = 1 + the highest view with a notarization, nullification or finalization.
    mutating func advance() {
        let highest = records.last { $0.hasCertificate } ?? finalView
        let target = max(highest, finalView).next
        guard target > current else { return }
        enter(target, by: records.read(highest) { $0.anyCertificate } ?? finalization)
    }

    // MARK: - Finalization

    /// Applies the newest finalization whose block is held, with all that justifies the blocks below it.
    mutating func applyFinalization() {
        for view in records.views.reversed() where view > finalView {
            guard let certificate = records.read(view, { $0.finalization }), let hash = certificate.block
            else { continue }
            guard let held = blocks[hash] else {
                fetchOnce(view, block: hash)
                continue
            }
            guard let chain = justification(of: certificate) else { continue }
            effects.append(.finalized(chain))
            return becomeFinal(held.facts, view: view, certificate: certificate)
        }
    }

    /// The justifications from the final block up to a finalised one, in height order (spec 3.11).
    ///
    /// Nil while a certificate is missing; it is asked for.
    private mutating func justification(of finalization: Certificate) -> [Justified]? {
        var chain: [Justified] = []
        var certificate = finalization
        while true {
            guard let target = certificate.body.target else { return nil }
            // Spec 3.12: a certificate above my final view never rests on a view below it.
            guard target.parentView >= finalView else {
                stopSigning(.stopped(reason: "a finalization in view \(certificate.view) passes by a final block"))
                return nil
            }
            guard let nullifications = nullifications(after: target.parentView, before: certificate.view)
            else { return nil }
            chain.append(Justified(block: target.block, certificate: certificate, nullifications: nullifications))
            guard target.parentView > finalView else { break }
            guard let below = records.read(target.parentView, { $0.blockCertificate }) else {
                ask(for: target.parentView)
                return nil
            }
            certificate = below
        }
        return chain.reversed()
    }

    /// The nullifications of all views strictly between two; nil while some are missing, which are asked for.
    private mutating func nullifications(after low: View, before high: View) -> [Certificate]? {
        var found: [Certificate] = []
        var missing = 0
        var view = low.next
        while view < high, missing < Self.askedAtOnce {
            if let nullification = records.read(view, { $0.nullification }) {
                found.append(nullification)
            } else {
                ask(for: view)
                missing += 1
            }
            view = view.next
        }
        return missing == 0 ? found : nil
    }

    /// How many missing certificates are asked for in one turn.
    private static var askedAtOnce: Int { 32 }

    /// Final blocks came by sync (spec 3.11).
    mutating func adoptFinal(_ facts: BlockFacts, _ why: Justified) {
        guard facts.height > finalBlock.height, why.view > finalView else { return }
        blocks[facts.hash] = HeldBlock(facts: facts, since: now.monotonic)
        becomeFinal(facts, view: why.view, certificate: why.certificate)
    }

    private mutating func becomeFinal(_ facts: BlockFacts, view: View, certificate: Certificate) {
        finalView = view
        finalBlock = facts
        finalCertificate = certificate
        if certificate.kind == .finalize { finalization = certificate }
        lastBlockAt = now.monotonic
        records.forget(upTo: view)
        blocks = blocks.filter { extendsFinal($0.value.facts) }
        restored = restored.filter { blocks[$0] != nil }
        if current <= view { enter(view.next, by: certificate) } else { disarmIfIdle() }
    }

    /// Whether a held block is the final one or a descendant of it.
    private func extendsFinal(_ facts: BlockFacts) -> Bool {
        var next = facts
        while next.height > finalBlock.height, let parent = blocks[next.parent]?.facts { next = parent }
        return next.hash == finalBlock.hash
    }

    /// Asks everybody for a certificate, at most once in a quarter of a retry.
    private mutating func ask(for view: View) {
        if let before = records.read(view, { $0.requestedAt }),
            now.monotonic < before.adding(Milliseconds(pace.retry.number / 4))
        {
            return
        }
        let at = now.monotonic
        record(view) { $0.requestedAt = at }
        effects.append(.request(view))
    }

    private mutating func fetchOnce(_ view: View, block: Hash32) {
        guard records.read(view, { $0.fetched }) == false else { return }
        record(view) { $0.fetched = true }
        effects.append(.fetch(block: block, from: records.read(view) { $0.signers } ?? []))
    }

    // MARK: - Finalize

    /// A notarised block that I hold, in a view that I never nullified: finalize it, also when cur is already later.
    mutating func tryFinalize() {
        for view in records.views where view > finalView {
            guard let target = records.read(view, { $0.notarization?.body.target }) else { continue }
            guard blocks[target.block] != nil else {
                fetchOnce(view, block: target.block)
                continue
            }
            // Spec 3.6: no finalize after a nullify. Without it one view could be both final and skipped.
            guard own[view]?.nullify == nil, own[view]?.finalize == nil, maySign(in: view) else { continue }
            cast(.finalize(epoch: epoch, view: view, parentView: target.parentView, block: target.block))
        }
    }

    // MARK: - Notarize

    /// The first proposal for cur from its leader, once its block and ancestors are held and found valid.
    mutating func tryNotarize() {
        guard let proposal = records.read(current, { $0.proposal }), let target = proposal.vote.body.target,
            own[current]?.notarize == nil, own[current]?.nullify == nil, maySign(in: current)
        else { return }
        guard extendsCertified(parent: proposal.parent, parentView: target.parentView) else { return }
        guard blocks[target.block] != nil else { return }
        // Spec 3.10: a voter waits until now(B) ≤ its wall clock + 1 s; the view timer runs on.
        guard proposal.time.number <= now.wall.number + Self.clockAheadMax.number else { return }
        cast(.notarize(epoch: epoch, view: current, parentView: target.parentView, block: target.block))
    }

    static var clockAheadMax: Milliseconds { Milliseconds(1000) }

    /// Whether a block of cur rests on the certified block of `parentView`, with a nullification for each view between.
    ///
    /// What can never become true makes the proposal invalid; what is only missing is asked for.
    private mutating func extendsCertified(parent: Hash32, parentView: View) -> Bool {
        guard parentView >= finalView, parentView < current else {
            record(current) { $0.proposalIsInvalid = true }
            return false
        }
        let certified =
            parentView == finalView ? finalBlock.hash : records.read(parentView) { $0.certifiedBlock }
        guard let certified else {
            ask(for: parentView)
            return false
        }
        guard certified == parent else {
            record(current) { $0.proposalIsInvalid = true }
            return false
        }
        return nullifications(after: parentView, before: current) != nil
    }

    // MARK: - Propose

    /// I lead cur, armed, with no notarize and no nullify of mine here: build on the highest certified block.
    mutating func tryPropose() {
        guard mayPropose, isArmed, !isUnbuildable, let parent = parentToBuildOn() else { return }
        guard let held = blocks[parent.block] else {
            if cannotBuildSince == nil { cannotBuildSince = now.monotonic }
            fetchOnce(parent.view, block: parent.block)
            return
        }
        guard now.monotonic >= proposeAt(held) else { return }
        effects.append(.build(view: current, parentView: parent.view, parent: parent.block))
    }

    /// I lead cur and have bound myself to nothing in it.
    var mayPropose: Bool {
        leader == me && own[current]?.notarize == nil && own[current]?.nullify == nil && maySign(in: current)
    }

    /// The highest view below cur with a certified block, if I hold the nullifications of all views between.
    private mutating func parentToBuildOn() -> (view: View, block: Hash32)? {
        let view = records.last(below: current) { $0.hasBlockCertificate } ?? finalView
        guard nullifications(after: view, before: current) != nil else { return nil }
        guard view > finalView, let block = records.read(view, { $0.certifiedBlock })
        else { return (finalView, finalBlock.hash) }
        return (view, block)
    }

    /// Spec 3.10: once the wall clock is past now(parent) + m, or the parent has been held for m, whichever is first.
    func proposeAt(_ parent: HeldBlock) -> Milliseconds {
        let due = parent.facts.time.adding(pace.blockInterval).subtracting(now.wall)
        return min(now.monotonic.adding(due), parent.since.adding(pace.blockInterval))
    }

    mutating func propose(_ facts: BlockFacts, in view: View) {
        hold(facts)
        guard view == current, mayPropose, let parent = parentToBuildOn(), parent.block == facts.parent else { return }
        let body = VoteBody.notarize(epoch: epoch, view: view, parentView: parent.view, block: facts.hash)
        own[view, default: OwnVotes()].bind(body)
        effects.append(
            .propose(
                ProposalPlan(
                    body: body,
                    block: facts.hash,
                    parentCertificate: parent.view == finalView
                        ? finalCertificate : records.read(parent.view) { $0.blockCertificate },
                    nullifications: (nullifications(after: parent.view, before: view) ?? []).suffix(256)
                )
            )
        )
    }

    // MARK: - Nullify

    /// A timer, f + 1 nullify votes, the leader's own nullify, or an invalid proposal: if I sent no finalize, nullify.
    mutating func tryNullify() {
        checkTimers()
        let faultyMax = electorate.validators.faultyMax
        let leader = leader
        let wanted =
            timedOut
            || records.read(current) {
                $0.proposalIsInvalid || $0.count(of: .nullify) > faultyMax || $0.vote(.nullify, by: leader) != nil
            } == true
        // Spec 3.6: a notarize doesn't forbid a nullify, a finalize does.
        guard wanted, own[current]?.nullify == nil, own[current]?.finalize == nil, maySign(in: current) else { return }
        cast(.nullify(epoch: epoch, view: current))
    }
}

extension Consensus {
    /// The highest certified block, on which a block of mine would be built; nil while it isn't here.
    ///
    /// A lower one won't do: what waits here may stand in the block that is missing.
    package var blockToBuildOn: Hash32? {
        guard let view = records.last(where: { $0.hasBlockCertificate }),
            let block = records.read(view, { $0.certifiedBlock })
        else { return finalBlock.hash }
        return blocks[block] == nil ? nil : block
    }

    /// Validators that told me since I started what they hold under my key (spec 3.7(6)).
    package var answeredCount: Int { answered.count }
}

extension Consensus {
    /// The open view in which a block was proposed or certified.
    package func view(of block: Hash32) -> View? {
        records.last { $0.certifiedBlock == block || $0.proposal?.vote.body.block == block }
    }
}
