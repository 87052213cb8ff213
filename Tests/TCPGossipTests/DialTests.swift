import Cryptography
import Foundation
import NIOCore
import NIOPosix
import Primitives
import TCPGossip
import Testing

/// Dialing what isn't there.
@Suite(.serialized, .timeLimit(.minutes(5))) struct DialTests {
    let members = Member.validators(2)

    @Test func aPeerThatIsDownIsDialedUntilItIsThere() async throws {
        // A port that was free a moment ago.
        let probe = try await TestNode.start(members[1], peers: [])
        await probe.network.shutdown()
        let home = try await TestNode.start(members[0], peers: [members[1].address(port: probe.port)])
        try await eventually("the failure is shown") {
            home.state(of: members[1])?.lastProblem?.contains("Connection refused") == true
        }
        #expect(home.state(of: members[1])?.isConnected == false)
        #expect(home.state(of: members[1])?.connectedFor == nil)
        let away = try await TestNode.start(members[1], peers: [members[0].address()], port: probe.port)
        try await eventually("they are connected") { home.network.connectedPeers == [away.key] }
        #expect(home.state(of: members[1])?.connectedFor != nil)
        // Many attempts on two lanes, and one line.
        #expect(home.log.text.components(separatedBy: "Connection refused").count == 2)
        await home.network.shutdown()
        await away.network.shutdown()
    }

    @Test func aNameIsDialedAtWhicheverOfItsAddressesAnswers() async throws {
        let away = try await TestNode.start(members[1], peers: [members[0].address()])
        let named = PeerAddress(
            nodeKey: members[1].key,
            consensusKey: members[1].consensusKey?.publicKey,
            host: "localhost",
            port: away.port,
            name: "v",
            role: .validator
        )
        let home = try await TestNode.start(members[0], peers: [named])
        try await eventually("they are connected") { away.network.connectedPeers == [home.key] }
        await home.network.shutdown()
        await away.network.shutdown()
    }

    @Test func aListenerThatSaysNothingIsGivenUp() async throws {
        var limits = PeerNetworkLimits.patient
        limits.deadline = Milliseconds(300)
        let silent = try await SilentListener.start()
        let home = try await TestNode.start(
            members[0],
            peers: [members[1].address(port: silent.port)],
            limits: limits
        )
        try await eventually("the failure is shown") {
            home.state(of: members[1])?.lastProblem == "no valid TLS handshake and hello within 300 ms"
        }
        await home.network.shutdown()
        try await silent.stop()
    }
}

/// A listener that accepts and never speaks.
private struct SilentListener {
    let channel: any Channel
    var port: Int { channel.localAddress?.port ?? 0 }

    static func start() async throws -> SilentListener {
        SilentListener(
            channel: try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(host: "127.0.0.1", port: 0).get()
        )
    }

    func stop() async throws { try await channel.close().get() }
}
