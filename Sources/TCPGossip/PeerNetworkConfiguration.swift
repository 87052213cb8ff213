import ChainCore
package import Cryptography
package import Primitives

/// What a peer network needs to know about its own node and about the federation.
package struct PeerNetworkConfiguration: Sendable {
    package let network: NetworkID
    /// The TLS key: it is the node.
    package let nodeKey: SigningKey
    /// A validator's proof of its consensus key; nil makes this node a follower.
    package let identity: ConsensusIdentity?
    /// Where a validator listens; a follower doesn't, for nobody dials it.
    package let listenHost: String
    /// 0 takes any free port.
    package let listenPort: Int
    /// The federation list; this node's own entry may be in it.
    package let peers: [PeerAddress]
    /// Where the chain ends, for the hello; called on event loops.
    package let head: @Sendable () -> PeerHead
    package let limits: PeerNetworkLimits

    package init(
        network: NetworkID,
        nodeKey: SigningKey,
        identity: ConsensusIdentity?,
        listenHost: String,
        listenPort: Int,
        peers: [PeerAddress],
        limits: PeerNetworkLimits = PeerNetworkLimits(),
        head: @escaping @Sendable () -> PeerHead
    ) {
        self.network = network
        self.nodeKey = nodeKey
        self.identity = identity
        self.listenHost = listenHost
        self.listenPort = listenPort
        self.peers = peers
        self.limits = limits
        self.head = head
    }

    var role: PeerRole { identity == nil ? .follower : .validator }

    var directory: PeerDirectory {
        PeerDirectory(network: network, ownKey: nodeKey.publicKey, ownRole: role, peers: peers)
    }

    func hello(on lane: PeerMessage.Lane) -> Hello {
        Hello(network: network, lane: lane, role: role, head: head(), identity: identity)
    }
}

/// Bounds on what peers and strangers can cost (spec 4.1).
package struct PeerNetworkLimits: Sendable {
    /// From the first byte to the checked hello.
    package var deadline = Milliseconds(2_000)
    /// The wait before dialing again: anywhere in this range, always, without back-off.
    package var redialAtLeast = Milliseconds(200)
    package var redialAtMost = Milliseconds(400)
    /// How long a peer that broke the rules is neither dialed nor let in; always the same, so never for good.
    package var ban = Milliseconds(10_000)
    /// Silence on the connection that carries Status after which it is closed.
    package var idle = Milliseconds(15_000)
    /// Accepted connections that haven't passed the hello.
    package var strangersMax = 256
    /// The same, from one IP address.
    package var strangersPerAddressMax = 64
    /// Bytes of received messages that aren't processed, for each connection; beyond this it isn't read.
    package var consensusReceiveByteCountMax = 16 << 20
    package var bulkReceiveByteCountMax = 32 << 20
    /// Bytes waiting to be sent on a consensus connection; beyond this it is closed.
    package var consensusSendByteCountMax = 16 << 20
    /// Bytes waiting to be sent on a bulk connection; beyond this answers are dropped: the peer asks elsewhere.
    package var bulkSendByteCountMax = 64 << 20
    /// Bytes of gossip waiting to be sent; beyond this gossip is dropped: it is announced again.
    package var gossipSendByteCountMax = 8 << 20

    package init() {}
}
