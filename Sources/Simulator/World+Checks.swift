import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import MempoolCore
import Primitives
import ReplicaCore

// What must hold while the world runs, and when it has come to rest.
extension World {
    // MARK: - Along the way

    /// S8: a vote of one's own leaves only after it is on disk.
    mutating func checkOwnVotes(in message: PeerMessage, of node: Int) {
        guard nodes[node].isHonest, !nodes[node].isObserver else { return }
        let own: [Vote] =
            switch message {
            case .vote(let vote): [vote]
            case .proposal(let proposal): [proposal.vote]
            case .certificate(let certificate): certificate.votes(validatorCount: scenario.validatorCount) ?? []
            default: []
            }
        let log = nodes[node].disk.votes
        for vote in own
        where Int(vote.signer) == node && vote.body.view > log.finalView && log.vote(for: vote.body) != vote {
            checker.violate("S8: node \(node) sends \(vote.body.line), which isn't on its disk")
        }
    }

    /// L4: an idle network sends only Status.
    mutating func checkQuiet(_ message: PeerMessage, of node: Int, to receiverCount: Int) {
        guard case .quiet(let from, _) = phase, now >= from, nodes[node].isHonest, scenario.pace.heartbeat == .zero
        else { return }
        checker.quietMessages[message.typeCode, default: 0] += receiverCount
        if case .status = message { return }
        checker.violate("L4: node \(node) sends a message of type \(message.typeCode) while nothing is to be done")
    }

    /// A vote is durable: it may reach anybody from now on.
    mutating func note(_ vote: Vote) {
        if let body = checker.note(vote) { checkHolders(of: body) }
    }

    mutating func noteVote(_ body: VoteBody, of node: Int) {
        guard body.kind == .nullify else { return }
        let leader = electorate.validators.leader(of: body.view, in: .zero)
        if leader != node, !nodes[leader].isUp, let goneAt = nodes[leader].goneAt,
            now > goneAt + (scenario.pace.deadLeader.number + 500) * 1000
        {
            checker.meet(.deadLeaderSkipped)
        }
    }

    mutating func noteFinal(_ blocks: [FinalBlock], of node: Int) {
        for final in blocks {
            let block = final.block.block
            let why = final.block.justification
            if !why.isFinalization { checker.meet(.finalThroughDescendant) }
            if why.parentView.next < why.view { checker.meet(.viewsSkipped) }
            if block.transactions.isEmpty { checker.meet(.emptyBlock) }
            if block.transactions.count > 1, block.header.price < scenario.parameters.priceCap {
                checker.meet(.priceShared)
            }
            if final.delta.payout > .zero { checker.meet(.payoutMade) }
            if final.delta.touched.contains(where: \.isOpened) { checker.meet(.accountOpened) }
            if block.transactions.contains(where: { $0.transaction.payments.count > 1 }) {
                checker.meet(.manyPaymentsAtOnce)
            }
        }
        if nodes[node].isSyncing { checker.meet(blocks.count > 1 ? .syncRangeOfMany : .syncRangeApplied) }
    }

    mutating func noteSituation(_ message: PeerMessage) {
        switch message {
        case .certificateRequest: checker.meet(.certificateRequested)
        case .bodyRequest: checker.meet(.bodyRequested)
        case .blockResponse: checker.meet(.blockFetchedByHash)
        default: break
        }
    }

    // MARK: - At rest

    private var honestNodes: [Int] { nodes.indices.filter { nodes[$0].isHonest } }

    /// Looks whether the present phase is over.
    mutating func check() {
        switch phase {
        case .faulty, .outage, .over: return
        case .healing(let deadline):
            checkProgress()
            checkViews()
            let missing = whatIsMissing
            if missing == nil {
                checker.healedAfter = (now - checker.healedAt) / 1000
                phase = .draining(deadline: now + 40_000_000)
            } else if now > deadline, scenario.isBeyondBearing {
                // Nobody promises progress with so many hostile validators, only that a fork names them.
                phase = .over
            } else if now > deadline {
                checker.violate("L1: \(scenario.healingTime) ms after the last fault \(missing ?? "")")
            }
        case .draining(let deadline):
            checkViews()
            if let busy = whoIsBusy {
                if now > deadline { checker.violate("L4: \(busy) long after the last payment") }
            } else {
                phase = .quiet(from: now + 3_000_000, to: now + 3_000_000 + scenario.quietTime * 1_000)
            }
        case .quiet(let from, let end):
            if now < from { checker.restingHeight = checker.finalHeight }
            guard now >= end else { break }
            checkRest()
            phase = .over
        }
        queue.insert(.check, at: now + 50_000)
    }

