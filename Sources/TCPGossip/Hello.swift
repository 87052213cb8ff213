package import ChainCore
package import Cryptography
package import Primitives

/// What binds a validator's consensus key to its node key: the former's signature over the latter (spec 4.1).
///
/// Made once, by whoever holds the consensus key; the node key alone answers in TLS afterwards.
package struct ConsensusIdentity: Hashable, Sendable, WireCodable {
    package let consensusKey: PublicKey
    package let signature: Signature

    package init(consensusKey: PublicKey, signature: Signature) {
        self.consensusKey = consensusKey
        self.signature = signature
    }

    /// Signs `nodeKey` for `network` under the hello tag.
    package init(signedBy consensusKey: SigningKey, nodeKey: PublicKey, network: NetworkID) {
        self.consensusKey = consensusKey.publicKey
        signature = consensusKey.sign(DomainTag.hello.message(network: network, body: nodeKey.bytes))
    }

    /// Checks the signature; about 45 µs.
    package func binds(_ nodeKey: PublicKey, in network: NetworkID) -> Bool {
        let claim = SignatureClaim(
            key: consensusKey,
            message: DomainTag.hello.message(network: network, body: nodeKey.bytes),
            signature: signature
        )
        return StrictEd25519().verdicts(on: [claim]) == [true]
    }

    package static var minimumByteCount: Int { 96 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        consensusKey = try PublicKey(decoding: &rest)
        signature = try Signature(decoding: &rest)
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(consensusKey)
        writer.write(signature)
    }
}

/// A block by height and hash: where a node says its chain ends.
///
/// A hint, never a proof.
package struct PeerHead: Hashable, Sendable, WireCodable {
    package let height: Height
    package let hash: Hash32

    package init(height: Height, hash: Hash32) {
        self.height = height
        self.hash = hash
    }

    package static var minimumByteCount: Int { 40 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        height = try Height(decoding: &rest)
        hash = try Hash32(decoding: &rest)
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(height)
        writer.write(hash)
    }
}

/// The first frame in each direction (spec 4.1).
///
/// The version stands in front, so that a node can name the version of a hello that it can't read.
package struct Hello: Hashable, Sendable, WireCodable {
    package static let currentVersion: UInt16 = 1

    package let version: UInt16
    package let network: NetworkID
    package let lane: PeerMessage.Lane
    package let role: PeerRole
    package let head: PeerHead
    /// Present for a validator, absent for a follower.
    package let identity: ConsensusIdentity?

    package init(
        version: UInt16 = Hello.currentVersion,
        network: NetworkID,
        lane: PeerMessage.Lane,
        role: PeerRole,
        head: PeerHead,
        identity: ConsensusIdentity?
    ) {
        self.version = version
        self.network = network
        self.lane = lane
        self.role = role
        self.head = head
        self.identity = identity
    }

    package static var minimumByteCount: Int { 77 }

    /// The version of a hello's bytes, whatever follows it.
    package static func version(of bytes: [UInt8]) throws(WireError) -> UInt16 {
        // SAFETY: the span reads `bytes`, which outlives it; every bit pattern is a valid byte.
        var rest = unsafe bytes.span.bytes
        return try rest.take()
    }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        version = try rest.take()
        network = try NetworkID(decoding: &rest)
        switch try rest.takeTag() {
        case 0: lane = .consensus
        case 1: lane = .bulk
        case let other: throw .unknownTag(UInt64(other), of: "lane")
        }
        switch try rest.takeTag() {
        case 0: role = .validator
        case 1: role = .follower
        case let other: throw .unknownTag(UInt64(other), of: "role")
        }
        head = try PeerHead(decoding: &rest)
        identity = try rest.takeOptional()
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(version)
        writer.write(network)
        writer.write(tag: lane == .consensus ? 0 : 1)
        writer.write(tag: Int(role.rawValue))
        writer.write(head)
        writer.write(optional: identity)
    }
}
