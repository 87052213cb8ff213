import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives

/// Which ranges of final blocks are asked of whom, and which have come (spec 3.11).
struct SyncState: Sendable {
    struct Request: Sendable {
        let from: Height
        let count: UInt32
        let at: Milliseconds
    }

    /// At most one open request for each peer.
    var open: [PublicKey: Request] = [:]
    /// Ranges that came before the ones below them, by their first height.
    var arrived: [Height: (peer: PublicKey, response: SyncResponse)] = [:]
    /// Since when a peer has claimed to be ahead (monotonic).
    var behindSince: Milliseconds?
    /// Peers that did not serve what they claimed, or not in time: others are asked first until then (monotonic).
    var shunnedUntil: [PublicKey: Milliseconds] = [:]
    /// How many blocks to ask one peer for: so many as an answer holds, where they are large.
    fileprivate(set) var blocksPerRange = SyncState.blocksMax
    var deadline: Milliseconds?

    fileprivate static var blocksMax: UInt64 { 64 }
    /// Some thousand signatures: checked well within the time after which another peer is asked.
    fileprivate static var rangeBytes: Int { 1 << 20 }

    /// How many ranges are on their way or here.
    fileprivate var rangeCount: Int { open.count + arrived.count }

    /// Learns from a range that proved itself how many blocks like its own fit an answer.
    ///
    /// With more asked for than fits, the next peer would be asked for what comes after it, and nobody for what was left out:
    /// one range at a time, and one thread that checks it.
    fileprivate mutating func learn(from response: SyncResponse) {
        let byteCount = max(1, PeerMessage.syncResponse(response).answerByteCount)
        // A little less than fits: a block left out costs a request of its own.
        let fitting = Self.rangeBytes / 8 * 7 * response.blocks.count / byteCount
        blocksPerRange = min(Self.blocksMax, UInt64(max(1, fitting)))
    }

    mutating func forget(_ peer: PublicKey) {
        open[peer] = nil
        shunnedUntil[peer] = nil
    }
}

// Sync is always on: whenever a peer is ahead, pull ranges from several at once, check, execute, commit.
extension Replica {
    private static var rangesAhead: Int { 4 }
    /// No block from beyond this many heights above the tip is asked for.
    private static var window: UInt64 { UInt64(rangesAhead) * SyncState.blocksMax }
    private static var requestTimeout: Milliseconds { Milliseconds(2000) }
    /// How long one or two missing blocks are left to consensus, which is about to finish them.
    private static var patience: Milliseconds { Milliseconds(500) }

    /// How long a peer is passed over that did not serve what it claimed; it may have been about to commit it.
    private static var shunTime: Milliseconds { Milliseconds(3000) }

    /// The best final height that a connected peer claims and hasn't just failed to serve; a hint.
    var bestPeerHeight: Height {
        // A loop, and read in place: this is looked at in every turn, and a closure would take a copy of the replica along.
        var best = Height.zero
        for place in peers.indices {
            guard let height = peers.values[place].status?.finalHeight, height > best,
                !isShunned(peers.keys[place])
            else { continue }
            best = height
        }
        return best
    }

    private func claimedHeight(of key: PublicKey) -> Height {
        isShunned(key) ? .zero : peers[key]?.status?.finalHeight ?? .zero
    }

    private func isShunned(_ key: PublicKey) -> Bool { sync.shunnedUntil[key].map { now.monotonic < $0 } ?? false }

    private mutating func shun(_ key: PublicKey) {
        guard peers[key] != nil else { return }
        sync.shunnedUntil[key] = now.monotonic.adding(Self.shunTime)
    }

    /// Asks for ranges above the tip, each of another peer, within a window.
    mutating func pullRanges() {
        sync.deadline = nil
        let target = bestPeerHeight
        guard target > tip.height else {
            sync.behindSince = nil
            sync.arrived = [:]
            return
        }
        let since = sync.behindSince ?? now.monotonic
        sync.behindSince = since
        let waitUntil = since.adding(Self.patience)
        guard target.number > tip.height.number + 2 || now.monotonic >= waitUntil else {
            sync.deadline = waitUntil
            return
        }
        for peer in sync.open.keys.sorted() {
            guard let request = sync.open[peer], request.at.adding(Self.requestTimeout) <= now.monotonic else {
                continue
            }
            sync.open[peer] = nil
            shun(peer)
        }
        sync.arrived = sync.arrived.filter {
            $0.value.response.blocks.last.map { $0.block.height > tip.height } ?? false
        }
        var from = tip.height.next
        let windowEnd = tip.height.number + Self.window
        while from <= target, from.number <= windowEnd {
            if let last = arrivedEnd(covering: from) {
                from = last.next
                continue
            }
            if let open = sync.open.values.first(where: {
                $0.from <= from && from.number < $0.from.number + UInt64($0.count)
            }) {
                from = Height(open.from.number + UInt64(open.count))
                continue
            }
            // What follows on from the tip is always asked for: nothing above it could be applied before.
            guard from == tip.height.next || sync.rangeCount < Self.rangesAhead, let peer = idlePeer(holding: from)
            else { break }
            let count = UInt32(min(sync.blocksPerRange, missingCount(from: from)))
            sync.open[peer] = SyncState.Request(from: from, count: count, at: now.monotonic)
            let request = SyncRequest(
                fromHeight: from,
                blockCountMax: count,
                maxBytes: UInt32(SyncState.rangeBytes)
            )
            effects.append(.send(.syncRequest(request), to: [peer]))
            from = Height(from.number + UInt64(count))
        }
        sync.deadline =
            sync.open.values.map { $0.at.adding(Self.requestTimeout) }.min() ?? now.monotonic.adding(Self.patience)
    }

