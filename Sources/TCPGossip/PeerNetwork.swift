package import ChainCore
package import Logging
package import NIOCore
import NIOPosix
package import Primitives
import Synchronization

/// The connections of this node to its peers: mutual TLS, two connections to each validator, framed messages (spec 4.1).
///
/// It moves bytes. What messages mean is decided elsewhere; whom to dial, what to close and what to report is decided
/// by a `PeerTable`, which one event loop owns.
package final class PeerNetwork: Sendable {
    let configuration: PeerNetworkConfiguration
    let directory: PeerDirectory
    let events: any PeerEvents
    let logger: Logger
    let group: any EventLoopGroup
    let tls: MutualTLS
    /// The loop that owns the table and everything else in `desk`.
    let control: any EventLoop
    let desk: NIOLoopBoundBox<Desk>
    let routes = Mutex(PeerRoutes())
    /// Who is refused for a while, for connections to see; the table decides.
    let banned = Mutex<Set<PublicKey>>([])
    let strangers: Mutex<Strangers>
    let reports: Mutex<PeerReports>
    private let connectionCount = Atomic<UInt64>(0)

    /// What the control loop owns.
    struct Desk: Sendable {
        var table: PeerTable
        var listener: (any Channel)?
        /// Every connection, from before its TLS handshake until it is gone.
        var channels: [ConnectionID: any Channel] = [:]
        /// Those whose hellos are checked.
        var links: [ConnectionID: PeerLink] = [:]
        /// Kept from the first call of `shutdown` on.
        var allGone: EventLoopPromise<Void>?
    }

    /// Makes the TLS identity; opens nothing.
    ///
    /// - Throws: when the node key can't be made into a certificate.
    package init(
        configuration: PeerNetworkConfiguration,
        events: some PeerEvents,
        logger: Logger,
        eventLoopGroup: any EventLoopGroup
    ) throws {
        self.configuration = configuration
        let directory = configuration.directory
        self.directory = directory
        self.events = events
        self.logger = logger
        group = eventLoopGroup
        tls = try MutualTLS(nodeKey: configuration.nodeKey)
        control = eventLoopGroup.next()
        desk = .makeBoxSendingValue(Desk(table: PeerTable(directory: directory)), eventLoop: control)
        strangers = Mutex(
            Strangers(
                countMax: configuration.limits.strangersMax,
                countPerAddressMax: configuration.limits.strangersPerAddressMax
            )
        )
        reports = Mutex(PeerReports())
    }

    var limits: PeerNetworkLimits { configuration.limits }

    // MARK: What the node calls

    /// Listens and begins to dial.
    ///
    /// - Returns: the port that is listened on; nil for a follower, which doesn't listen.
    /// - Throws: when the address can't be bound.
    @discardableResult package func start() async throws -> Int? {
        var port: Int?
        if configuration.role == .validator {
            let listener = try await listen()
            port = listener.localAddress?.port
            control.execute { self.adopt(listener: listener) }
        }
        control.execute { self.step(.start) }
        return port
    }

    /// Sends a message to those of `peers` that are connected and take such messages; never blocks.
    ///
    /// The message is encoded once. Each peer gets its messages of one lane in the order of the calls, gossip apart.
    package func send(_ message: PeerMessage, to peers: [PublicKey]) {
        send(message, over: routes.withLock { routes in peers.compactMap { routes[$0] } })
    }

    /// Sends a message to every connected validator.
    package func broadcast(_ message: PeerMessage) {
        send(message, over: routes.withLock { $0.all }.filter { $0.peer.role == .validator })
    }

    /// Ends a peer's session; whoever dials will dial again.
    ///
    /// The reason is told to the peer and to this node's operator.
    package func disconnect(_ peer: PublicKey, reason: String) {
        control.execute { self.step(.disconnect(peer, .requested(reason))) }
    }

    /// Ends a peer's session and has nothing to do with it for the time of a ban; within one, does nothing.
    package func ban(_ peer: PublicKey, reason: String) {
        control.execute {
            guard self.banned.withLock({ $0.insert(peer).inserted }) else { return }
            self.step(.ban(peer, .requested(reason)))
            self.control.scheduleTask(in: self.limits.ban.timeAmount) {
                self.banned.withLock { _ = $0.remove(peer) }
                self.step(.pardon(peer))
            }
        }
    }

    func isBanned(_ peer: PublicKey) -> Bool { banned.withLock { $0.contains(peer) } }

    /// The peers whose sessions are up, by node key, ascending.
    package var connectedPeers: [PublicKey] { routes.withLock { $0.all.map(\.peer.nodeKey) } }

    /// Where each peer of the federation list stands, by node key, ascending.
    package func states() -> [PeerState] {
        let routes = routes.withLock { $0 }
        let reports = reports.withLock { $0 }
        return directory.peers.map { peer in
            PeerState(peer: peer, route: routes[peer.nodeKey], report: reports[peer.nodeKey], now: .now())
        }
    }

    /// Stops listening, ends every session and returns once all connections are gone, which takes about half a second.
    package func shutdown() async {
        let allGone = control.flatSubmit { self.stop() }
        do {
            try await allGone.get()
        } catch {
            logger.error("the peer network didn't stop in order", metadata: ["error": "\(error)"])
        }
    }

    private func send(_ message: PeerMessage, over routes: [PeerRoutes.Route]) {
        let typeCode = message.typeCode
        let links = routes.compactMap { route in
            directory.lane(for: message.lane, typeCode: typeCode, with: route.peer).flatMap { route.link(on: $0) }
        }
        guard !links.isEmpty else { return }
        let body = message.encoded()
        let frame = Frame(typeCode: typeCode, body: body).bytes()
        for link in links {
            guard body.count <= link.lane.frameByteCountMax else {
                // An answer's size is partly the asker's choice, so this isn't worth a crash; the peer would hang up.
                logger.error(
                    "a message is longer than a peer takes and isn't sent",
                    metadata: ["type": "\(typeCode)", "bytes": "\(body.count)"]
                )
                continue
            }
            link.offer(frame, isGossip: message.isGossip)
        }
    }

    // MARK: What connections report, from their own event loops

    /// Both hellos are checked.
    func ready(_ link: PeerLink, _ peer: PeerAddress, _ head: PeerHead) {
        reports.withLock { $0.heard(head, from: peer.nodeKey) }
        control.execute {
            self.desk.withValue { $0.links[link.id] = link }
            self.step(.ready(link.id, peer.nodeKey, link.lane))
        }
    }

    /// A connection whose handlers were installed is gone.
    func ended(
        _ id: ConnectionID,
        _ machine: ConnectionMachine,
        isReady: Bool,
        _ reason: PeerCloseReason,
        from address: String
    ) {
        control.execute {
            self.desk.withValue {
                $0.channels[id] = nil
                $0.links[id] = nil
            }
            if isReady, let peer = machine.peer {
                self.step(.ended(id, peer.nodeKey, reason))
            } else {
                self.failed(machine, reason, from: address)
            }
            self.desk.value.announceIfAllGone()
        }
    }

    func nextConnectionID() -> ConnectionID {
        ConnectionID(number: connectionCount.add(1, ordering: .relaxed).newValue)
    }

    // MARK: On the control loop

    /// Lets the table decide, then does what it says.
    func step(_ event: PeerTable.Event) {
        for effect in desk.withValue({ $0.table.step(event) }) { perform(effect) }
    }

    private func perform(_ effect: PeerTable.Effect) {
        switch effect {
        case .dial(let key, let lane, let again):
            guard let peer = directory.peer(key) else { return }
            let wait = again ? TimeAmount.milliseconds(Int64(jitteredRedialMilliseconds())) : .zero
            control.scheduleTask(in: wait) { self.dial(peer, lane) }
        case .close(let id, let reason):
            desk.value.links[id]?.command(.close(reason))
        case .withdraw(let key):
            routes.withLock { $0.remove(key) }
        case .connected(let key, let connections):
            guard let peer = directory.peer(key) else { return }
            let links = connections.compactMap { desk.value.links[$0] }
            precondition(links.count == connections.count, "a connection that ended is gone from the table too")
            routes.withLock { $0.add(PeerRoutes.Route(peer: peer, links: links)) }
            reports.withLock { $0.connected(key, at: .now()) }
            logger.info("peer connected", metadata: peer.metadata)
            events.peerConnected(key)
            for link in links { link.command(.open) }
        case .disconnected(let key, let reason):
            reports.withLock { $0.disconnected(key, reason) }
            if let peer = directory.peer(key) {
                logger.log(
                    level: reason.level,
                    "peer disconnected",
                    metadata: peer.metadata.merging(["reason": "\(reason)"]) { $1 }
                )
            }
            events.peerDisconnected(key, reason: reason.description)
        }
    }

    /// A connection came to nothing before its hello was checked.
    func failed(_ machine: ConnectionMachine, _ reason: PeerCloseReason, from address: String) {
        switch machine.side {
        case .accepted: complain(about: machine.peer, reason, from: address)
        case .dialed(let peer, let lane):
            complain(about: peer, reason, from: address)
            step(.dialFailed(peer.nodeKey, lane))
        }
    }

    /// Logs why a connection was refused or failed; repetitions are counted instead.
    func complain(about peer: PeerAddress?, _ reason: PeerCloseReason, from address: String) {
        guard let silent = reports.withLock({ $0.problem(reason, of: peer?.nodeKey, at: .now()) }) else { return }
        var metadata = peer?.metadata ?? [:]
        metadata["reason"] = "\(reason)"
        metadata["from"] = "\(address)"
        if silent > 0 { metadata["unlogged"] = "\(silent)" }
        logger.log(level: reason.level, "no connection", metadata: metadata)
    }

    private func adopt(listener: any Channel) {
        desk.withValue { $0.listener = listener }
        listener.closeFuture.hop(to: control).whenComplete { _ in
            self.desk.withValue { $0.listener = nil }
            self.desk.value.announceIfAllGone()
        }
        if desk.value.isStopped { listener.close(promise: nil) }
    }

    private func stop() -> EventLoopFuture<Void> {
        if let allGone = desk.value.allGone { return allGone.futureResult }
        let allGone = control.makePromise(of: Void.self)
        desk.withValue { $0.allGone = allGone }
        desk.value.listener?.close(promise: nil)
        step(.stop)
        let desk = desk.value
        for (id, channel) in desk.channels where desk.links[id] == nil { dismiss(channel) }
        desk.announceIfAllGone()
        return allGone.futureResult
    }

    private func jitteredRedialMilliseconds() -> UInt64 {
        let least = limits.redialAtLeast.number
        return UInt64.random(in: least...max(least, limits.redialAtMost.number))
    }
}

extension PeerNetwork.Desk {
    var isStopped: Bool { allGone != nil }

    func announceIfAllGone() {
        if channels.isEmpty, listener == nil { allGone?.succeed() }
    }
}

extension PeerMessage.Lane {
    /// The longest body of a frame.
    var frameByteCountMax: Int {
        switch self {
        case .consensus: PeerLimits.consensusFrameByteCountMax
        case .bulk: PeerLimits.bulkFrameByteCountMax
        }
    }
}

extension PeerAddress {
    var metadata: Logger.Metadata { ["peer": "\(name)", "key": "\(nodeKey)", "address": "\(host):\(port)"] }
}
