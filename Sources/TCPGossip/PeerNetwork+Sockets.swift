import ChainCore
import NIOCore
import NIOPosix
import NIOSSL
import Primitives
import Synchronization

/// Listening and dialing: how channels come to be and get their handlers.
extension PeerNetwork {
    func listen() async throws -> any Channel {
        try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 256)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.accept(channel) }
            }
            .bind(host: configuration.listenHost, port: configuration.listenPort)
            .get()
    }

    /// Dials one lane of a peer; on the control loop.
    ///
    /// The handlers are installed on the channel that connected: for a name with several addresses more than one is
    /// tried.
    func dial(_ peer: PeerAddress, _ lane: PeerMessage.Lane) {
        guard !desk.value.isStopped else { return }
        let machine = ConnectionMachine(directory: directory, side: .dialed(peer, lane))
        ClientBootstrap(group: group)
            .connectTimeout(limits.deadline.timeAmount)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: peer.host, port: peer.port)
            .flatMap { channel in
                channel.eventLoop.submit { try self.installDialed(channel, machine) }.flatMapError { error in
                    channel.close(promise: nil)
                    return channel.eventLoop.makeFailedFuture(error)
                }
            }
            .whenFailure { error in
                self.control.execute {
                    self.failed(machine, .failed("cannot dial: \(Self.innermost(error))"), from: peer.host)
                }
            }
    }

    /// What went wrong, without the list of every address that was tried.
    private static func innermost(_ error: any Error) -> any Error {
        guard let error = error as? NIOConnectionError else { return error }
        return error.connectionErrors.last?.error ?? error.dnsAError ?? error.dnsAAAAError ?? error
    }

    private func installDialed(_ channel: any Channel, _ machine: ConnectionMachine) throws {
        let connection = PeerConnection(
            id: nextConnectionID(),
            network: self,
            machine: machine,
            remoteAddress: channel.ipAddress
        )
        let secure = try tls.clientHandler { connection.judge($0) }
        try channel.pipeline.syncOperations.addHandlers(secure, connection)
        register(channel, connection.id)
    }

    private func accept(_ channel: any Channel) throws {
        let address = channel.ipAddress
        guard strangers.withLock({ $0.admit(address) }) else {
            complain(about: nil, .crowded, from: address)
            throw PeerCloseReason.crowded
        }
        let connection = PeerConnection(
            id: nextConnectionID(),
            network: self,
            machine: ConnectionMachine(directory: directory, side: .accepted),
            remoteAddress: address
        )
        do {
            let secure = tls.serverHandler { connection.judge($0) }
            try channel.pipeline.syncOperations.addHandlers(secure, connection)
        } catch {
            connection.forgetStranger()
            throw error
        }
        register(channel, connection.id)
    }

    private func register(_ channel: any Channel, _ id: ConnectionID) {
        control.execute {
            self.desk.withValue { $0.channels[id] = channel }
            if self.desk.value.isStopped { self.dismiss(channel) }
        }
    }

    /// Closes a connection, whatever stage it is at, because the node stops.
    func dismiss(_ channel: any Channel) {
        channel.triggerUserOutboundEvent(PeerLink.Command.close(.shutdown), promise: nil)
    }
}

extension Channel {
    /// The other side's IP address, or a word for none.
    fileprivate var ipAddress: String { remoteAddress?.ipAddress ?? "unknown" }
}
