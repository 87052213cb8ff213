import ChainCore
import ConsensusCore
import Cryptography
import Dispatch
import JSONRPC
import LevelDBStorage
import Logging
import NIOCore
import NIOPosix
import Primitives
import ReplicaCore
import ServiceLifecycle
import Synchronization
import TCPGossip
import UnixSignals

/// A running node: the one loop that owns the replica, and everything around it.
///
/// Threads of its own: the loop, the safety lane, the commit lane, one for reads that peers ask for, one that looks after
/// the room on the disk, and two for each core that check signatures: one for what consensus waits for, one that steps back
/// for all others. None of them is a task: none can starve the others of a thread.
package enum Node {
    /// Runs until SIGTERM or SIGINT, or until something fails that the node may not outlive.
    ///
    /// Everything that was ordered before the end is written.
    package static func run(_ settings: NodeSettings, log: NodeLog) async throws(NodeFailure) {
        let logger = log.logger(.node)
        let space = try SpaceWatch(settings, logger: logger)
        let startUp = try StartUp(settings)
        startUp.tell(logger)
        try space.makeBallast(byteCount: settings.ballastByteCount)
        let parts = try NodeParts(settings, startUp, space, log: log)
        do {
            try await parts.run()
        } catch let failure as NodeFailure {
            throw failure
        } catch {
            throw .service(reason: "\(error)")
        }
        if let failure = parts.stop.failure { throw failure }
    }
}

/// The parts of one node, wired once.
final class NodeParts: Sendable {
    let settings: NodeSettings
    let log: NodeLog
    let logger: Logger
    let clock = SystemClock()
    let stop = StopSignal()
    let inbox: Inbox
    let gate: SignatureGate
    let clients = WaitingClients()
    let peers: PeerNetwork
    let fromPeers: PeerInbox
    let safety: SafetyLane
    let commit: CommitLane
    let reads: PeerReads
    let space: SpaceWatch
    let gateway: Gateway
    let board: StatusBoard
    let metrics: NodeMetrics
    let startUp: StartUp
    private let workers: Int
    /// Apart from those of clients: no request holds up a vote.
    private let peerThreads = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    init(
        _ settings: NodeSettings,
        _ startUp: StartUp,
        _ space: SpaceWatch,
        log: NodeLog
    ) throws(NodeFailure) {
        self.space = space
        self.settings = settings
        self.startUp = startUp
        self.log = log
        logger = log.logger(.node)
        let rules = ChainRules(genesis: settings.genesis)
        let electorate = rules.electorate
        workers = max(2, System.coreCount)
        let inbox = Inbox(clientEventsMax: 1_024)
        let gate = SignatureGate(electorate: electorate)
        let store = startUp.store
        let board = StatusBoard { inbox.put(.tick) }
        let metrics = NodeMetrics(version: Version.text)
        for header in startUp.recentHeaders.suffix(100) { metrics.started(with: header) }
        let watch = StoreWatch(clock: clock, registry: metrics.registry)
        self.board = board
        self.metrics = metrics
        self.inbox = inbox
        self.gate = gate
        let events = PeerInbox(inbox: inbox, gate: gate, clock: clock)
        fromPeers = events
        let configuration = PeerNetworkConfiguration(
            network: rules.network,
            nodeKey: settings.nodeKey,
            identity: startUp.start.me == nil
                ? nil
                : settings.consensusKey.map { key in
                    ConsensusIdentity(signedBy: key, nodeKey: settings.nodeKey.publicKey, network: rules.network)
                },
            listenHost: settings.listenHost,
            listenPort: settings.listenPort,
            peers: settings.peers,
            head: { PeerHead(height: store.tip.height, hash: store.tip.hash) }
        )
        do {
            peers = try PeerNetwork(
                configuration: configuration,
                events: events,
                logger: log.logger(.peers),
                eventLoopGroup: peerThreads
            )
        } catch {
            throw .service(reason: "the node's certificate can't be made: \(error)")
        }
        events.network.withLock { [peers] in $0 = peers }
        safety = SafetyLane(
            store: store,
            voteLog: startUp.voteLog,
            network: peers,
            watch: watch,
            gate: { gate.check(own: $0) },
            deliver: { inbox.put($0) }
        )
        let recent = RecentBlocks(startUp.recentHeaders)
        commit = CommitLane(
            store: store,
            safety: safety,
            clients: clients,
            recent: recent,
            watch: watch,
            metrics: metrics,
            deliver: { inbox.put($0) }
        )
        reads = PeerReads(store: store, network: peers, clock: clock)
        gateway = Gateway(
            genesis: settings.genesis,
            rules: rules,
            inbox: inbox,
            gate: gate,
            clients: clients,
            store: store,
            space: space,
            peers: peers,
            names: PeerNames(settings),
            board: board,
            watch: watch,
            metrics: metrics,
            home: settings.home,
            noteKey: settings.noteKey,
            clock: clock,
            stop: stop
        )
    }

