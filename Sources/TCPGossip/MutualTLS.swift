package import Cryptography
import NIOCore
package import NIOSSL
package import Primitives

/// TLS 1.3 in which both sides show a self-signed Ed25519 certificate (spec 4.1).
///
/// Only the certificates' keys mean anything, and each connection judges its peer's itself.
package struct MutualTLS: Sendable {
    /// Both sides must name this protocol (ALPN).
    package static let protocolName = "farthing/1"
    /// How long a closing connection waits for the other side's close.
    package static let closeMilliseconds: Int64 = 500

    private let serverContext: NIOSSLContext
    private let clientContext: NIOSSLContext

    package init(nodeKey: SigningKey) throws {
        let pem = try NodeCertificate.selfSigned(for: nodeKey)
        let certificate = try NIOSSLCertificate(bytes: Array(pem.certificatePEM.utf8), format: .pem)
        let key = try NIOSSLPrivateKey(bytes: Array(pem.keyPEM.utf8), format: .pem)
        let server = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(certificate)],
            privateKey: .privateKey(key)
        )
        var client = TLSConfiguration.makeClientConfiguration()
        client.certificateChain = [.certificate(certificate)]
        client.privateKey = .privateKey(key)
        serverContext = try NIOSSLContext(configuration: Self.strict(server))
        clientContext = try NIOSSLContext(configuration: Self.strict(client))
    }

    /// The server's side; `judge` says whether a key is welcome, nil standing for a certificate without an Ed25519 key.
    ///
    /// It is called on the channel's event loop.
    package func serverHandler(judge: @escaping (PublicKey?) -> Bool) -> NIOSSLServerHandler {
        NIOSSLServerHandler(context: serverContext, customVerificationCallback: Self.verification(judge))
    }

    /// The client's side.
    package func clientHandler(judge: @escaping (PublicKey?) -> Bool) throws -> NIOSSLClientHandler {
        try NIOSSLClientHandler(
            context: clientContext,
            serverHostname: nil,
            customVerificationCallback: Self.verification(judge)
        )
    }

    private static func strict(_ configuration: TLSConfiguration) -> TLSConfiguration {
        var configuration = configuration
        configuration.minimumTLSVersion = .tlsv13
        configuration.maximumTLSVersion = .tlsv13
        // Makes a server demand a certificate; the verification itself is ours.
        configuration.certificateVerification = .noHostnameVerification
        // The library's own list for verifying lacks Ed25519: without this no two nodes connect.
        configuration.verifySignatureAlgorithms = [.ed25519]
        configuration.signingSignatureAlgorithms = [.ed25519]
        // No chain is looked at, and a machine without a bundle of authorities must do: the default would fail there.
        configuration.trustRoots = .certificates([])
        configuration.applicationProtocols = [protocolName]
        configuration.shutdownTimeout = .milliseconds(closeMilliseconds)
        return configuration
    }

    private static func verification(_ judge: @escaping (PublicKey?) -> Bool) -> NIOSSLCustomVerificationCallback {
        { chain, verdict in
            verdict.succeed(judge(chain.first.flatMap(key(of:))) ? .certificateVerified : .failed)
        }
    }

    /// The Ed25519 key of a certificate: its SPKI is a fixed 12-byte prefix, then the key (RFC 8410).
    private static func key(of certificate: NIOSSLCertificate) -> PublicKey? {
        let prefix: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
        do {
            let bytes = try certificate.extractPublicKey().toSPKIBytes()
            guard bytes.starts(with: prefix) else { return nil }
            return PublicKey(bytes: bytes.dropFirst(prefix.count))
        } catch {
            // A key that can't be taken out isn't one that a peer of ours has.
            return nil
        }
    }
}
