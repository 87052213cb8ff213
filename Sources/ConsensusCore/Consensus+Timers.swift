package import Primitives

// Arm, the two timers of a view, retry (spec 3.6).
extension Consensus {
    // MARK: - Arm

    /// Starts the timers of cur, once; who doesn't sign has no use for timers.
    mutating func arm() {
        guard armedAt == nil, mode == .signing else { return }
        armedAt = now.monotonic
        // Spec 3.6 Timers: the leader may not propose before its parent's interval is over, so the timers wait for it.
        let blocks = blocks
        let parent = records.last(below: current) { $0.certifiedBlock.flatMap { blocks[$0] } != nil }
        let block = parent.flatMap { view in records.read(view) { $0.certifiedBlock } }
        let time = block.flatMap { blocks[$0]?.facts.time }
        let wait = (time ?? finalBlock.time).adding(pace.blockInterval).subtracting(now.wall)
        timersFrom = now.monotonic.adding(min(wait, pace.blockInterval.adding(Milliseconds(1000))))
    }

    /// What became final may have been the reason to arm: unless I have voted in cur, the reasons are looked at again.
    mutating func disarmIfIdle() {
        guard own[current] == nil, !timedOut else { return }
        armedAt = nil
    }

    /// Arm (b), (c), (d), (f), (g), (h); (a) and (e) come as `.work`.
    mutating func armIfDue() {
        guard armedAt == nil, mode == .signing else { return }
        let stuck = stuckAt.map { now.monotonic >= $0 } ?? false
        let heartbeat = heartbeatAt.map { now.monotonic >= $0 } ?? false
        let pending =
            own.contains { $0.key >= current } || restored.contains { blocks[$0] != nil && $0 != finalBlock.hash }
        if entry?.kind == .nullify || stuck || heartbeat || pending || isProposed || othersAreAhead() { arm() }
    }

    /// When the highest notarised block counts as stuck (Arm c); nil when none is unfinalised.
    ///
    /// The highest only: while it is young it is about to make those below it final.
    private var stuckAt: Milliseconds? { lastNotarizedAt?.adding(pace.retry).adding(pace.retry) }

    /// When the next heartbeat is due (Arm d); nil when there is none.
    ///
    /// A notarised block counts as one: it is about to become final, and a child of it would be young when it does.
    private var heartbeatAt: Milliseconds? {
        guard pace.heartbeat > .zero, mode == .signing else { return nil }
        return max(lastBlockAt, lastNotarizedAt ?? .zero).adding(pace.heartbeat)
    }

    private var lastNotarizedAt: Milliseconds? {
        records.last { $0.notarizedAt != nil }.flatMap { view in records.read(view) { $0.notarizedAt } }
    }

    /// The leader's proposal for cur is here.
    private var isProposed: Bool { records.read(current) { $0.proposal != nil } == true }

    /// Votes for views ≥ cur from f + 1 other validators (Arm h).
    private func othersAreAhead() -> Bool {
        var count = 0
        for signer in 0..<electorate.validators.count where signer != me {
            if records.contains(from: current, where: { $0.hasVote(by: signer) }) { count += 1 }
        }
        return count > electorate.validators.faultyMax
    }

    // MARK: - Timers

    /// T_v = min(T_max, T_0 × 1.5^max(0, v − finalView − 2)).
    ///
    /// Views move only by certificates, so timers can't grow while the quorum is lost.
    var viewTimer: Milliseconds {
        var timer = pace.viewTimer.number
        let steps = current.number - finalView.number
        var step: UInt64 = 2
        while step < steps, timer < pace.viewTimerMax.number {
            timer += timer / 2
            step += 1
        }
        return Milliseconds(min(timer, pace.viewTimerMax.number))
    }

    private var leaderTimerAt: Milliseconds {
        leaderIsDead ? timersFrom : timersFrom.adding(Milliseconds(viewTimer.number * 2 / 3))
    }

    private var viewTimerAt: Milliseconds { timersFrom.adding(viewTimer) }

    /// The leader's connection has been gone for long while a quorum is connected.
    private var leaderIsDead: Bool {
        guard leader != me, let since = goneSince[leader] else { return false }
        let connected = goneSince.indices.count { $0 == me || goneSince[$0] == nil }
        return connected >= electorate.validators.quorum && now.monotonic >= since.adding(pace.deadLeader)
    }

    /// How long a leader waits for a missing parent before it gives its view up.
    private var fetchGrace: Milliseconds { Milliseconds(viewTimer.number / 6) }

