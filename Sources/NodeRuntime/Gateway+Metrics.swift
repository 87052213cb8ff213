import ChainCore
import ConsensusCore
import CoreMetrics
import JSONRPC
import LedgerCore
import LevelDBStorage
import MempoolCore
import Primitives
import ReplicaCore
import Synchronization
import TCPGossip

// What is measured only when somebody looks.
extension Gateway {
    func updateMetrics() async {
        // Many who watch cost no more than one.
        let now = clock.monotonic.number
        let last = lastLook.load(ordering: .relaxed)
        guard now - min(last, now) >= 200 || last == 0,
            lastLook.compareExchange(expected: last, desired: max(1, now), ordering: .relaxed).exchanged
        else { return }
        updateProcessMetrics()
        metrics.set(.height, store.tip.height.number)
        metrics.set(.supply, genesis.supply.units)
        metrics.set(.loopTurnAge, Double(sinceLastTurn.number) / 1_000)
        metrics.set(.storeStalled, (watch.longestUnderWay ?? .zero) >= Self.writeMax)
        metrics.set(.finalityAge, Double(SystemClock.wall.subtracting(store.tip.header.time).number) / 1_000)
        let sessions = peers.states()
        metrics.set(.peersConnected, sessions.count(where: \.isConnected))
        metrics.set(.peersMissing, sessions.count { !$0.isConnected && $0.peer.role == .validator })
        metrics.set(.peerQueuedBytes, sessions.reduce(0) { $0 + $1.queuedByteCount })
        guard !stop.isStopping, let state = await board.read(within: Self.patience) else {
            metrics.set(.ready, false)
            metrics.set(await reasons(against: .ready))
            return
        }
        let reasons = report(on: state).reasons
        metrics.set(reasons)
        metrics.set(.ready, !reasons.contains(where: \.keepsClientsAway))
        update(from: state)
    }

    private func update(from state: NodeState) {
        let set = rules.electorate.validators
        metrics.set(.commitBacklog, state.tip.height.number - min(state.tip.height.number, store.tip.height.number))
        metrics.set(.view, state.view.number)
        metrics.set(.isLeader, state.leader == state.me)
        metrics.set(.isArmed, state.isArmed)
        metrics.set(.isSigning, state.mode == .signing)
        metrics.set(.quorum, set.quorum)
        metrics.set(.validators, set.count)
        let connected = set.validators.indices.count { $0 == state.me || state.isConnected(set.validators[$0].nodeKey) }
        metrics.set(.missingValidators, set.count - connected)
        metrics.set(.syncLag, state.bestPeerHeight.number - min(state.bestPeerHeight.number, state.tip.height.number))
        metrics.set(.mempoolTransactions, state.pending.count)
        metrics.set(.mempoolBytes, state.pending.byteCount)
        metrics.set(.mempoolBytesMax, state.pending.byteCountMax)
        metrics.set(.mempoolShares, state.pending.shares)
        let waited = state.pending.oldestArrival.map { SystemClock.wall.subtracting($0) } ?? .zero
        metrics.set(.mempoolOldest, Double(waited.number) / 1_000)
        metrics.set(.pool, state.pool.units)
        metrics.set(.accounts, state.accountCount)
        metrics.set(.clockOffset, Double(state.clockOffset) / 1_000)
    }

    private func updateProcessMetrics() {
        let process = ProcessFigures()
        metrics.set(.residentBytes, process.residentByteCount)
        metrics.set(.openFiles, process.openFiles)
        metrics.set(.openFilesMax, process.openFilesMax)
        metrics.set(.startTime, Double(started.number) / 1_000)
        if let seconds = process.cpuSeconds {
            let more = cpuSeconds.withLock { last in
                defer { last = max(last, seconds) }
                return max(0, seconds - last)
            }
            metrics.cpuSeconds.increment(by: more)
        }
        let disk = HomeFigures(home: home)
        metrics.set(.storeBytes, disk.byteCount)
        metrics.set(.storeFreeBytes, space.free)
    }
}
