package import LevelDBStorage

/// When a file system is too full to go on, and what follows; the decision alone, in bytes.
///
/// LevelDB survives a full disk badly, so a node stops before the disk is full: first it takes no new transactions, while
/// blocks and reads go on, then it finishes what it began and ends.
package struct SpaceLimits: Hashable, Sendable {
    /// Below this a node takes no new transactions; nil: 1 GiB or 5 % of the file system, whichever is more.
    package var soft: UInt64?
    /// Below this a node ends; 0: never.
    package var hard: UInt64

    package init(soft: UInt64? = nil, hard: UInt64 = 256 << 20) {
        self.soft = soft
        self.hard = hard
    }

    /// The soft limit on this file system; never below the hard one.
    package func soft(on space: FileSystemSpace) -> UInt64 { max(soft ?? max(1 << 30, space.total / 20), hard) }

    package func judge(_ space: FileSystemSpace) -> SpaceState {
        if space.free < hard { return .exhausted(free: space.free, limit: hard) }
        let soft = soft(on: space)
        return space.free < soft ? .low(free: space.free, limit: soft) : .ample
    }

    /// Whether a ballast of this size may be made: it must not itself make the space low.
    package func allowsBallast(of byteCount: UInt64, on space: FileSystemSpace) -> Bool {
        byteCount > 0 && space.free >= byteCount && space.free - byteCount >= soft(on: space)
    }
}

/// How much room a node has; in bytes.
package enum SpaceState: Hashable, Sendable {
    case ample
    /// No new transactions are taken until there is as much as the limit again.
    case low(free: UInt64, limit: UInt64)
    /// The node ends.
    case exhausted(free: UInt64, limit: UInt64)

    /// What keeps clients from being sent here; nil when there is room.
    package var problem: String? {
        switch self {
        case .ample: nil
        case .low(let free, let limit), .exhausted(let free, let limit):
            "the disk is nearly full: \(SpaceText(free)) are free, and below \(SpaceText(limit)) this node takes no new "
                + "transactions; free some space"
        }
    }
}

/// A number of bytes for people, in MiB.
package struct SpaceText: CustomStringConvertible, Sendable {
    package let description: String

    package init(_ byteCount: UInt64) { description = "\(byteCount >> 20) MiB" }
}