    mutating func checkTimers() {
        guard armedAt != nil, !timedOut else { return }
        // The header satisfies the leader timer, not the view timer.
        if now.monotonic >= leaderTimerAt, !isProposed, own[current]?.notarize == nil {
            timedOut = true
        }
        if now.monotonic >= viewTimerAt { timedOut = true }
        if let since = cannotBuildSince, now.monotonic >= since.adding(fetchGrace) { timedOut = true }
    }

    // MARK: - Retry

    /// While armed, or while a notarised block is unfinalised.
    private var hasUnfinished: Bool {
        isArmed || records.contains(from: finalView.next) { $0.hasBlockCertificate }
    }

    mutating func retryIfDue() {
        guard let due = nextRetry, now.monotonic >= due, hasUnfinished else { return }
        nextRetry = now.monotonic.adding(retryInterval())
        retry()
    }

    mutating func scheduleRetry() {
        if !hasUnfinished {
            nextRetry = nil
        } else if nextRetry == nil {
            nextRetry = now.monotonic.adding(retryInterval())
        }
    }

    private mutating func retry() {
        let views = own.keys.filter { $0 > finalView }.sorted()
        let votes = views.flatMap { own[$0]?.signed ?? [] }.filter(maySend).suffix(64)
        let proposed = own[current]?.notarize?.block.flatMap { leader == me ? $0 : nil }
        let lacking =
            proposed.map { _ in
                electorate.validators.validators.indices.filter { index in
                    index != me && records.read(current) { $0.vote(.notarize, by: index) } == nil
                }
            } ?? []
        effects.append(
            .retry(
                RetryPlan(
                    votes: Array(votes),
                    finalization: finalization,
                    entry: entry,
                    proposal: proposed == nil ? nil : current,
                    lacking: lacking
                )
            )
        )
        // Spec 3.6 Retry: my own votes go back into my own pool. Without that, half of all networks of two stall after
        // restarts.
        for vote in votes { receiveOwnAgain(vote) }
        for view in records.views {
            guard let block = records.read(view, { $0.certifiedBlock }), blocks[block] == nil else { continue }
            effects.append(.fetch(block: block, from: records.read(view) { $0.signers } ?? []))
        }
        // Spec 3.7(3): after a loss of the store my votes name blocks that I no longer hold and can't be repeated without.
        for block in ownBlocksMissing { effects.append(.fetch(block: block, from: [])) }
    }

    /// A notarize or finalize from the vote log is sent again only while its block is stored (spec 3.7(4)).
    func maySend(_ vote: Vote) -> Bool { vote.body.block.map { blocks[$0] != nil } ?? true }

    private mutating func receiveOwnAgain(_ vote: Vote) {
        own[vote.body.view]?.signed.removeAll { $0 == vote }
        receiveOwn(vote)
    }

    /// The retry interval with 20 % of jitter either way, from the seed.
    private mutating func retryInterval() -> Milliseconds {
        jitter = jitter &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let fifth = pace.retry.number / 5
        return Milliseconds(pace.retry.number - fifth + (jitter >> 33) % max(1, 2 * fifth))
    }

    // MARK: - When to wake

    /// The next moment (monotonic) at which `.tick` may change something; nil when only an event can.
    package var deadline: Milliseconds? {
        var next = NextMoment(after: now.monotonic)
        if isArmed, !timedOut, own[current]?.nullify == nil {
            if !isProposed { next.consider(leaderTimerAt) }
            next.consider(viewTimerAt)
            if let since = cannotBuildSince { next.consider(since.adding(fetchGrace)) }
        }
        if let nextRetry { next.consider(nextRetry) }
        if !isArmed, let heartbeatAt { next.consider(heartbeatAt) }
        if mayPropose, isArmed {
            let view = records.last(below: current) { $0.hasBlockCertificate }
            let parent = view.flatMap { view in records.read(view) { $0.certifiedBlock } } ?? finalBlock.hash
            if let held = blocks[parent] { next.consider(proposeAt(held)) }
        }
        if let time = records.read(current, { $0.proposal?.time }),
            time.number > now.wall.number + Self.clockAheadMax.number
        {
            next.consider(now.monotonic.adding(time.subtracting(now.wall.adding(Self.clockAheadMax))))
        }
        if let stuckAt { next.consider(stuckAt) }
        return next.found
    }
}

/// The earliest of some moments that lies ahead: one that has passed changes nothing more.
private struct NextMoment {
    private let now: Milliseconds
    private(set) var found: Milliseconds?

    init(after now: Milliseconds) { self.now = now }

    mutating func consider(_ moment: Milliseconds) {
        guard moment > now else { return }
        found = found.map { min($0, moment) } ?? moment
    }
}
