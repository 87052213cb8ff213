import Cryptography
import Foundation
import Primitives
import TCPGossip
import Testing

/// What an independent TLS implementation sees: the `openssl` tool as the dialing side.
@Suite(.serialized, .timeLimit(.minutes(5))) struct OpenSSLToolTests {
    let dialer = Member.validators(2)[0]
    let own = Member.validators(2)[1]

    /// Runs `openssl s_client` against a node; answers what it printed.
    func client(_ port: Int, as member: SigningKey?, _ options: [String]) async throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "peers-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var arguments = ["s_client", "-connect", "127.0.0.1:\(port)", "-ign_eof"] + options
        if let member {
            let pem = try NodeCertificate.selfSigned(for: member)
            let (certificate, key) = (folder.appending(path: "c.pem"), folder.appending(path: "k.pem"))
            try pem.certificatePEM.write(to: certificate, atomically: false, encoding: .utf8)
            try pem.keyPEM.write(to: key, atomically: false, encoding: .utf8)
            arguments += ["-cert", certificate.path(), "-key", key.path()]
        }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        // The node closes every one of these connections, so the tool ends by itself.
        let data = try await Task.detached { try output.fileHandleForReading.readToEnd() ?? Data() }.value
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    func node() async throws -> TestNode {
        var limits = PeerNetworkLimits.patient
        limits.deadline = Milliseconds(1_500)
        return try await TestNode.start(own, peers: [dialer.address()], limits: limits)
    }

    @Test func aListedKeyGetsTLS13AndItsHelloIsAwaited() async throws {
        let node = try await node()
        let text = try await client(node.port, as: dialer.nodeKey, ["-alpn", MutualTLS.protocolName])
        #expect(text.contains("New, TLSv1.3"))
        #expect(text.contains("ALPN protocol: farthing/1"))
        #expect(text.contains("Peer signature type: Ed25519") || text.contains("Peer signature type: ed25519"))
        // The goodbye stands in the decrypted stream.
        #expect(text.contains("no valid TLS handshake and hello within 1500 ms"))
        await node.network.shutdown()
        #expect(node.inbox.entries.isEmpty)
    }

    @Test func anOlderTLSIsRefused() async throws {
        let node = try await node()
        let text = try await client(node.port, as: dialer.nodeKey, ["-alpn", MutualTLS.protocolName, "-tls1_2"])
        #expect(text.contains("alert protocol version"))
        await node.network.shutdown()
        #expect(node.inbox.entries.isEmpty)
    }

    @Test func aClientWithoutACertificateIsRefused() async throws {
        let node = try await node()
        let text = try await client(node.port, as: nil, ["-alpn", MutualTLS.protocolName])
        #expect(text.contains("alert certificate required"))
        await node.network.shutdown()
        #expect(node.inbox.entries.isEmpty)
    }

    @Test func aKeyThatIsNotInTheListIsRefused() async throws {
        let node = try await node()
        let stranger = Member.key(77)
        let text = try await client(node.port, as: stranger, ["-alpn", MutualTLS.protocolName])
        #expect(text.contains("alert certificate unknown"))
        try await eventually("the key is logged") { node.log.text.contains(stranger.publicKey.hex) }
        await node.network.shutdown()
        #expect(node.inbox.entries.isEmpty)
    }

    @Test func anotherProtocolNameIsRefused() async throws {
        let node = try await node()
        for options in [[], ["-alpn", "h2"]] {
            _ = try await client(node.port, as: dialer.nodeKey, options)
        }
        try await eventually("it is logged") { node.log.text.contains("not farthing/1") }
        await node.network.shutdown()
        #expect(node.inbox.entries.isEmpty)
    }

    @Test func aCertificateOfAnotherKindOfKeyIsRefused() async throws {
        let node = try await node()
        let folder = FileManager.default.temporaryDirectory.appending(path: "peers-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (certificate, key) = (folder.appending(path: "c.pem"), folder.appending(path: "k.pem"))
        let maker = Process()
        maker.executableURL = URL(filePath: "/usr/bin/env")
        maker.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", "/CN=x", "-keyout", key.path(), "-out", certificate.path(),
        ]
        maker.standardError = FileHandle.nullDevice
        try maker.run()
        maker.waitUntilExit()
        #expect(maker.terminationStatus == 0)
        let text = try await client(
            node.port,
            as: nil,
            ["-alpn", MutualTLS.protocolName, "-cert", certificate.path(), "-key", key.path()]
        )
        #expect(text.contains("alert"))
        await node.network.shutdown()
        #expect(node.inbox.entries.isEmpty)
    }
}
