import ChainCore
import Cryptography
import NIOCore
import Primitives
import TCPGossip
import Testing

/// A member of a test federation, with all its keys.
struct Member {
    let nodeKey: SigningKey
    let consensusKey: SigningKey?
    let name: String

    /// Makes every key of one byte.
    static func validator(_ seed: UInt8) -> Member {
        Member(nodeKey: key(seed), consensusKey: key(seed ^ 0x80), name: "v\(seed)")
    }

    static func follower(_ seed: UInt8) -> Member {
        Member(nodeKey: key(seed), consensusKey: nil, name: "f\(seed)")
    }

    static func key(_ seed: UInt8) -> SigningKey {
        guard let key = SigningKey(seed: [UInt8](repeating: seed, count: 32)) else {
            preconditionFailure("32 bytes are a seed")
        }
        return key
    }

    /// Validators in ascending order of their node keys: each dials those after it.
    static func validators(_ count: UInt8) -> [Member] {
        (1...count).map(validator).sorted { $0.nodeKey.publicKey < $1.nodeKey.publicKey }
    }

    var key: PublicKey { nodeKey.publicKey }
    var role: PeerRole { consensusKey == nil ? .follower : .validator }

    func identity(in network: NetworkID = .test) -> ConsensusIdentity? {
        consensusKey.map { ConsensusIdentity(signedBy: $0, nodeKey: key, network: network) }
    }

    func address(port: Int = 1) -> PeerAddress {
        PeerAddress(
            nodeKey: key,
            consensusKey: consensusKey?.publicKey,
            host: "127.0.0.1",
            port: port,
            name: name,
            role: role
        )
    }

    func directory(_ others: [Member], network: NetworkID = .test) -> PeerDirectory {
        PeerDirectory(network: network, ownKey: key, ownRole: role, peers: others.map { $0.address() })
    }

    func hello(
        on lane: PeerMessage.Lane,
        version: UInt16 = Hello.currentVersion,
        network: NetworkID = .test,
        role: PeerRole? = nil,
        identity: ConsensusIdentity?? = .none
    ) -> Frame {
        let hello = Hello(
            version: version,
            network: network,
            lane: lane,
            role: role ?? self.role,
            head: .genesis,
            identity: identity ?? self.identity(in: network)
        )
        return Frame(typeCode: Frame.helloType, body: hello.encoded())
    }
}

extension NetworkID {
    static let test = NetworkID(genesisBytes: [1])
    static let other = NetworkID(genesisBytes: [2])
}

extension PeerHead {
    static let genesis = PeerHead(height: .zero, hash: .zero)
}

extension PeerMessage {
    /// A consensus message, told apart by its number.
    static func question(_ number: UInt64) -> PeerMessage {
        .certificateRequest(CertificateRequest(epoch: .zero, view: View(number)))
    }

    static func standing(_ number: UInt64) -> PeerMessage {
        .status(
            Status(
                epoch: .zero,
                finalHeight: Height(number),
                finalView: .zero,
                finalHash: .zero,
                currentView: .zero,
                wallClock: .zero
            )
        )
    }

    /// A bulk message that isn't gossip.
    static func pull(_ number: UInt64) -> PeerMessage { .blockRequest(BlockRequest(hash: hash(number))) }

    /// Gossip of 32 bytes and a few for each leaf.
    static func leaves(_ count: Int, of number: UInt64 = 1) -> PeerMessage {
        .announce([Hash32](repeating: hash(number), count: count))
    }

    /// A bulk message that isn't gossip, of 32 bytes and a few for each leaf.
    static func bodies(_ count: Int) -> PeerMessage {
        .bodyRequest(BodyRequest(block: .zero, leaves: [Hash32](repeating: .zero, count: count)))
    }

    private static func hash(_ number: UInt64) -> Hash32 { Hash32(words: Words32(number, 0, 0, 0)) }

    var frame: Frame { Frame(typeCode: typeCode, body: encoded()) }
}

/// The error that a body throws; nil when it throws none.
func refusal(_ body: () throws(PeerCloseReason) -> Void) -> PeerCloseReason? {
    do throws(PeerCloseReason) {
        try body()
        return nil
    } catch {
        return error
    }
}
