package import ChainCore
package import Primitives

/// What one connection may do next: it decides, the channel handler moves the bytes.
///
/// A connection goes forward only: the key is proven, TLS is up, the hellos are exchanged, messages flow. Nothing is
/// parsed before TLS is up, and nothing but a hello is taken before the hello.
package struct ConnectionMachine: Sendable {
    /// Who opened the connection.
    package enum Side: Hashable, Sendable {
        case accepted
        case dialed(PeerAddress, PeerMessage.Lane)
    }

    package enum State: Hashable, Sendable {
        /// The TLS handshake runs.
        case securing
        /// The peer proved a key of the list; the handshake isn't over.
        case authenticated(PeerAddress)
        /// TLS is up, the peer's hello is awaited.
        case greeting(PeerAddress)
        /// Messages flow.
        case open(PeerAddress, PeerMessage.Lane)
        /// A hello was refused: nothing more is taken.
        case refused(PeerAddress)
    }

    /// What a frame was.
    package enum Event: Equatable, Sendable {
        case greeted(PeerAddress, PeerMessage.Lane, head: PeerHead)
        case message(PeerMessage)
    }

    package let directory: PeerDirectory
    package let side: Side
    package private(set) var state = State.securing

    package init(directory: PeerDirectory, side: Side) {
        self.directory = directory
        self.side = side
    }

    /// The peer, once it proved its key.
    package var peer: PeerAddress? {
        switch state {
        case .securing: nil
        case .authenticated(let peer), .greeting(let peer), .open(let peer, _), .refused(let peer): peer
        }
    }

    package var isOpen: Bool { if case .open = state { true } else { false } }

    /// True once bytes can be sent to a peer that proved its key.
    package var isSecured: Bool {
        switch state {
        case .securing, .authenticated: false
        case .greeting, .open, .refused: true
        }
    }

    /// Takes the key of the peer's certificate: subject, dates and chain mean nothing here (spec 4.1).
    package mutating func authenticate(_ key: PublicKey?) throws(PeerCloseReason) {
        guard let key else { throw .notEd25519 }
        guard key != directory.ownKey else { throw .ownKey }
        if case .dialed(let expected, _) = side, expected.nodeKey != key {
            throw .otherKey(expected: expected.nodeKey, found: key)
        }
        guard let peer = directory.peer(key) else { throw .unknownKey(key) }
        guard case .securing = state else { throw .notAuthenticated }
        state = .authenticated(peer)
    }

    /// The TLS handshake is over.
    ///
    /// A handshake in which no key was shown, such as a resumed session's, isn't enough.
    package mutating func secured(protocolName: String?) throws(PeerCloseReason) {
        guard case .authenticated(let peer) = state else { throw .notAuthenticated }
        guard protocolName == MutualTLS.protocolName else { throw .otherProtocol(protocolName) }
        state = .greeting(peer)
    }

    /// Judges a frame by its head, before memory is spent on its body.
    package func check(_ head: FrameHead) throws(PeerCloseReason) {
        let limit: Int
        switch (state, head.typeCode) {
        case (.securing, _), (.authenticated, _): throw .notAuthenticated
        case (_, Frame.goodbyeType): limit = Frame.goodbyeByteCountMax
        case (.greeting, Frame.helloType): limit = Frame.helloByteCountMax
        case (.greeting, let other): throw .helloExpected(type: other)
        case (_, Frame.helloType): throw .helloTwice
        case (.refused, let other): throw .helloExpected(type: other)
        case (.open(let peer, let lane), let type):
            guard let home = PeerMessage.lane(ofTypeCode: type) else { throw .unknownType(type) }
            guard directory.lane(for: home, typeCode: type, with: peer) == lane else {
                throw .wrongLane(type: type, lane: lane)
            }
            limit = lane.frameByteCountMax
        }
        guard head.bodyByteCount <= limit else {
            throw .frameTooLong(type: head.typeCode, byteCount: head.bodyByteCount, limit: limit)
        }
    }

    /// Takes a whole frame that `check` let through.
    package mutating func receive(_ frame: Frame) throws(PeerCloseReason) -> Event {
        if frame.typeCode == Frame.goodbyeType { throw .goodbye(Self.printable(frame.body)) }
        switch state {
        case .securing, .authenticated: throw .notAuthenticated
        case .refused: throw .helloExpected(type: frame.typeCode)
        case .greeting(let peer):
            do throws(PeerCloseReason) {
                let hello = try greet(peer, frame)
                state = .open(peer, hello.lane)
                return .greeted(peer, hello.lane, head: hello.head)
            } catch {
                state = .refused(peer)
                throw error
            }
        case .open:
            do throws(WireError) {
                return .message(
                    try PeerMessage(typeCode: frame.typeCode, body: frame.body, network: directory.network)
                )
            } catch {
                throw .undecodable(type: frame.typeCode, error)
            }
        }
    }

    private func greet(_ peer: PeerAddress, _ frame: Frame) throws(PeerCloseReason) -> Hello {
        let hello = try Self.decodeHello(frame)
        guard hello.network == directory.network else {
            throw .otherNetwork(theirs: hello.network, ours: directory.network)
        }
        guard hello.role == peer.role else { throw .otherRole(theirs: hello.role, listed: peer.role) }
        switch side {
        case .accepted:
            guard !directory.dials(peer) else { throw .otherDirection }
            guard directory.lanes(with: peer).contains(hello.lane) else { throw .otherLane(hello.lane) }
        case .dialed(_, let lane):
            guard hello.lane == lane else { throw .otherLane(hello.lane) }
        }
        switch (peer.consensusKey, hello.identity) {
        case (nil, nil): break
        case (nil, .some): throw .identityUnexpected
        case (.some, nil): throw .identityMissing
        case (.some(let listed), .some(let identity)):
            guard identity.consensusKey == listed else {
                throw .otherConsensusKey(theirs: identity.consensusKey, listed: listed)
            }
            guard identity.binds(peer.nodeKey, in: directory.network) else { throw .identityForged }
        }
        return hello
    }

    private static func decodeHello(_ frame: Frame) throws(PeerCloseReason) -> Hello {
        let version: UInt16
        do throws(WireError) {
            version = try Hello.version(of: frame.body)
            if version == Hello.currentVersion { return try Hello(decodingAll: frame.body) }
        } catch {
            throw .undecodable(type: frame.typeCode, error)
        }
        throw .otherVersion(theirs: version, ours: Hello.currentVersion)
    }

    /// A peer's words, made safe for a log: visible ASCII, the rest as `?`.
    private static func printable(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}