    /// The last height of an arrived range that holds this one.
    private func arrivedEnd(covering height: Height) -> Height? {
        let ends = sync.arrived.values.compactMap { item -> Height? in
            guard let first = item.response.blocks.first, let last = item.response.blocks.last,
                first.block.height <= height, height <= last.block.height
            else { return nil }
            return last.block.height
        }
        return ends.max()
    }

    /// How many heights from this one on lie below the next range that is on its way or here.
    private func missingCount(from height: Height) -> UInt64 {
        let starts = sync.open.values.map(\.from) + sync.arrived.keys
        guard let next = starts.filter({ $0 > height }).min() else { return .max }
        return next.number - height.number
    }

    private func idlePeer(holding height: Height) -> PublicKey? {
        let able = peers.keys.filter { sync.open[$0] == nil && claimedHeight(of: $0) >= height }.sorted()
        guard !able.isEmpty else { return nil }
        // Spread over the peers without a generator: another one for each range.
        return able[Int((height.number / sync.blocksPerRange) % UInt64(able.count))]
    }

    mutating func receive(_ response: SyncResponse, from peer: PublicKey) {
        guard let first = response.blocks.first, response.finalization != nil else {
            guard sync.open[peer] != nil else { return }
            // It can't serve what it claims, or not yet (spec 3.3).
            sync.open[peer] = nil
            return shun(peer)
        }
        if sync.open[peer]?.from == first.block.height {
            sync.open[peer] = nil
        } else {
            // The answer to an earlier request that I gave up: late, not wrong, and checked by now. Were it dropped, a node
            // that takes longer for a range than it waits for one would never catch up.
            guard isMissing(response) else { return }
        }
        if let fault = response.fault(under: rules) {
            effects.append(.disconnect(peer, reason: .syncRangeInvalid(reason: fault)))
            // Its session ends in a moment; until then it isn't asked again.
            return shun(peer)
        }
        sync.learn(from: response)
        sync.arrived[first.block.height] = (peer, response)
        applyArrived()
    }

    /// Whether a range would bring something new: it begins within the window, where no other has come yet.
    private func isMissing(_ response: SyncResponse) -> Bool {
        guard let first = response.blocks.first?.block.height, let last = response.blocks.last?.block.height else {
            return false
        }
        let from = max(first, tip.height.next)
        return from <= last && from.number <= tip.height.number + Self.window && arrivedEnd(covering: from) == nil
            && sync.arrived.count < Self.rangesAhead
    }

    /// Applies the ranges that follow on from the tip.
    private mutating func applyArrived() {
        while let start = sync.arrived.keys.sorted().first(where: { covers($0, tip.height.next) }),
            let item = sync.arrived.removeValue(forKey: start)
        {
            guard apply(item.response, from: item.peer) else { return }
        }
    }

    private func covers(_ start: Height, _ height: Height) -> Bool {
        guard let blocks = sync.arrived[start]?.response.blocks, let last = blocks.last else { return false }
        return start <= height && height <= last.block.height
    }

    private mutating func apply(_ response: SyncResponse, from peer: PublicKey) -> Bool {
        var final: [FinalBlock] = []
        for item in response.blocks where item.block.height > tip.height {
            guard item.block.parent == tipHash, item.justification.parentView == finalViewOfTip(final),
                rules.evidenceHash(after: tip.evidenceHash, item.block.evidence) == item.block.header.evidenceHash
            else {
                effects.append(.disconnect(peer, reason: .syncRangeInvalid(reason: "it is not a child of the tip")))
                shun(peer)
                break
            }
            let candidate: Candidate
            if let held = candidates[item.block.hash] {
                candidate = held
            } else {
                do throws(BlockDefect) {
                    let delta = try judge(item.block, after: tip, path: [])
                    candidate = Candidate(block: item.block, view: item.justification.view, delta: delta)
                    effects.append(.storeBlock(item.block, view: candidate.view))
                } catch {
                    halt(item.block, error)
                    return false
                }
            }
            candidates[item.block.hash] = nil
            final.append(become(final: candidate, item.justification))
        }
        guard let last = final.last else { return false }
        effects.append(.commit(final))
        dropLosers()
        run(
            .synced(
                facts(of: last.block.block),
                Justified(
                    block: tipHash,
                    certificate: last.block.justification.certificate,
                    nullifications: last.block.justification.nullifications
                )
            )
        )
        return true
    }

    private func finalViewOfTip(_ applied: [FinalBlock]) -> View {
        applied.last?.block.justification.view ?? consensus.finalView
    }

    /// A quorum certified what this node finds invalid: keep both sides and stop (spec 3.6).
    mutating func halt(_ block: Block, _ defect: BlockDefect) {
        hasHalted = true
        effects.append(.storeBlock(block, view: consensus.current))
        effects.append(.halt(.finalBlockInvalid(height: block.height, hash: block.hash, defect)))
    }
}
