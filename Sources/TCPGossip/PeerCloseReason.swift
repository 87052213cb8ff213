package import ChainCore
package import Primitives

/// Why a connection ended, in the order of the checks; `description` is what an operator reads.
package enum PeerCloseReason: Error, Equatable, Sendable {
    // Before the peer is known.
    case crowded
    case deadline(Milliseconds)
    case notEd25519
    case ownKey
    case otherKey(expected: PublicKey, found: PublicKey)
    case unknownKey(PublicKey)
    case notAuthenticated
    case otherProtocol(String?)

    // Frames.
    case unknownType(UInt8)
    case helloExpected(type: UInt8)
    case helloTwice
    case wrongLane(type: UInt8, lane: PeerMessage.Lane)
    case frameTooLong(type: UInt8, byteCount: Int, limit: Int)
    case undecodable(type: UInt8, WireError)

    // The hello.
    case otherVersion(theirs: UInt16, ours: UInt16)
    case otherNetwork(theirs: NetworkID, ours: NetworkID)
    case otherRole(theirs: PeerRole, listed: PeerRole)
    case otherDirection
    case otherLane(PeerMessage.Lane)
    case identityMissing
    case identityUnexpected
    case otherConsensusKey(theirs: PublicKey, listed: PublicKey)
    case identityForged

    // An authenticated peer.
    case banned
    case idle(Milliseconds)
    case tooSlow(queuedByteCount: Int)
    case replaced
    case otherLaneLost
    case requested(String)
    case shutdown

    // What the other side or the network did.
    case goodbye(String)
    case closedByPeer
    case failed(String)

    /// True when the peer is told: it proved its key, the fault is nameable, and the connection still carries bytes.
    package var isTold: Bool {
        switch self {
        case .crowded, .notEd25519, .ownKey, .otherKey, .unknownKey, .notAuthenticated, .otherProtocol, .replaced,
            .otherLaneLost, .goodbye, .closedByPeer, .failed:
            false
        default: true
        }
    }
}

extension PeerCloseReason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .crowded: "too many connections that haven't said who they are"
        case .deadline(let limit): "no valid TLS handshake and hello within \(limit) ms"
        case .notEd25519: "its certificate doesn't hold an Ed25519 key"
        case .ownKey: "it shows this node's own key: a loop, or a copied key file"
        case .otherKey(let expected, let found): "node key \(found) answers where \(expected) was expected"
        case .unknownKey(let key): "node key \(key) is not in the federation list"
        case .notAuthenticated: "the TLS handshake proved no key"
        case .otherProtocol(let name): "it speaks \(name ?? "no named protocol"), not \(MutualTLS.protocolName)"
        case .unknownType(let type): "unknown message type \(type)"
        case .helloExpected(let type): "message type \(type) came before the hello"
        case .helloTwice: "a second hello"
        case .wrongLane(let type, let lane): "message type \(type) doesn't belong on the \(lane) connection"
        case .frameTooLong(let type, let byteCount, let limit):
            "a message of type \(type) announces \(byteCount) bytes, the limit is \(limit)"
        case .undecodable(let type, let error): "a message of type \(type) doesn't decode: \(error)"
        case .otherVersion(let theirs, let ours): "it speaks protocol version \(theirs), this node \(ours)"
        case .otherNetwork(let theirs, let ours):
            "it belongs to network \(theirs), this node to \(ours): the genesis files differ"
        case .otherRole(let theirs, let listed): "it says it is a \(theirs), the federation list says \(listed)"
        case .otherDirection: "the other side is the one to dial: the federation lists or roles differ"
        case .otherLane(let lane): "the \(lane) connection isn't used between these two nodes"
        case .identityMissing: "its hello carries no consensus key"
        case .identityUnexpected: "it is a follower, and its hello carries a consensus key"
        case .otherConsensusKey(let theirs, let listed):
            "it claims consensus key \(theirs), the federation list says \(listed)"
        case .identityForged: "the consensus key's signature over its node key doesn't verify"
        case .banned: "it broke the rules a moment ago, and is refused for a while"
        case .idle(let limit): "nothing heard for \(limit) ms"
        case .tooSlow(let queued): "it reads too slowly: \(queued) bytes wait on the consensus connection"
        case .replaced: "a newer connection of the same peer took its place"
        case .otherLaneLost: "the peer's other connection was lost"
        case .requested(let text): text
        case .shutdown: "the node is shutting down"
        case .goodbye(let text): "the peer closed: \(text)"
        case .closedByPeer: "the peer closed the connection"
        case .failed(let text): text
        }
    }
}
