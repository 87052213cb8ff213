import ChainCore
import NIOCore
import Primitives
import TCPGossip
import Testing

/// What strangers and misbehaving peers try, over real sockets.
@Suite(.serialized, .timeLimit(.minutes(5))) struct HostileTests {
    // The dialer is played by hand; the node waits for it.
    let dialer = Member.validators(2)[0]
    let own = Member.validators(2)[1]

    func start(_ limits: PeerNetworkLimits = .patient) async throws -> TestNode {
        try await TestNode.start(own, peers: [dialer.address()], limits: limits)
    }

    /// A whole session of the dialer: consensus, then bulk.
    func session(_ node: TestNode) async throws -> (consensus: RawPeer, bulk: RawPeer) {
        let consensus = try await RawPeer.greet(node.port, as: dialer, on: .consensus)
        let bulk = try await RawPeer.greet(node.port, as: dialer, on: .bulk)
        return (consensus, bulk)
    }

    @Test func bytesThatAreNotTLSAreClosed() async throws {
        let node = try await start()
        let stranger = try await RawPeer.connect(to: node.port, as: nil)
        stranger.send(Array("GET / HTTP/1.1\r\nHost: farthing\r\n\r\n".utf8))
        try await eventually("the connection is closed") { stranger.isClosed }
        #expect(node.inbox.entries.isEmpty)
        await node.network.shutdown()
    }

    @Test func aStrangersHelloIsNotAnswered() async throws {
        let node = try await start()
        let stranger = try await RawPeer.connect(to: node.port, as: .validator(77))
        stranger.send(Member.validator(77).hello(on: .bulk))
        try await eventually("the connection is closed") { stranger.isClosed }
        #expect(stranger.frames.isEmpty)
        #expect(node.inbox.entries.isEmpty)
        await node.network.shutdown()
    }

    @Test func aHelloForAnotherNetworkGetsOursAndTheReason() async throws {
        let node = try await start()
        let peer = try await RawPeer.connect(to: node.port, as: dialer)
        peer.send(dialer.hello(on: .bulk, network: .other))
        try await eventually("the connection is closed") { peer.isClosed }
        let hello = try Hello(decodingAll: try #require(peer.frames.first).body)
        #expect(hello.network == .test)
        #expect(peer.goodbye?.contains(NetworkID.other.hex) == true)
        try await eventually("it is logged") { node.log.text.contains(NetworkID.other.hex) }
        await node.network.shutdown()
    }

    /// Bytes after the hello, and the words in the goodbye.
    @Test(
        arguments: [
            ([0xFF, 0xFF, 0xFF, 0xFF, 1], "a message of type 1 announces 4294967295 bytes, the limit is 8388608"),
            ([0x01, 0x00, 0x80, 0x00, 3], "a message of type 3 announces 8388609 bytes, the limit is 8388608"),
            ([0, 0, 0, 0, 99], "unknown message type 99"),
            ([0, 0, 0, 0, 16], "message type 16 doesn't belong on the consensus connection"),
            ([0, 0, 0, 0, 0], "a second hello"),
            ([1, 0, 0, 0, 1, 9], "a message of type 1 doesn't decode"),
            ([0xDE, 0xAD, 0xBE, 0xEF, 0xDE, 0xAD, 0xBE, 0xEF, 0xDE], "unknown message type 222"),
        ] as [([UInt8], String)]
    )
    func aBadFrameEndsTheSessionWithTheReason(bytes: [UInt8], words: String) async throws {
        let node = try await start()
        let (consensus, bulk) = try await session(node)
        try await eventually("the peer is connected") { node.network.connectedPeers == [dialer.key] }
        consensus.send(bytes)
        try await eventually("both connections are closed") { consensus.isClosed && bulk.isClosed }
        #expect(consensus.goodbye?.contains(words) == true)
        try await eventually("the node is told") { node.inbox.comings(of: dialer.key).count == 2 }
        #expect(node.inbox.comings(of: dialer.key)[1].contains(words))
        #expect(node.inbox.messages(from: dialer.key).isEmpty)
        await node.network.shutdown()
    }

    @Test func nothingIsDeliveredBeforeTheWholeSessionIsUp() async throws {
        let node = try await start()
        let consensus = try await RawPeer.greet(node.port, as: dialer, on: .consensus)
        for number in 1...10 as ClosedRange<UInt64> { consensus.send(PeerMessage.question(number).frame) }
        try await Task.sleep(for: .milliseconds(200))
        #expect(node.inbox.entries.isEmpty)
        let bulk = try await RawPeer.greet(node.port, as: dialer, on: .bulk)
        try await eventually("all of it is delivered") { node.inbox.entries.count == 11 }
        #expect(node.inbox.entries.first == .connected(dialer.key))
        #expect(node.inbox.messages(from: dialer.key) == (1...10).map { .question($0) })
        bulk.close()
        consensus.close()
        await node.network.shutdown()
    }

    @Test func aNewerConnectionTakesTheOlderOnesPlace() async throws {
        let node = try await start()
        let old = try await session(node)
        try await eventually("the first is connected") { node.inbox.comings(of: dialer.key).count == 1 }
        // The peer restarted; its old connections are as good as dead, but still there.
        let new = try await session(node)
        try await eventually("the second is connected") { node.inbox.comings(of: dialer.key).count == 3 }
        #expect(
            node.inbox.comings(of: dialer.key) == ["up", "a newer connection of the same peer took its place", "up"]
        )
        try await eventually("the older ones are closed") { old.consensus.isClosed && old.bulk.isClosed }
        node.network.broadcast(.question(1))
        try await eventually("the newer one gets the messages") {
            new.consensus.frames.contains(PeerMessage.question(1).frame)
        }
        #expect(!new.bulk.isClosed)
        await node.network.shutdown()
    }

    @Test func whoeverIsSilentIsClosedAfterTheDeadline() async throws {
        var limits = PeerNetworkLimits.patient
        limits.deadline = Milliseconds(500)
        let node = try await start(limits)
        let silent = try await RawPeer.connect(to: node.port, as: nil)
        let speechless = try await RawPeer.connect(to: node.port, as: dialer)
        let slow = try await RawPeer.connect(to: node.port, as: dialer)
        slow.send(Array(dialer.hello(on: .bulk).bytes().readableBytesView.prefix(20)))
        try await eventually("all are closed") { silent.isClosed && speechless.isClosed && slow.isClosed }
        try await eventually("it is logged") {
            node.log.text.contains("no valid TLS handshake and hello within 500 ms")
        }
        #expect(node.inbox.entries.isEmpty)
        await node.network.shutdown()
    }

    @Test func strangersAreBoundedAndPeersAreNot() async throws {
        var limits = PeerNetworkLimits.patient
        limits.strangersPerAddressMax = 3
        let node = try await start(limits)
        // Peers that passed the hello no longer count.
        let (consensus, bulk) = try await session(node)
        try await eventually("the peer is connected") { node.network.connectedPeers == [dialer.key] }
        var strangers: [RawPeer] = []
        for _ in 0..<3 { strangers.append(try await RawPeer.connect(to: node.port, as: nil)) }
        try await Task.sleep(for: .milliseconds(100))
        let fourth = try await RawPeer.connect(to: node.port, as: nil)
        try await eventually("the fourth is closed") { fourth.isClosed }
        #expect(strangers.allSatisfy { !$0.isClosed })
        #expect(!consensus.isClosed && !bulk.isClosed)
        strangers.removeLast().close()
        try await eventually("its place is free again") {
            let next = try await RawPeer.connect(to: node.port, as: nil)
            try await Task.sleep(for: .milliseconds(100))
            return !next.isClosed
        }
        await node.network.shutdown()
    }

    /// Refused for a while, with the reason, and then let in as if nothing had been: never for good.
    @Test func aBannedPeerIsRefusedForAWhileAndThenLetInAgain() async throws {
        var limits = PeerNetworkLimits.patient
        limits.ban = Milliseconds(1_500)
        let node = try await start(limits)
        let (consensus, bulk) = try await session(node)
        try await eventually("the peer is connected") { node.network.connectedPeers == [dialer.key] }
        node.network.ban(dialer.key, reason: "a signature doesn't hold")
        // A second fault within the ban doesn't prolong it.
        node.network.ban(dialer.key, reason: "a signature doesn't hold")
        try await eventually("both connections are closed") { consensus.isClosed && bulk.isClosed }
        #expect(consensus.goodbye == "a signature doesn't hold")
        let again = try await RawPeer.connect(to: node.port, as: dialer)
        again.send(dialer.hello(on: .consensus))
        try await eventually("it is refused") { again.isClosed }
        // Not even a hello is spent on it.
        #expect(again.frames.map(\.typeCode) == [Frame.goodbyeType])
        #expect(again.goodbye?.contains("refused for a while") == true)
        try await eventually("it is let in again") {
            let peer = try await RawPeer.connect(to: node.port, as: dialer)
            peer.send(dialer.hello(on: .consensus))
            try await eventually("there is an answer") { !peer.frames.isEmpty || peer.isClosed }
            return peer.frames.first?.typeCode == Frame.helloType
        }
        _ = try await session(node)
        try await eventually("the node is told") { node.inbox.comings(of: dialer.key).count >= 3 }
        #expect(node.inbox.comings(of: dialer.key).prefix(3) == ["up", "a signature doesn't hold", "up"])
        await node.network.shutdown()
    }

    /// Somebody in the middle passes every byte on: the keys that TLS proves are those of the two ends, or nobody's.
    @Test func aRelayedHelloOfAnotherKeyIsRefused() async throws {
        let node = try await start()
        // A stranger's TLS, and the hello of a validator that it has heard elsewhere.
        let stranger = try await RawPeer.connect(to: node.port, as: .validator(77))
        stranger.send(dialer.hello(on: .consensus))
        try await eventually("the connection is closed") { stranger.isClosed }
        #expect(stranger.frames.isEmpty)
        // A validator's TLS, and the identity of another: the signature binds it to the other's node key.
        let relayed = Member.validator(78)
        let peer = try await RawPeer.connect(to: node.port, as: dialer)
        peer.send(dialer.hello(on: .consensus, identity: .some(relayed.identity())))
        try await eventually("the connection is closed") { peer.isClosed }
        #expect(peer.goodbye?.contains("claims consensus key") == true)
        #expect(node.inbox.entries.isEmpty)
        await node.network.shutdown()
    }

    /// This node's own key, as a copied key file or a reflecting address would show it.
    @Test func aReflectionOfTheNodesOwnKeyIsRefusedInTheHandshake() async throws {
        let node = try await start()
        let mirror = try await RawPeer.connect(to: node.port, as: own)
        mirror.send(own.hello(on: .consensus))
        try await eventually("the connection is closed") { mirror.isClosed }
        #expect(mirror.frames.isEmpty)
        try await eventually("it is logged") { node.log.text.contains("this node's own key") }
        #expect(node.inbox.entries.isEmpty)
        await node.network.shutdown()
    }

    /// Hundreds of silent connections, with the limits that a node ships with: a validator still gets in.
    @Test func aCrowdOfStrangersDoesNotKeepAValidatorOut() async throws {
        let shipped = PeerNetworkLimits()
        var limits = PeerNetworkLimits.patient
        limits.strangersMax = shipped.strangersMax
        limits.strangersPerAddressMax = shipped.strangersPerAddressMax
        limits.deadline = shipped.deadline
        let node = try await start(limits)
        var crowd: [RawPeer] = []
        for _ in 0..<400 { crowd.append(try await RawPeer.connect(to: node.port, as: nil)) }
        // From one address 64 stay, for two seconds at most.
        try await eventually("most are closed at once") { crowd.count { !$0.isClosed } <= 64 }
        var sessions: [RawPeer] = []
        try await eventually("a validator from that very address gets in") {
            let consensus = try await RawPeer.connect(to: node.port, as: dialer)
            consensus.send(dialer.hello(on: .consensus))
            let bulk = try await RawPeer.connect(to: node.port, as: dialer)
            bulk.send(dialer.hello(on: .bulk))
            try await Task.sleep(for: .milliseconds(300))
            sessions += [consensus, bulk]
            return node.network.connectedPeers == [dialer.key]
        }
        try await eventually("the crowd is gone") { crowd.allSatisfy(\.isClosed) }
        #expect(node.network.connectedPeers == [dialer.key])
        await node.network.shutdown()
    }

    @Test func theLimitsThatANodeShipsWithAreThoseOfTheSpec() {
        let limits = PeerNetworkLimits()
        #expect(limits.deadline == Milliseconds(2_000))
        #expect((limits.strangersMax, limits.strangersPerAddressMax) == (256, 64))
        #expect(limits.idle == Milliseconds(15_000))
        #expect(limits.ban == Milliseconds(10_000))
        #expect((limits.redialAtLeast, limits.redialAtMost) == (Milliseconds(200), Milliseconds(400)))
        #expect(limits.consensusReceiveByteCountMax == 16 << 20)
        #expect(limits.bulkReceiveByteCountMax == 32 << 20)
    }

    @Test func aPeerThatFallsSilentIsClosed() async throws {
        var limits = PeerNetworkLimits.patient
        limits.idle = Milliseconds(1_500)
        let node = try await start(limits)
        let (consensus, bulk) = try await session(node)
        for number in 0..<6 as Range<UInt64> {
            consensus.send(PeerMessage.standing(number).frame)
            try await Task.sleep(for: .milliseconds(400))
        }
        #expect(!consensus.isClosed, "it spoke often enough")
        try await eventually("both connections are closed") { consensus.isClosed && bulk.isClosed }
        #expect(consensus.goodbye == "nothing heard for 1500 ms")
        #expect(node.inbox.messages(from: dialer.key).count == 6)
        await node.network.shutdown()
    }

    @Test func whatIsNotProcessedIsNotRead() async throws {
        var limits = PeerNetworkLimits.patient
        limits.bulkReceiveByteCountMax = 1_000
        let node = try await TestNode.start(
            own,
            peers: [dialer.address()],
            holdsCredits: true,
            limits: limits
        )
        let (_, bulk) = try await session(node)
        // 37 bytes each: the 28th takes the sum over the limit.
        for number in 1...100 as ClosedRange<UInt64> { bulk.send(PeerMessage.pull(number).frame) }
        try await eventually("the limit is reached") { node.inbox.messages(from: dialer.key).count == 28 }
        try await Task.sleep(for: .milliseconds(200))
        #expect(node.inbox.messages(from: dialer.key).count == 28)
        try await eventually("the rest follows") {
            node.inbox.releaseCredits()
            return node.inbox.messages(from: dialer.key).count == 100
        }
        #expect(node.inbox.messages(from: dialer.key) == (1...100).map { .pull($0) })
        await node.network.shutdown()
    }
}
