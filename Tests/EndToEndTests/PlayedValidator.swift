import ChainCore
import ConsensusCore
import Cryptography
import Foundation
import LedgerCore
import Logging
import NIOPosix
import Primitives
import Synchronization
import TCPGossip
import Testing

/// A validator of a real federation that the test plays: its own keys, its own place in the mesh, and any message.
final class PlayedValidator: PeerEvents {
    private struct State {
        var sessions: [PublicKey: [String]] = [:]
        var heard: [PublicKey: [PeerMessage]] = [:]
    }

    let index: UInt16
    private let electorate: Electorate
    private let key: SigningKey
    private let state = Mutex(State())
    private let peers = Mutex<PeerNetwork?>(nil)

    /// Takes the place of a node that isn't started.
    init(_ node: Int, of federation: TestFederation) throws {
        key = try federation.key("node-\(node + 1)/keys/validator.pem")
        let nodeKey = try federation.key("node-\(node + 1)/keys/node.pem")
        electorate = ChainRules(genesis: federation.genesis).electorate
        index = UInt16(try #require(electorate.validators.index(ofConsensusKey: key.publicKey)))
        let addresses = electorate.validators.validators.map { validator in
            let place = Int(validator.name.split(separator: "-").last ?? "") ?? 0
            return PeerAddress(
                nodeKey: validator.nodeKey,
                consensusKey: validator.consensusKey,
                host: "127.0.0.1",
                port: federation.firstPeerPort + place - 1,
                name: validator.name,
                role: .validator
            )
        }
        let configuration = PeerNetworkConfiguration(
            network: electorate.network,
            nodeKey: nodeKey,
            identity: ConsensusIdentity(signedBy: key, nodeKey: nodeKey.publicKey, network: electorate.network),
            listenHost: "127.0.0.1",
            listenPort: federation.firstPeerPort + node,
            peers: addresses
        ) { PeerHead(height: .zero, hash: .zero) }
        let network = try PeerNetwork(
            configuration: configuration,
            events: self,
            logger: Logger(label: "played") { _ in SwiftLogNoOpLogHandler() },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton
        )
        peers.withLock { $0 = network }
    }

    private var network: PeerNetwork {
        get throws { try #require(peers.withLock { $0 }) }
    }

    func start() async throws { try await network.start() }
    func stop() async throws { try await network.shutdown() }

    /// Keeps the sessions alive until the task is cancelled, and says nothing else.
    func keepAlive() throws -> Task<Void, Never> {
        let network = try network
        let status = Status(
            epoch: .zero,
            finalHeight: .zero,
            finalView: .zero,
            finalHash: .zero,
            currentView: View(1),
            wallClock: .zero
        )
        return Task {
            while !Task.isCancelled {
                network.broadcast(.status(status))
                do { try await Task.sleep(for: .seconds(2)) } catch { return }
            }
        }
    }

    // MARK: - What it says and hears

    func nodeKey(of node: Int) throws -> PublicKey {
        try #require(electorate.validators.validators.first { $0.name == "node-\(node + 1)" }).nodeKey
    }

    func send(_ message: PeerMessage, to node: Int) throws { try network.send(message, to: [nodeKey(of: node)]) }
    func broadcast(_ message: PeerMessage) throws { try network.broadcast(message) }

    /// A valid vote, or one whose signature has a bit wrong.
    func vote(_ body: VoteBody, isForged: Bool = false) -> Vote {
        let good = key.sign(body.message(network: electorate.network))
        return Vote(body: body, signer: index, signature: isForged ? Signature(r: good.r, s: .zero) : good)
    }

    func isConnected(to node: Int) throws -> Bool { try network.connectedPeers.contains(nodeKey(of: node)) }

    /// Tells of each session that it is up, then why it ended.
    func sessions(with node: Int) throws -> [String] {
        let key = try nodeKey(of: node)
        return state.withLock { $0.sessions[key] ?? [] }
    }

    func heard(from node: Int) throws -> [PeerMessage] {
        let key = try nodeKey(of: node)
        return state.withLock { $0.heard[key] ?? [] }
    }

    func peerConnected(_ peer: PublicKey) { state.withLock { $0.sessions[peer, default: []].append("up") } }

    func peerDisconnected(_ peer: PublicKey, reason: String) {
        state.withLock { $0.sessions[peer, default: []].append(reason) }
    }

    func received(_ message: PeerMessage, from peer: PublicKey, credit: MessageCredit) {
        state.withLock { $0.heard[peer, default: []].append(message) }
        credit.release()
    }
}
