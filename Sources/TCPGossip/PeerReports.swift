package import ChainCore
import Logging
package import NIOCore
package import Primitives

/// Where a peer stands, for `node_peers` and the operator.
package struct PeerState: Sendable {
    package let peer: PeerAddress
    package let isConnected: Bool
    /// The connections of the session that is up.
    package let lanes: [PeerMessage.Lane]
    /// How long the session has been up; nil while there is none.
    package let connectedFor: Milliseconds?
    /// Where the peer's chain ended when it last said hello.
    package let head: PeerHead?
    /// Why the last attempt or session ended; nil if it never did.
    package let lastProblem: String?
    /// Bytes of frames in this session, TLS apart.
    package let sentByteCount: UInt64
    package let receivedByteCount: UInt64
    /// Bytes that wait to be sent.
    package let queuedByteCount: Int
    /// Frames of this session that were dropped for want of room.
    package let droppedFrameCount: UInt64

    init(peer: PeerAddress, route: PeerRoutes.Route?, report: PeerReports.Report, now: NIODeadline) {
        self.peer = peer
        isConnected = route != nil
        connectedFor = report.connectedAt.map { Milliseconds(UInt64(max(0, (now - $0).nanoseconds / 1_000_000))) }
        head = report.head
        lastProblem = report.lastProblem?.description
        let links = route?.links ?? []
        lanes = links.map(\.lane)
        sentByteCount = links.reduce(0) { $0 + $1.sentByteCount }
        receivedByteCount = links.reduce(0) { $0 + $1.receivedByteCount }
        queuedByteCount = links.reduce(0) { $0 + $1.queuedByteCount }
        droppedFrameCount = links.reduce(0) { $0 + $1.droppedFrameCount }
    }
}

/// What is remembered about each peer, and which problems are worth a line in the log.
///
/// A peer that is down fails twice a second for as long as it is down; it is logged when the reason changes, and else
/// once a minute. Strangers choose their reasons, so they share one line a second.
package struct PeerReports: Sendable {
    package struct Report: Sendable {
        package var head: PeerHead?
        package var connectedAt: NIODeadline?
        package var lastProblem: PeerCloseReason?
        fileprivate var lastLogged: NIODeadline?
        fileprivate var unloggedCount = 0
    }

    private var known: [PublicKey: Report] = [:]
    private var strangers = Report()

    package init() {}

    package subscript(_ peer: PublicKey) -> Report { known[peer] ?? Report() }

    package mutating func heard(_ head: PeerHead, from peer: PublicKey) { known[peer, default: Report()].head = head }

    package mutating func connected(_ peer: PublicKey, at now: NIODeadline) {
        known[peer, default: Report()].connectedAt = now
    }

    package mutating func disconnected(_ peer: PublicKey, _ reason: PeerCloseReason) {
        known[peer, default: Report()].connectedAt = nil
        known[peer, default: Report()].lastProblem = reason
    }

    /// Notes why a connection came to nothing; `peer` is nil for a stranger.
    ///
    /// - Returns: nil when it isn't to be logged, else how many went unlogged before.
    package mutating func problem(_ reason: PeerCloseReason, of peer: PublicKey?, at now: NIODeadline) -> Int? {
        guard let peer else {
            return strangers.speaks(at: now, afterAtLeast: .seconds(1))
        }
        var report = self[peer]
        let isNew = report.lastProblem != reason
        report.lastProblem = reason
        let silent = report.speaks(at: now, afterAtLeast: isNew ? .zero : .minutes(1))
        known[peer] = report
        return silent
    }
}

extension PeerReports.Report {
    fileprivate mutating func speaks(at now: NIODeadline, afterAtLeast pause: TimeAmount) -> Int? {
        if let lastLogged, now < lastLogged + pause {
            unloggedCount += 1
            return nil
        }
        defer { unloggedCount = 0 }
        lastLogged = now
        return unloggedCount
    }
}

/// The sessions that are up: where to send.
struct PeerRoutes: Sendable {
    struct Route: Sendable {
        let peer: PeerAddress
        let links: [PeerLink]

        func link(on lane: PeerMessage.Lane) -> PeerLink? { links.first { $0.lane == lane } }
    }

    /// By node key, ascending.
    private(set) var all: [Route] = []

    subscript(_ key: PublicKey) -> Route? { all.first { $0.peer.nodeKey == key } }

    mutating func add(_ route: Route) {
        remove(route.peer.nodeKey)
        let place = all.firstIndex { route.peer.nodeKey < $0.peer.nodeKey } ?? all.endIndex
        all.insert(route, at: place)
    }

    mutating func remove(_ key: PublicKey) { all.removeAll { $0.peer.nodeKey == key } }
}

extension PeerCloseReason {
    /// How much it matters to an operator.
    var level: Logger.Level {
        switch self {
        // Somebody has to change a file, or somebody lies.
        case .ownKey, .otherKey, .otherVersion, .otherNetwork, .otherRole, .otherDirection, .otherLane,
            .identityMissing, .identityUnexpected, .otherConsensusKey, .identityForged:
            .error
        case .replaced, .otherLaneLost, .shutdown, .closedByPeer, .failed, .goodbye: .info
        default: .warning
        }
    }
}
