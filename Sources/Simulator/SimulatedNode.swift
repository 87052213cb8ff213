import ConsensusCore
import Primitives
import ReplicaCore

/// One node of the world: a replica while it is up, a disk always, and clocks of its own.
struct SimulatedNode: Sendable {
    /// Nil while crashed.
    var replica: Replica?
    var disk: SimulatedDisk
    var lanes = Lanes()
    /// What stands before the gate.
    var peerGuard = PeerGuard()
    /// Whose key it has; nil for a follower.
    let validator: Int?
    let role: NodeRole
    /// What keeps a twin's copy from noticing the other; nil for everybody else, and for twins that heed one another.
    var blindfold: Blindfold?
    /// Its vote log is lost: it observes from now on (spec 3.7(2)).
    var isObserver = false
    /// Votes above its final view that have left it, in all its lives.
    var sentVotes: [Vote] = []
    /// No write succeeds, and no start, until somebody makes room.
    var isDiskFull = false
    var failsNextSync = false
    /// In how many files of the vote log a bit has flipped since the last start.
    var flippedFiles = 0
    /// An old copy of its database.
    var backup: SimulatedDisk?
    var clock = NodeClock()
    /// Counts its starts; what was foreseen for an earlier life doesn't happen.
    var life: UInt64 = 0
    /// How many orders its disk has performed, in all its lives.
    var performedOrders = 0
    /// How many blocks above the tip its last start found on the disk.
    var restoredBlocks = 0
    /// When it last crashed.
    var goneAt: Microseconds?
    /// The wish that holds (monotonic).
    var wakeAt: Milliseconds?
    /// The greatest height that a client was told of as final.
    var reportedHeight = Height.zero
    /// How slow the disk is for a while, in microseconds more for each sync.
    var stall: Microseconds = 0
    /// How slow it is to hear and to speak for a while, in microseconds more for each message.
    var lag: Microseconds = 0
    /// What it has sent in the present second, to all peers together.
    var sentInSecond: (second: UInt64, byteCount: Int) = (0, 0)
    /// The last message was a range of final blocks.
    var isSyncing = false

    init(disk: SimulatedDisk, validator: Int?, role: NodeRole) {
        self.disk = disk
        self.validator = validator
        self.role = role
    }

    var isUp: Bool { replica != nil }
    var isHonest: Bool { role == .honest }
}

/// The clocks of one node: a part of its own, so that reading them copies no replica.
struct NodeClock: Sendable {
    /// How far the wall clock is off, in milliseconds.
    var skew: Int64 = 0
    /// When the present life began.
    var startedAt: Microseconds = 0

    func moment(at now: Microseconds) -> Moment {
        let wall = Int64(Federation.epochStart.number + now / 1000) + skew
        return Moment(
            wall: Milliseconds(UInt64(wall)),
            monotonic: Milliseconds(Self.monotonicStart + (now - startedAt) / 1000)
        )
    }

    /// When a monotonic moment of this life comes in the world's time.
    func time(of monotonic: Milliseconds) -> Microseconds {
        startedAt + monotonic.subtracting(Milliseconds(Self.monotonicStart)).number * 1000
    }

    /// Not zero, so that nobody takes a monotonic clock for a time since the start.
    private static let monotonicStart: UInt64 = 5_000
}

/// Whom a node obeys.
package enum NodeRole: Sendable {
    case honest
    /// One of two unmodified copies under one key.
    case twin
    /// A replica that never votes, and an adversary that does what it likes.
    case scripted
}