    func run() async throws {
        defer { clients.end() }
        let threads = NIOThreadPool(numberOfThreads: 5 + 2 * workers)
        threads.start()
        stop.whenStopping { [inbox, clients] in
            inbox.close()
            // Who waits for a payment is told now: a server that drains its calls would wait with them.
            clients.end()
        }
        for _ in 0..<workers {
            threads.submit { [gate] _ in gate.workOnConsensus() }
            threads.submit { [gate] _ in gate.workOnTransactions() }
        }
        let loop = Loop(self)
        async let looped: Void = onThread(of: threads) { loop.run() }
        async let guarded: Void = onThread(of: threads) { [self] in run(lane: safety.work) }
        async let committed: Void = onThread(of: threads) { [self] in run(lane: commit.work) }
        async let read: Void = onThread(of: threads) { [self] in run(lane: reads.work) }
        async let watched: Void = onThread(of: threads) { [self] in run(lane: space.work) }

        do {
            try await serve()
        } catch {
            stop.stop(.service(reason: "\(error)"))
        }
        // In this order nothing that was ordered is lost: the loop ends, then the lanes empty themselves.
        stop.stop()
        space.close()
        try await watched
        try await looped
        safety.close()
        try await guarded
        commit.close()
        try await committed
        reads.close()
        try await read
        await peers.shutdown()
        try await peerThreads.shutdownGracefully()
        gate.close(workers: workers)
        try await threads.shutdownGracefully()
    }

    /// Serves peers and clients until a signal or a failure.
    private func serve() async throws {
        let port = try await peers.start()
        logger.notice(
            "peers may connect",
            metadata: ["host": "\(settings.listenHost)", "port": "\(port.map(String.init) ?? "-")"]
        )
        let server = RPCServer(
            configuration: settings.rpc,
            gateway: gateway,
            metrics: metrics.registry,
            logger: log.logger(.rpc)
        )
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: RPCService(server: server), successTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: StopWatch(stop: stop), successTerminationBehavior: .gracefullyShutdownGroup),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
    }

    private func run(lane work: () throws(NodeFailure) -> Void) {
        do {
            try work()
        } catch {
            logger.critical("the node stops", metadata: ["reason": "\(error)"])
            stop.stop(error)
        }
    }

    private func onThread(of threads: NIOThreadPool, _ body: @escaping @Sendable () -> Void) async throws {
        try await threads.runIfActive { body() }
    }
}

/// Ends the services when the node stops by itself.
private struct StopWatch: Service {
    let stop: StopSignal

    func run() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        stop.whenStopping { continuation.finish() }
        await withGracefulShutdownHandler {
            for await _ in stream {}
        } onGracefulShutdown: {
            continuation.finish()
        }
    }
}

private struct RPCService: Service {
    let server: RPCServer<Gateway>
    func run() async throws {
        try await withGracefulShutdownHandler {
            try await server.run()
        } onGracefulShutdown: {
            server.endStreams()
        }
    }
}
