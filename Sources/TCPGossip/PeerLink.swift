import ChainCore
import NIOCore
import Primitives
import Synchronization

/// An open connection as other threads see it: frames go in, credits come back.
final class PeerLink: Sendable {
    /// What a connection is asked to do by others than its own channel; sent down its pipeline.
    enum Command: Sendable {
        /// The session is up: start to read.
        case open
        /// There are frames to send.
        case drain
        /// Credits came back.
        case readOn
        case close(PeerCloseReason)
    }

    let id: ConnectionID
    let lane: PeerMessage.Lane
    private let channel: any Channel
    private let outbound: Mutex<SendQueue>
    private let inbound: Mutex<ReceiveBudget>
    private let sentCount = Atomic<UInt64>(0)
    private let receivedCount = Atomic<UInt64>(0)
    private let droppedCount = Atomic<UInt64>(0)

    init(id: ConnectionID, lane: PeerMessage.Lane, channel: any Channel, limits: PeerNetworkLimits) {
        self.id = id
        self.lane = lane
        self.channel = channel
        switch lane {
        case .consensus:
            outbound = Mutex(SendQueue(byteCountMax: limits.consensusSendByteCountMax, gossipByteCountMax: 0))
            inbound = Mutex(ReceiveBudget(limit: limits.consensusReceiveByteCountMax))
        case .bulk:
            outbound = Mutex(
                SendQueue(
                    byteCountMax: limits.bulkSendByteCountMax,
                    gossipByteCountMax: limits.gossipSendByteCountMax
                )
            )
            inbound = Mutex(ReceiveBudget(limit: limits.bulkReceiveByteCountMax))
        }
    }

    var sentByteCount: UInt64 { sentCount.load(ordering: .relaxed) }
    var receivedByteCount: UInt64 { receivedCount.load(ordering: .relaxed) }
    var droppedFrameCount: UInt64 { droppedCount.load(ordering: .relaxed) }
    var queuedByteCount: Int { outbound.withLock { $0.byteCount + $0.gossipByteCount } }
    /// True while received messages that aren't processed stop the connection from being read.
    var isOverBudget: Bool { inbound.withLock { $0.isOver } }

    /// Queues a frame; never blocks.
    ///
    /// On bulk a frame for which there is no room is dropped and counted. On consensus nothing may be missing: the
    /// connection is closed, and the peer catches up after it has reconnected.
    func offer(_ frame: ByteBuffer, isGossip: Bool) {
        let (outcome, queued) = outbound.withLock { ($0.offer(frame, isGossip: isGossip), $0.byteCount) }
        switch outcome {
        case .queued(true): command(.drain)
        case .queued(false): break
        case .full:
            droppedCount.add(1, ordering: .relaxed)
            if lane == .consensus { command(.close(.tooSlow(queuedByteCount: queued))) }
        }
    }

    /// The frame to write next.
    func nextFrame() -> ByteBuffer? {
        guard let frame = outbound.withLock({ $0.next() }) else { return nil }
        sentCount.add(UInt64(frame.readableBytes), ordering: .relaxed)
        return frame
    }

    /// Books a received message against the budget.
    func credit(byteCount: Int) -> MessageCredit {
        receivedCount.add(UInt64(byteCount), ordering: .relaxed)
        inbound.withLock { $0.take(byteCount) }
        return MessageCredit(byteCount: byteCount) { byteCount in
            if self.inbound.withLock({ $0.give(byteCount) }) { self.command(.readOn) }
        }
    }

    func command(_ command: Command) { channel.triggerUserOutboundEvent(command, promise: nil) }
}
