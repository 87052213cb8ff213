package import Primitives

/// What a node does in the network, as the federation list says and the hello repeats.
package enum PeerRole: UInt8, Hashable, Sendable {
    /// Votes; has both connections to every other validator.
    case validator = 0
    /// Keeps the chain and doesn't vote; dials validators, on bulk only.
    case follower = 1
}

/// One line of the federation list: who a peer is and where to reach it.
///
/// A peer is its node key; name, host and port are for people and for dialing.
package struct PeerAddress: Hashable, Sendable {
    package let nodeKey: PublicKey
    /// The key that signs a validator's votes; nil for a follower.
    package let consensusKey: PublicKey?
    package let host: String
    package let port: Int
    package let name: String
    package let role: PeerRole

    package init(
        nodeKey: PublicKey,
        consensusKey: PublicKey?,
        host: String,
        port: Int,
        name: String,
        role: PeerRole
    ) {
        self.nodeKey = nodeKey
        self.consensusKey = consensusKey
        self.host = host
        self.port = port
        self.name = name
        self.role = role
    }
}