    /// L1, L2: what is not yet as it must be after healing.
    private var whatIsMissing: String? {
        for node in honestNodes where !nodes[node].isUp { return "node \(node) is down" }
        let latest = Milliseconds(Federation.epochStart.number + checker.healedAt / 1000 + scenario.healingTime)
        for (index, payment) in clients.payments.enumerated()
        where payment.mustSettle && payment.transaction.value.transaction.validUntil > latest {
            for node in honestNodes where nodes[node].disk.settled[payment.transaction.id] == nil {
                return "payment \(index) isn't final at node \(node), height \(nodes[node].disk.finalHeight)"
            }
        }
        guard let first = honestNodes.first else { return nil }
        for node in honestNodes where nodes[node].disk.finalHeight != nodes[first].disk.finalHeight {
            return "nodes \(first) and \(node) are at different heights"
        }
        return nil
    }

    /// L5: however long the quorum was gone, a block is final soon after it is back.
    private mutating func checkProgress() {
        guard checker.progressAfter == nil, !scenario.isBeyondBearing else { return }
        let passed = (now - checker.healedAt) / 1000
        if checker.finalHeight > checker.healedHeight {
            checker.progressAfter = passed
            if !absent.isEmpty { checker.meet(.longQuorumLoss) }
        } else if passed > scenario.progressTime {
            checker.violate("L5: nothing became final in \(scenario.progressTime) ms after the quorum was back")
        }
    }

    /// L3: as long as a quorum of honest nodes waits for a block, views advance.
    ///
    /// A node alone can wait for long: one whose clock is fast, for a payment to expire. Whoever is down may come back with
    /// an earlier view, so the time begins anew.
    private mutating func checkViews() {
        guard !scenario.isBeyondBearing else { return }
        let replicas = honestNodes.compactMap { nodes[$0].replica }
        let view = replicas.map(\.consensus.current).max() ?? .zero
        let waitingCount = replicas.count { $0.consensus.isArmed }
        guard replicas.count == honestNodes.count, waitingCount >= electorate.validators.quorum,
            view <= checker.latestView
        else {
            checker.latestView = view
            checker.viewSince = now
            return
        }
        if (now - checker.viewSince) / 1000 > scenario.progressTime {
            checker.violate("L3: view \(view) has no end, and a quorum waits for a block")
        }
    }

    private var whoIsBusy: String? {
        for (index, payment) in clients.payments.enumerated() where payment.verdict == nil && now < payment.until {
            return "payment \(index) has no verdict"
        }
        for node in honestNodes {
            guard let replica = nodes[node].replica else { return "node \(node) is down" }
            if replica.mempool.count > 0 { return "node \(node) has \(replica.mempool.count) transactions waiting" }
            if replica.consensus.isArmed { return "node \(node) is armed" }
            if replica.consensus.blockToBuildOn != replica.tipHash { return "node \(node) has an unfinalised block" }
            if nodes[node].disk.finalHeight != checker.finalHeight { return "node \(node) is behind" }
        }
        return nil
    }

    /// L2, L4, S7 and the evidence, when all is still.
    private mutating func checkRest() {
        if checker.finalHeight != checker.restingHeight {
            if scenario.pace.heartbeat == .zero {
                checker.violate("L4: an idle network made a block")
            }
            checker.meet(.heartbeatBlock)
        }
        for node in honestNodes {
            let disk = nodes[node].disk
            if disk.tipHash != checker.chain.last, !checker.chain.isEmpty, scenario.pace.heartbeat == .zero {
                checker.violate("L2: node \(node) ends with another tip")
            }
            if disk.ledger.head.stateRoot != disk.tip.stateRoot {
                checker.violate("S7: node \(node)'s ledger doesn't have its tip's root")
            }
            do throws(SnapshotError) {
                _ = try Ledger(genesis: federation.genesis, restoring: disk.ledger.snapshot)
            } catch {
                checker.violate("S7: node \(node)'s ledger isn't whole: \(error)")
            }
        }
        if let chosen = generator.pick(honestNodes) { audit(chosen, among: honestNodes) }
        let caught = Set(honestNodes.flatMap { nodes[$0].disk.evidence.map(\.signer) })
        checker.checkAccusations(of: caught, leadersPassed: 2 * scenario.validatorCount)
    }
}
