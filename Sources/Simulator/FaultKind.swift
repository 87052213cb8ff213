/// What can go wrong in a world, by the name that `farthing simulate --faults` knows it by.
package enum FaultKind: String, CaseIterable, Sendable {
    // Nodes
    /// A node crashes and starts again, within moments or seconds.
    case crash
    /// All nodes crash at once.
    case powerCut = "power-cut"
    /// The quorum is gone for longer than any timer, once, before all faults end.
    case outage
    /// A node is slow to hear and to speak for a while.
    case slowNode = "slow-node"
    /// Wall clocks are up to ten seconds off, and jump.
    case clock

    // Disks
    /// Each sync takes up to 150 ms more for a while.
    case slowDisk = "slow-disk"
    /// Of what was being written at a crash, a part is on disk, the last record of it torn.
    case tornWrite = "torn-write"
    /// A bit of `votes.a` or `votes.b` flips while the node is down, or one of the store.
    case bitFlip = "bit-flip"
    /// A sync fails: the node stops, its operator starts it again later.
    case failedSync = "failed-sync"
    /// The disk is full until the operator makes room.
    case fullDisk = "full-disk"
    /// The database is restored from an old backup; the vote log is not.
    case backup
    /// The database is lost; the vote log is not.
    case lostStore = "lost-store"
    /// The vote log is lost; the database is not.
    case lostLog = "lost-log"

    // Network
    /// The nodes fall apart in two, in both directions.
    case partition
    /// Some nodes hear the others and are not heard.
    case oneWay = "one-way"
    /// Each node reaches only its two neighbours.
    case ring
    /// A connection breaks and is made anew.
    case link
    /// Messages are lost.
    case loss
    /// Some messages take up to two seconds, overtaken by others.
    case delay
    /// Messages arrive twice.
    case duplicate

    // People
    /// Up to f validators equivocate, withhold, forge and replay.
    case hostile

    /// In how many of a thousand worlds this is among what may go wrong.
    var usual: Int {
        switch self {
        case .crash: 800
        case .powerCut: 400
        case .outage: 60
        case .slowNode: 300
        case .clock: 400
        case .slowDisk: 600
        case .tornWrite: 700
        case .bitFlip: 350
        case .failedSync: 300
        case .fullDisk: 250
        case .backup, .lostStore, .lostLog: 250
        case .partition: 650
        case .oneWay: 400
        case .ring: 200
        case .link: 700
        case .loss: 600
        case .delay: 700
        case .duplicate: 500
        case .hostile: 700
        }
    }

    /// How often it strikes, beside the other kinds that strike in moments; 0 for what goes on all the time or once.
    var weight: Int {
        switch self {
        case .crash: 28
        case .powerCut: 3
        case .slowNode: 6
        case .clock: 6
        case .slowDisk: 8
        case .bitFlip: 6
        case .failedSync: 5
        case .fullDisk: 4
        case .backup, .lostStore, .lostLog: 3
        case .partition: 18
        case .oneWay: 9
        case .ring: 5
        case .link: 8
        case .outage, .tornWrite, .loss, .delay, .duplicate, .hostile: 0
        }
    }

    /// Every name, in the order of this list.
    package static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
