import ChainCore
import ConsensusCore
import Cryptography
import Primitives
import TCPGossip
import Testing

/// Whole networks over loopback: real sockets, real TLS.
@Suite(.serialized, .timeLimit(.minutes(5))) struct MeshTests {
    @Test func threeValidatorsExchangeMessagesOnBothLanes() async throws {
        let nodes = try await TestNode.mesh(Member.validators(3))
        for node in nodes {
            for number in 1...50 as ClosedRange<UInt64> {
                node.network.broadcast(.question(number))
                node.network.send(.pull(number), to: nodes.map(\.key))
            }
        }
        let questions = (1...50).map { PeerMessage.question($0) }
        let pulls = (1...50).map { PeerMessage.pull($0) }
        for node in nodes {
            for other in nodes where other.key != node.key {
                try await eventually("\(node.member.name) heard all of \(other.member.name)") {
                    node.inbox.messages(from: other.key).count == 100
                }
                let heard = node.inbox.messages(from: other.key)
                #expect(heard.filter { $0.lane == .consensus } == questions)
                #expect(heard.filter { $0.lane == .bulk } == pulls)
                #expect(node.inbox.comings(of: other.key) == ["up"])
            }
            #expect(node.inbox.messages(from: node.key).isEmpty)
        }
        let state = try #require(nodes[0].state(of: nodes[1].member))
        #expect(state.isConnected)
        #expect(state.head == .genesis)
        #expect(state.sentByteCount == 50 * UInt64(5 + 16) + 50 * UInt64(5 + 32))
        #expect(state.receivedByteCount == state.sentByteCount)
        for node in nodes { await node.network.shutdown() }
        #expect(nodes[0].inbox.entries.filter { if case .disconnected = $0 { true } else { false } }.count == 2)
    }

    @Test func aFollowerGetsStatusAndBulkButNoVotes() async throws {
        let validator = Member.validator(1)
        let follower = Member.follower(2)
        let home = try await TestNode.start(validator, peers: [follower.address()])
        let away = try await TestNode.start(follower, peers: [home.address])
        try await eventually("the follower is connected") { home.network.connectedPeers == [follower.key] }
        try await eventually("the validator is connected") { away.network.connectedPeers == [validator.key] }
        for node in [home, away] {
            node.network.send(.question(1), to: [validator.key, follower.key])
            node.network.send(.standing(2), to: [validator.key, follower.key])
            node.network.send(.pull(3), to: [validator.key, follower.key])
        }
        try await eventually("both have heard") {
            home.inbox.messages(from: follower.key).count == 2 && away.inbox.messages(from: validator.key).count == 2
        }
        #expect(home.inbox.messages(from: follower.key) == [.standing(2), .pull(3)])
        #expect(away.inbox.messages(from: validator.key) == [.standing(2), .pull(3)])
        home.network.broadcast(.standing(9))
        away.network.broadcast(.standing(8))
        try await eventually("the validator heard the broadcast") {
            home.inbox.messages(from: follower.key).count == 3
        }
        #expect(away.inbox.messages(from: validator.key).count == 2)
        await away.network.shutdown()
        await home.network.shutdown()
    }

    @Test func aWrongNetworkIsNamedToBothOperators() async throws {
        let members = Member.validators(2)
        let other = try await TestNode.start(members[1], peers: [members[0].address()], network: .other)
        let home = try await TestNode.start(members[0], peers: [other.address])
        for node in [home, other] {
            try await eventually("\(node.member.name) names both networks") {
                let text = node.log.text
                return text.contains(NetworkID.test.hex) && text.contains(NetworkID.other.hex)
            }
            #expect(node.inbox.entries.isEmpty)
            #expect(node.log.text.contains("error no connection"))
        }
        #expect(home.state(of: members[1])?.lastProblem?.contains(NetworkID.other.hex) == true)
        await home.network.shutdown()
        await other.network.shutdown()
        #expect(home.inbox.entries.isEmpty && other.inbox.entries.isEmpty)
    }

    @Test func aDialerThatIsNotInTheListIsRefused() async throws {
        let members = Member.validators(3)
        let home = try await TestNode.start(members[1], peers: [members[2].address()])
        let stranger = try await TestNode.start(members[0], peers: [home.address])
        try await eventually("the stranger's key is logged") { home.log.text.contains(stranger.key.hex) }
        #expect(home.log.text.contains("not in the federation list"))
        try await eventually("the stranger knows that it was refused") {
            stranger.state(of: members[1])?.lastProblem != nil
        }
        await stranger.network.shutdown()
        await home.network.shutdown()
        #expect(home.inbox.entries.isEmpty && stranger.inbox.entries.isEmpty)
    }

    @Test func anotherKeyAtADialedAddressIsRefused() async throws {
        let members = Member.validators(3)
        let impostor = try await TestNode.start(members[2], peers: [members[0].address()])
        let home = try await TestNode.start(
            members[0],
            peers: [members[1].address(port: impostor.port), members[2].address()]
        )
        try await eventually("both keys are logged") {
            home.log.text.contains("node key \(members[2].key) answers where \(members[1].key) was expected")
        }
        await home.network.shutdown()
        await impostor.network.shutdown()
        #expect(home.inbox.entries.isEmpty && impostor.inbox.entries.isEmpty)
    }

    @Test func aNodeThatMeetsItsOwnKeySaysSo() async throws {
        let members = Member.validators(2)
        // A copied key file: the node that listens has the dialing node's key.
        let copy = try await TestNode.start(members[0], peers: [])
        let home = try await TestNode.start(members[0], peers: [members[1].address(port: copy.port)])
        try await eventually("the loop is logged") { home.log.text.contains("this node's own key") }
        let reflection = try await RawPeer.connect(to: home.port, as: members[0])
        reflection.send(members[0].hello(on: .bulk))
        try await eventually("the reflection is closed") { reflection.isClosed }
        #expect(reflection.frames.isEmpty)
        await home.network.shutdown()
        await copy.network.shutdown()
        #expect(home.inbox.entries.isEmpty && copy.inbox.entries.isEmpty)
    }

    @Test func aPeerThatComesBackIsConnectedAgain() async throws {
        let nodes = try await TestNode.mesh(Member.validators(2))
        let (home, away) = (nodes[0], nodes[1])
        for round in 1...2 as ClosedRange<UInt64> {
            await (round == 1 ? away : home).network.shutdown()
        }
        #expect(home.inbox.comings(of: away.key).count == 2)

        // The dialed side comes back at its port, then the dialing side.
        let awayAgain = try await TestNode.start(away.member, peers: [home.member.address()], port: away.port)
        let homeAgain = try await TestNode.start(home.member, peers: [away.address])
        try await eventually("they are connected again") {
            awayAgain.network.connectedPeers == [home.key] && homeAgain.network.connectedPeers == [away.key]
        }
        await awayAgain.network.shutdown()
        try await eventually("the loss is noticed") { homeAgain.inbox.comings(of: away.key).count == 2 }
        #expect(homeAgain.inbox.comings(of: away.key).last?.contains("shutting down") == true)
        let awayThird = try await TestNode.start(away.member, peers: [home.member.address()], port: away.port)
        try await eventually("they are connected a third time") {
            awayThird.network.connectedPeers == [home.key] && homeAgain.network.connectedPeers == [away.key]
        }
        homeAgain.network.broadcast(.question(1))
        try await eventually("messages flow") { awayThird.inbox.messages(from: home.key) == [.question(1)] }
        await homeAgain.network.shutdown()
        await awayThird.network.shutdown()
    }

    @Test func aDisconnectedPeerIsToldWhyAndMayComeBack() async throws {
        let nodes = try await TestNode.mesh(Member.validators(2))
        nodes[1].network.disconnect(nodes[0].key, reason: "an invalid range")
        try await eventually("both are connected again") {
            nodes[0].inbox.comings(of: nodes[1].key).count == 3 && nodes[1].inbox.comings(of: nodes[0].key).count == 3
        }
        #expect(nodes[1].inbox.comings(of: nodes[0].key) == ["up", "an invalid range", "up"])
        let told = nodes[0].inbox.comings(of: nodes[1].key)[1]
        #expect(told == "the peer closed: an invalid range")
        for node in nodes { await node.network.shutdown() }
    }

    @Test func aStalledBulkConnectionDoesNotDelayConsensus() async throws {
        var limits = PeerNetworkLimits.patient
        limits.bulkReceiveByteCountMax = 100_000
        let members = Member.validators(2)
        let slow = try await TestNode.start(
            members[1],
            peers: [members[0].address()],
            holdsCredits: true,
            limits: limits
        )
        let home = try await TestNode.start(members[0], peers: [slow.address])
        try await eventually("they are connected") { home.network.connectedPeers == [slow.key] }

        // Forty megabytes of bodies, more than any socket buffer takes.
        let count = 40
        for _ in 0..<count { home.network.send(.bodies(32_768), to: [slow.key]) }
        try await eventually("bulk stands still") {
            let waiting = home.state(of: members[1])?.queuedByteCount ?? 0
            try await Task.sleep(for: .milliseconds(200))
            return waiting > 0 && waiting == home.state(of: members[1])?.queuedByteCount
        }
        home.network.send(.question(1), to: [slow.key])
        try await eventually("the question arrives") { slow.inbox.messages(from: home.key).contains(.question(1)) }
        #expect(slow.inbox.messages(from: home.key).filter { $0.lane == .bulk }.count == 1)
        #expect((home.state(of: members[1])?.queuedByteCount ?? 0) > 0)

        try await eventually("everything arrives once it is processed") {
            slow.inbox.releaseCredits()
            return slow.inbox.messages(from: home.key).count == count + 1
        }
        #expect(home.state(of: members[1])?.droppedFrameCount == 0)
        await home.network.shutdown()
        await slow.network.shutdown()
    }

    @Test func gossipThatFindsNoRoomIsDroppedAndCounted() async throws {
        var limits = PeerNetworkLimits.patient
        limits.bulkReceiveByteCountMax = 0
        limits.gossipSendByteCountMax = 2 << 20
        let members = Member.validators(2)
        let slow = try await TestNode.start(
            members[1],
            peers: [members[0].address()],
            holdsCredits: true,
            limits: limits
        )
        let home = try await TestNode.start(members[0], peers: [slow.address], limits: limits)
        try await eventually("they are connected") { home.network.connectedPeers == [slow.key] }
        for number in 1...40 as ClosedRange<UInt64> {
            home.network.send(.leaves(32_768, of: number), to: [slow.key])
        }
        let dropped = try #require(home.state(of: members[1])?.droppedFrameCount)
        #expect(dropped > 0 && dropped < 40)
        home.network.send(.pull(1), to: [slow.key])
        try await eventually("the rest arrives, and what is no gossip with it") {
            slow.inbox.releaseCredits()
            return slow.inbox.messages(from: home.key).count == 41 - Int(dropped)
        }
        #expect(slow.inbox.messages(from: home.key).contains(.pull(1)))
        #expect(home.inbox.comings(of: slow.key) == ["up"])
        await home.network.shutdown()
        await slow.network.shutdown()
    }

    @Test func aPeerThatReadsConsensusTooSlowlyIsClosed() async throws {
        var limits = PeerNetworkLimits.patient
        limits.consensusReceiveByteCountMax = 0
        limits.consensusSendByteCountMax = 1 << 20
        let members = Member.validators(2)
        let slow = try await TestNode.start(
            members[1],
            peers: [members[0].address()],
            holdsCredits: true,
            limits: limits
        )
        let home = try await TestNode.start(members[0], peers: [slow.address], limits: limits)
        try await eventually("they are connected") { home.network.connectedPeers == [slow.key] }
        let vote = Vote(body: .nullify(epoch: .zero, view: View(1)), signer: 0, signature: .zero)
        let votes = PeerMessage.heldVotes(
            HeldVotes(epoch: .zero, finalView: .zero, votes: [Vote](repeating: vote, count: 4_096))
        )
        for _ in 0..<100 { home.network.send(votes, to: [slow.key]) }
        try await eventually("the connection is given up, and made anew") {
            home.inbox.comings(of: slow.key).count >= 3
        }
        #expect(home.inbox.comings(of: slow.key)[1].contains("reads too slowly"))
        await home.network.shutdown()
        await slow.network.shutdown()
    }

    @Test func aShutDownNetworkLeavesItsPortFree() async throws {
        let node = try await TestNode.start(.validator(1), peers: [])
        let silent = try await RawPeer.connect(to: node.port, as: nil)
        await node.network.shutdown()
        await node.network.shutdown()
        try await eventually("the silent connection is gone") { silent.isClosed }
        let again = try await TestNode.start(.validator(1), peers: [], port: node.port)
        await again.network.shutdown()
    }
}
