package import ConsensusCore
package import Cryptography
package import JSONRPC
package import LedgerCore
package import MempoolCore
package import TCPGossip

/// Everything that a node is started with, read and checked: no file is opened for it again but the chain's own.
package struct NodeSettings: Sendable {
    /// The folder with `data/`, `format`, `lock`, `votes.a`, `votes.b`.
    package var home: String
    package var genesis: Genesis
    package var nodeKey: SigningKey
    /// Nil for a follower.
    package var consensusKey: SigningKey?
    /// Signs checkpoints; without it the node signs none.
    package var noteKey: SigningKey?
    package var listenHost: String
    package var listenPort: Int
    /// Where the other nodes are; this node's own entry may be among them.
    package var peers: [PeerAddress]
    package var pace: Pace
    package var mempoolLimits: MempoolLimits
    package var rpc: RPCConfiguration
    package var spaceLimits: SpaceLimits
    /// How large a ballast is made where there is none; 0: none.
    package var ballastByteCount: UInt64
    /// The operator swears that this consensus key never signed anything: a missing vote log is made anew (spec 3.7(2)).
    package var keyNeverSigned: Bool

    package init(
        home: String,
        genesis: Genesis,
        nodeKey: SigningKey,
        consensusKey: SigningKey?,
        noteKey: SigningKey? = nil,
        listenHost: String,
        listenPort: Int,
        peers: [PeerAddress],
        pace: Pace,
        mempoolLimits: MempoolLimits,
        rpc: RPCConfiguration,
        spaceLimits: SpaceLimits = SpaceLimits(),
        ballastByteCount: UInt64 = 0,
        keyNeverSigned: Bool = false
    ) {
        self.home = home
        self.genesis = genesis
        self.nodeKey = nodeKey
        self.consensusKey = consensusKey
        self.noteKey = noteKey
        self.listenHost = listenHost
        self.listenPort = listenPort
        self.peers = peers
        self.pace = pace
        self.mempoolLimits = mempoolLimits
        self.rpc = rpc
        self.spaceLimits = spaceLimits
        self.ballastByteCount = ballastByteCount
        self.keyNeverSigned = keyNeverSigned
    }
}
