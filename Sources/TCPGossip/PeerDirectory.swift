package import ChainCore
package import Primitives

/// Whom this node talks to, and how: the federation list from where it stands.
package struct PeerDirectory: Sendable {
    package let network: NetworkID
    package let ownKey: PublicKey
    package let ownRole: PeerRole
    /// By node key, ascending, without this node itself; of two lines with one key the first counts.
    package let peers: [PeerAddress]
    private let byKey: [PublicKey: PeerAddress]

    package init(network: NetworkID, ownKey: PublicKey, ownRole: PeerRole, peers: [PeerAddress]) {
        self.network = network
        self.ownKey = ownKey
        self.ownRole = ownRole
        let others = peers.filter { $0.nodeKey != ownKey }.map { ($0.nodeKey, $0) }
        byKey = Dictionary(others) { first, _ in first }
        self.peers = byKey.values.sorted { $0.nodeKey < $1.nodeKey }
    }

    package func peer(_ key: PublicKey) -> PeerAddress? { byKey[key] }

    /// True when this node dials the peer, false when it waits to be dialed (spec 4.1).
    ///
    /// Among validators the smaller node key dials; followers dial validators; nobody dials a follower.
    package func dials(_ peer: PeerAddress) -> Bool {
        switch (ownRole, peer.role) {
        case (.validator, .validator): ownKey < peer.nodeKey
        case (.follower, .validator): true
        case (.validator, .follower), (.follower, .follower): false
        }
    }

    /// The connections that make up a session with the peer.
    package func lanes(with peer: PeerAddress) -> [PeerMessage.Lane] {
        switch (ownRole, peer.role) {
        case (.validator, .validator): [.consensus, .bulk]
        case (.follower, .validator), (.validator, .follower): [.bulk]
        // Two followers have nothing to tell one another: neither dials, and a dial is refused.
        case (.follower, .follower): []
        }
    }

    /// The connection that carries a message between this node and a peer; nil when they don't exchange it.
    ///
    /// Two validators use the message's own lane. With a follower there is only bulk, and Status is told there
    /// (spec 3.3); no other consensus message is for followers.
    package func lane(for home: PeerMessage.Lane, typeCode: UInt8, with peer: PeerAddress) -> PeerMessage.Lane? {
        let lanes = lanes(with: peer)
        if lanes.contains(home) { return home }
        return lanes.contains(.bulk) && typeCode == PeerMessage.statusTypeCode ? .bulk : nil
    }
}
