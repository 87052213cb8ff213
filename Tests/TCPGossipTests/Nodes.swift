import ChainCore
import Foundation
import Logging
import NIOCore
import NIOPosix
import Primitives
import Synchronization
import TCPGossip
import Testing

/// What a peer network told its node, in order.
final class Inbox: PeerEvents {
    enum Entry: Equatable {
        case connected(PublicKey)
        case disconnected(PublicKey, String)
        case message(PeerMessage, from: PublicKey)
    }

    private let log = Mutex<[Entry]>([])
    private let credits = Mutex<[MessageCredit]>([])
    private let holdsCredits: Bool

    /// With `holdsCredits`, every message counts as unprocessed until `releaseCredits`.
    init(holdsCredits: Bool = false) { self.holdsCredits = holdsCredits }

    func peerConnected(_ peer: PublicKey) { log.withLock { $0.append(.connected(peer)) } }

    func peerDisconnected(_ peer: PublicKey, reason: String) {
        log.withLock { $0.append(.disconnected(peer, reason)) }
    }

    func received(_ message: PeerMessage, from peer: PublicKey, credit: MessageCredit) {
        log.withLock { $0.append(.message(message, from: peer)) }
        if holdsCredits { credits.withLock { $0.append(credit) } } else { credit.release() }
    }

    func releaseCredits() { credits.withLock { $0.removeAll() } }

    var entries: [Entry] { log.withLock { $0 } }

    func messages(from peer: PublicKey) -> [PeerMessage] {
        entries.compactMap { if case .message(let message, peer) = $0 { message } else { nil } }
    }

    /// Connected, disconnected (why), connected ..., of one peer.
    func comings(of peer: PublicKey) -> [String] {
        entries.compactMap {
            switch $0 {
            case .connected(peer): "up"
            case .disconnected(peer, let reason): reason
            default: nil
            }
        }
    }
}

/// The lines that an operator would read.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var text: String { lines.withLock { $0.joined(separator: "\n") } }

    func logger() -> Logger { Logger(label: "peers") { _ in Handler(lines: self) } }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let details = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            let line = "\(event.level) \(event.message) " + details.joined(separator: " ")
            lines.lines.withLock { $0.append(line) }
        }
    }
}

/// A peer network with its inbox and its log.
struct TestNode {
    let member: Member
    let network: PeerNetwork
    let inbox: Inbox
    let log: LogLines
    let port: Int

    /// Starts a node on a free port, or on the one given.
    static func start(
        _ member: Member,
        peers: [PeerAddress],
        network: NetworkID = .test,
        port: Int = 0,
        holdsCredits: Bool = false,
        limits: PeerNetworkLimits = .patient
    ) async throws -> TestNode {
        let inbox = Inbox(holdsCredits: holdsCredits)
        let log = LogLines()
        let peerNetwork = try PeerNetwork(
            configuration: PeerNetworkConfiguration(
                network: network,
                nodeKey: member.nodeKey,
                identity: member.identity(in: network),
                listenHost: "127.0.0.1",
                listenPort: port,
                peers: peers,
                limits: limits
            ) { .genesis },
            events: inbox,
            logger: log.logger(),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton
        )
        let bound = try await peerNetwork.start()
        return TestNode(member: member, network: peerNetwork, inbox: inbox, log: log, port: bound ?? 0)
    }

    /// Starts a full mesh of validators; each knows the ports of those it dials.
    static func mesh(_ members: [Member], limits: PeerNetworkLimits = .patient) async throws -> [TestNode] {
        var nodes: [TestNode] = []
        for (index, member) in members.enumerated().reversed() {
            let known = nodes.map { $0.address } + members[..<index].map { $0.address() }
            nodes.append(try await start(member, peers: known, limits: limits))
        }
        nodes.reverse()
        for node in nodes {
            try await eventually("\(node.member.name) is connected to all") {
                node.network.connectedPeers.count == nodes.count - 1
            }
        }
        return nodes
    }

    var key: PublicKey { member.key }
    var address: PeerAddress { member.address(port: port) }

    func state(of peer: Member) -> PeerState? { network.states().first { $0.peer.nodeKey == peer.key } }
}

extension PeerNetworkLimits {
    /// The defaults, with time enough for the handshakes of a busy machine, and quick redials.
    static var patient: PeerNetworkLimits {
        var limits = PeerNetworkLimits()
        limits.deadline = Milliseconds(30_000)
        limits.idle = Milliseconds(60_000)
        limits.redialAtLeast = Milliseconds(20)
        limits.redialAtMost = Milliseconds(40)
        return limits
    }
}

struct NeverHappened: Error, CustomStringConvertible {
    let description: String
}

/// Waits until a condition holds; generous, for it only ends a test that fails.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while try await !condition() {
        guard ContinuousClock.now < end else { throw NeverHappened(description: "never happened: \(what)") }
        try await Task.sleep(for: .milliseconds(10))
    }
}
