import ChainCore
import NIOCore
import NIOSSL
import NIOTLS
import Primitives
import Synchronization

/// The last handler of a connection's pipeline, behind TLS: bytes to the machine, messages to the node.
///
/// It lives on its channel's event loop. What may come next, and why a connection ends, the `ConnectionMachine` says.
final class PeerConnection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    let id: ConnectionID
    private let network: PeerNetwork
    private var machine: ConnectionMachine
    private var reader = FrameReader()
    private var link: PeerLink?
    /// True once the peer's session is up; until then what arrives stays where it is.
    private var mayDeliver = false
    /// True while frames are taken: the node may release a credit from within, which asks for the same again.
    private var isTaking = false
    /// Why this connection ends; the first reason counts.
    private var reason: PeerCloseReason?
    private var lastHeard = NIODeadline.now()
    private var timer: Scheduled<Void>?
    private let remoteAddress: String
    /// True while an accepted connection counts as a stranger's.
    private var isStranger: Bool

    init(id: ConnectionID, network: PeerNetwork, machine: ConnectionMachine, remoteAddress: String) {
        self.id = id
        self.network = network
        self.machine = machine
        self.remoteAddress = remoteAddress
        isStranger = machine.side == .accepted
    }

    /// TLS asks whether it may talk to the owner of this key.
    func judge(_ key: PublicKey?) -> Bool {
        do throws(PeerCloseReason) {
            try machine.authenticate(key)
            return true
        } catch {
            reason = reason ?? error
            return false
        }
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
        let limit = network.limits.deadline
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: limit.timeAmount) {
            self.close(context, .deadline(limit))
        }
    }

    /// The channel is gone: the one place from which an end is reported.
    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        forgetStranger()
        network.ended(id, machine, isReady: link != nil, reason ?? .closedByPeer, from: remoteAddress)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .handshakeCompleted(let protocolName) = event as? TLSUserEvent else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        do throws(PeerCloseReason) {
            try machine.secured(protocolName: protocolName)
            // Before its hello costs anything.
            if let peer = machine.peer, network.isBanned(peer.nodeKey) { throw .banned }
            if case .dialed(_, let lane) = machine.side { sendHello(context, on: lane) }
        } catch {
            close(context, error)
        }
    }

    func forgetStranger() {
        guard isStranger else { return }
        isStranger = false
        network.strangers.withLock { $0.leave(remoteAddress) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? NIOSSLError, case .uncleanShutdown = error {
            reason = reason ?? .closedByPeer
        } else {
            reason = reason ?? .failed("the connection failed: \(error)")
        }
        context.close(promise: nil)
    }

    /// Ends the connection, and tells the peer why if it is to know.
    private func close(_ context: ChannelHandlerContext, _ reason: PeerCloseReason) {
        guard self.reason == nil else { return }
        self.reason = reason
        timer?.cancel()
        if reason.isTold, machine.isSecured {
            let text = Array(reason.description.utf8.prefix(Frame.goodbyeByteCountMax))
            write(context, Frame(typeCode: Frame.goodbyeType, body: text).bytes())
            context.flush()
        }
        // The other side's close is read, and with it whatever else arrives: it is ignored.
        setReading(context, true)
        context.close(promise: nil)
    }

    // MARK: Receiving

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard reason == nil else { return }
        lastHeard = .now()
        var bytes = unwrapInboundIn(data)
        reader.append(&bytes)
        takeFrames(context)
    }

    /// Takes the frames that are there, for as long as the node keeps up; then says whether to read on.
    private func takeFrames(_ context: ChannelHandlerContext) {
        guard !isTaking else { return }
        isTaking = true
        defer { isTaking = false }
        do throws(PeerCloseReason) {
            while reason == nil, mayTake, let frame = try nextFrame() { try take(context, frame) }
        } catch {
            refuse(context, error)
        }
        if reason == nil { setReading(context, mayTake) }
    }

    private func nextFrame() throws(PeerCloseReason) -> Frame? {
        let machine = machine
        return try reader.next { head throws(PeerCloseReason) in try machine.check(head) }
    }

    /// The hello is always taken, a message only in a session that is up and within its budget.
    private var mayTake: Bool {
        guard let link else { return true }
        return mayDeliver && !link.isOverBudget
    }

    private func take(_ context: ChannelHandlerContext, _ frame: Frame) throws(PeerCloseReason) {
        switch try machine.receive(frame) {
        case .greeted(let peer, let lane, let head):
            if case .accepted = machine.side { sendHello(context, on: lane) }
            open(context, peer, lane, head)
        case .message(let message):
            guard let link, let peer = machine.peer else {
                preconditionFailure("messages come out of the machine once it is open")
            }
            network.events.received(
                message,
                from: peer.nodeKey,
                credit: link.credit(byteCount: FrameHead.byteCount + frame.body.count)
            )
        }
    }

    private func open(_ context: ChannelHandlerContext, _ peer: PeerAddress, _ lane: PeerMessage.Lane, _ head: PeerHead)
    {
        timer?.cancel()
        forgetStranger()
        let link = PeerLink(id: id, lane: lane, channel: context.channel, limits: network.limits)
        self.link = link
        network.ready(link, peer, head)
        // Status keeps the connection alive that carries it; the other one ends with it.
        if lane == network.directory.lanes(with: peer).first { watch(context) }
    }

    private func refuse(_ context: ChannelHandlerContext, _ reason: PeerCloseReason) {
        if case .accepted = machine.side {
            switch reason {
            // The dialer reads the difference in our hello and can name it to its operator too.
            case .otherNetwork, .otherVersion: sendHello(context, on: .bulk)
            default: break
            }
        }
        close(context, reason)
    }

    private func setReading(_ context: ChannelHandlerContext, _ isOn: Bool) {
        do {
            guard let options = context.channel.syncOptions, try options.getOption(.autoRead) != isOn else { return }
            try options.setOption(.autoRead, value: isOn)
        } catch {
            // A closed channel has no options any more, and nothing to read.
            reason = reason ?? .failed("the connection failed: \(error)")
        }
    }

    /// Closes the connection once nothing was heard for too long; time in which this node didn't read doesn't count.
    private func watch(_ context: ChannelHandlerContext) {
        let limit = network.limits.idle
        let rest = lastHeard + limit.timeAmount - .now()
        guard rest > .zero else {
            close(context, .idle(limit))
            return
        }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: rest) {
            if !self.mayTake { self.lastHeard = .now() }
            self.watch(context)
        }
    }

    // MARK: Sending

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let command = event as? PeerLink.Command else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        switch command {
        case .open:
            mayDeliver = true
            lastHeard = .now()
            takeFrames(context)
        case .drain: drain(context)
        case .readOn:
            lastHeard = .now()
            takeFrames(context)
        case .close(let reason): close(context, reason)
        }
        promise?.succeed()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        drain(context)
        context.fireChannelWritabilityChanged()
    }

    /// Writes what waits, as long as the socket takes it.
    private func drain(_ context: ChannelHandlerContext) {
        guard let link else { return }
        // Bytes are flushed in portions: only a flush shows whether the socket still takes more.
        let portion = 64 << 10
        var unflushed = 0
        while reason == nil, context.channel.isWritable, let frame = link.nextFrame() {
            unflushed += frame.readableBytes
            write(context, frame)
            if unflushed >= portion {
                context.flush()
                unflushed = 0
            }
        }
        if unflushed > 0 { context.flush() }
    }

    private func sendHello(_ context: ChannelHandlerContext, on lane: PeerMessage.Lane) {
        write(context, Frame(typeCode: Frame.helloType, body: network.configuration.hello(on: lane).encoded()).bytes())
        context.flush()
    }

    private func write(_ context: ChannelHandlerContext, _ bytes: ByteBuffer) {
        context.write(wrapOutboundOut(bytes), promise: nil)
    }
}

extension Milliseconds {
    /// The same length of time for an event loop, which counts nanoseconds; a century stands for anything longer.
    var timeAmount: TimeAmount {
        let century: UInt64 = 100 * 365 * 24 * 60 * 60 * 1_000
        return .milliseconds(Int64(min(number, century)))
    }
}
