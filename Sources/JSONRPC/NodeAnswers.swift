package import Primitives
import StrictJSON

// What the node knows of its peers and of what waits, and how it is written.

/// Where every peer of the federation list stands, in the list's order.
package struct PeersAnswer: Sendable {
    package let peers: [Peer]
    package let at: ChainPoint

    package init(peers: [Peer], at: ChainPoint) {
        self.peers = peers
        self.at = at
    }

    package struct Peer: Sendable {
        package let name: String
        package let key: PublicKey
        package let isValidator: Bool
        /// Where it is dialed, as host and port.
        package let address: String
        /// Nil without a session.
        package let session: Session?
        /// What it said last; nil when it has said nothing since it connected.
        package let said: Said?
        /// Why the last session or attempt ended; nil when none did.
        package let lastProblem: String?

        package init(
            name: String,
            key: PublicKey,
            isValidator: Bool,
            address: String,
            session: Session?,
            said: Said?,
            lastProblem: String?
        ) {
            self.name = name
            self.key = key
            self.isValidator = isValidator
            self.address = address
            self.session = session
            self.said = said
            self.lastProblem = lastProblem
        }
    }

    package struct Session: Sendable {
        /// `consensus`, `bulk`: those that are up.
        package let connections: [String]
        package let age: Milliseconds
        package let sentBytes: UInt64
        package let receivedBytes: UInt64
        package let queuedBytes: Int
        /// Messages dropped because the peer did not take them in time.
        package let droppedMessages: UInt64

        package init(
            connections: [String],
            age: Milliseconds,
            sentBytes: UInt64,
            receivedBytes: UInt64,
            queuedBytes: Int,
            droppedMessages: UInt64
        ) {
            self.connections = connections
            self.age = age
            self.sentBytes = sentBytes
            self.receivedBytes = receivedBytes
            self.queuedBytes = queuedBytes
            self.droppedMessages = droppedMessages
        }
    }

    package struct Said: Sendable {
        package let height: Height
        package let view: View
        /// How far its clock is ahead of this node's, in milliseconds, the way of the message included.
        package let clockOffset: Int64

        package init(height: Height, view: View, clockOffset: Int64) {
            self.height = height
            self.view = view
            self.clockOffset = clockOffset
        }
    }
}

/// What waits for a block.
package struct MempoolAnswer: Sendable {
    package let transactions: Int
    package let bytes: Int
    package let bytesMax: Int
    package let shares: UInt64
    /// How long the one that waits longest has waited; nil when none waits.
    package let oldest: Milliseconds?
    /// From the highest price down.
    package let levels: [Level]
    package let at: ChainPoint

    package init(
        transactions: Int,
        bytes: Int,
        bytesMax: Int,
        shares: UInt64,
        oldest: Milliseconds?,
        levels: [Level],
        at: ChainPoint
    ) {
        self.transactions = transactions
        self.bytes = bytes
        self.bytesMax = bytesMax
        self.shares = shares
        self.oldest = oldest
        self.levels = levels
        self.at = at
    }

    /// What waits at maximum prices from `from` up to its double.
    package struct Level: Sendable {
        package let from: UInt64
        package let transactions: Int
        package let bytes: Int
        package let shares: UInt64

        package init(from: UInt64, transactions: Int, bytes: Int, shares: UInt64) {
            self.from = from
            self.transactions = transactions
            self.bytes = bytes
            self.shares = shares
        }
    }
}

extension PeersAnswer {
    var json: JSON { ["peers": .array(peers.map { $0.json(head: at.height) }), "at": at.json] }
}

extension PeersAnswer.Peer {
    func json(head: Height) -> JSON {
        [
            "name": .string(name), "nodeKey": .string(key.hex), "role": isValidator ? "validator" : "follower",
            "address": .string(address), "connected": .bool(session != nil), "session": session?.json ?? .null,
            "said": said?.json(head: head) ?? .null, "lastProblem": lastProblem.map { .string($0) } ?? .null,
        ]
    }
}

extension PeersAnswer.Session {
    var json: JSON {
        [
            "connections": .array(connections.map { .string($0) }), "ageMilliseconds": .decimal(age.number),
            "sentBytes": .decimal(sentBytes), "receivedBytes": .decimal(receivedBytes),
            "queuedBytes": .integer(queuedBytes), "droppedMessages": .decimal(droppedMessages),
        ]
    }
}

extension PeersAnswer.Said {
    func json(head: Height) -> JSON {
        [
            "height": .decimal(height.number), "view": .decimal(view.number),
            "lag": .decimal(head > height ? head.number - height.number : 0),
            "clockOffsetMilliseconds": .integer(Int(clockOffset)),
        ]
    }
}

extension MempoolAnswer {
    var json: JSON {
        [
            "transactions": .integer(transactions), "bytes": .integer(bytes), "bytesMax": .integer(bytesMax),
            "shares": .decimal(shares), "oldestMilliseconds": oldest.map { .decimal($0.number) } ?? .null,
            "levels": .array(levels.map(\.json)), "at": at.json,
        ]
    }
}

extension MempoolAnswer.Level {
    var json: JSON {
        [
            "from": .decimal(from), "transactions": .integer(transactions), "bytes": .integer(bytes),
            "shares": .decimal(shares),
        ]
    }
}
