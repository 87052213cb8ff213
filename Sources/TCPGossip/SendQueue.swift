package import NIOCore

/// The frames that wait for one connection: bounded, gossip behind everything else.
package struct SendQueue: Sendable {
    /// What became of an offered frame.
    package enum Outcome: Hashable, Sendable {
        /// It waits; `wakes` is true when the queue was empty, so that somebody must start to drain it.
        case queued(wakes: Bool)
        /// There was no room.
        case full
    }

    package let byteCountMax: Int
    package let gossipByteCountMax: Int
    package private(set) var byteCount = 0
    package private(set) var gossipByteCount = 0
    private var urgent = FIFO()
    private var gossip = FIFO()

    /// - Parameters:
    ///   - byteCountMax: bytes of everything but gossip.
    ///   - gossipByteCountMax: bytes of gossip.
    package init(byteCountMax: Int, gossipByteCountMax: Int) {
        self.byteCountMax = byteCountMax
        self.gossipByteCountMax = gossipByteCountMax
    }

    package var isEmpty: Bool { urgent.isEmpty && gossip.isEmpty }

    /// Adds a frame, unless its kind's bound is reached; an empty queue takes one frame of any size.
    package mutating func offer(_ frame: ByteBuffer, isGossip: Bool) -> Outcome {
        let wakes = isEmpty
        let size = frame.readableBytes
        if isGossip {
            guard gossip.isEmpty || gossipByteCount + size <= gossipByteCountMax else { return .full }
            gossip.append(frame)
            gossipByteCount += size
        } else {
            guard urgent.isEmpty || byteCount + size <= byteCountMax else { return .full }
            urgent.append(frame)
            byteCount += size
        }
        return .queued(wakes: wakes)
    }

    /// Takes the frame that goes next: in order, gossip only when nothing else waits.
    package mutating func next() -> ByteBuffer? {
        if let frame = urgent.removeFirst() {
            byteCount -= frame.readableBytes
            return frame
        }
        guard let frame = gossip.removeFirst() else { return nil }
        gossipByteCount -= frame.readableBytes
        return frame
    }
}

/// First in, first out; both ends at constant cost.
private struct FIFO: Sendable {
    private var frames = CircularBuffer<ByteBuffer>()

    var isEmpty: Bool { frames.isEmpty }

    mutating func append(_ frame: ByteBuffer) { frames.append(frame) }

    mutating func removeFirst() -> ByteBuffer? { frames.popFirst() }
}
