import ChainCore
import Cryptography
import Primitives
import TCPGossip
import Testing

/// What a connection takes, and when, without any connection.
@Suite struct ConnectionMachineTests {
    // The members are in the order of their keys: the middle one is dialed by the first and dials the last.
    let dialer = Member.validators(3)[0]
    let own = Member.validators(3)[1]
    let dialed = Member.validators(3)[2]
    let follower = Member.follower(9)
    let stranger = Member.validator(77)

    var directory: PeerDirectory { own.directory([dialer, dialed, follower]) }

    func accepted(greeting peer: Member? = nil) throws -> ConnectionMachine {
        try machine(.accepted, greeting: peer)
    }

    func machine(_ side: ConnectionMachine.Side, greeting peer: Member?) throws -> ConnectionMachine {
        var machine = ConnectionMachine(directory: directory, side: side)
        if let peer {
            try machine.authenticate(peer.key)
            try machine.secured(protocolName: MutualTLS.protocolName)
        }
        return machine
    }

    func open(_ peer: Member, _ lane: PeerMessage.Lane) throws -> ConnectionMachine {
        var machine = try accepted(greeting: peer)
        _ = try machine.receive(peer.hello(on: lane))
        return machine
    }

    @Test func refusesEveryKeyButThoseOfTheList() throws {
        var machine = try accepted()
        #expect(refusal { () throws(PeerCloseReason) in try machine.authenticate(nil) } == .notEd25519)
        #expect(refusal { () throws(PeerCloseReason) in try machine.authenticate(own.key) } == .ownKey)
        #expect(
            refusal { () throws(PeerCloseReason) in try machine.authenticate(stranger.key) }
                == .unknownKey(stranger.key)
        )
        #expect(refusal { () throws(PeerCloseReason) in try machine.authenticate(dialer.key) } == nil)
        #expect(machine.peer?.nodeKey == dialer.key)
    }

    @Test func aDialedPeerIsTheOneThatWasMeant() throws {
        var machine = try machine(.dialed(dialed.address(), .bulk), greeting: nil)
        #expect(
            refusal { () throws(PeerCloseReason) in try machine.authenticate(dialer.key) }
                == .otherKey(expected: dialed.key, found: dialer.key)
        )
        #expect(refusal { () throws(PeerCloseReason) in try machine.authenticate(own.key) } == .ownKey)
    }

    @Test func aHandshakeWithoutAKeyOrWithoutOurProtocolIsNotEnough() throws {
        var unproven = try accepted()
        #expect(
            refusal { () throws(PeerCloseReason) in try unproven.secured(protocolName: MutualTLS.protocolName) }
                == .notAuthenticated
        )
        for name in [nil, "h2", "farthing/2"] {
            var machine = try accepted()
            try machine.authenticate(dialer.key)
            #expect(
                refusal { () throws(PeerCloseReason) in try machine.secured(protocolName: name) }
                    == .otherProtocol(name)
            )
            #expect(!machine.isSecured)
        }
    }

    @Test func takesNothingBeforeTLSIsUp() throws {
        var machine = try accepted()
        let frame = dialer.hello(on: .bulk)
        #expect(refusal { () throws(PeerCloseReason) in _ = try machine.receive(frame) } == .notAuthenticated)
        #expect(
            refusal { () throws(PeerCloseReason) in try machine.check(FrameHead(bodyByteCount: 1, typeCode: 0)) }
                == .notAuthenticated
        )
        try machine.authenticate(dialer.key)
        #expect(refusal { () throws(PeerCloseReason) in _ = try machine.receive(frame) } == .notAuthenticated)
    }

    @Test func theHelloOpensTheLaneThatItNames() throws {
        for lane in [PeerMessage.Lane.consensus, .bulk] {
            var machine = try accepted(greeting: dialer)
            let event = try machine.receive(dialer.hello(on: lane))
            #expect(event == .greeted(dialer.address(), lane, head: .genesis))
            #expect(machine.isOpen)
        }
    }

    @Test(arguments: [
        (FrameHead(bodyByteCount: 0, typeCode: 1), PeerCloseReason.helloExpected(type: 1)),
        (FrameHead(bodyByteCount: 0, typeCode: 200), .helloExpected(type: 200)),
        (FrameHead(bodyByteCount: 257, typeCode: 0), .frameTooLong(type: 0, byteCount: 257, limit: 256)),
        (FrameHead(bodyByteCount: 513, typeCode: 255), .frameTooLong(type: 255, byteCount: 513, limit: 512)),
        (
            FrameHead(bodyByteCount: 4_294_967_295, typeCode: 0),
            .frameTooLong(type: 0, byteCount: 4_294_967_295, limit: 256)
        ),
    ])
    func beforeTheHelloOnlyAShortHelloOrGoodbyeMayCome(head: FrameHead, reason: PeerCloseReason) throws {
        let machine = try accepted(greeting: dialer)
        #expect(refusal { () throws(PeerCloseReason) in try machine.check(head) } == reason)
    }

    /// Each row is wrong in the ways of the rows below it as well.
    @Test func everyWrongHelloIsRefusedForItsFirstFault() throws {
        let forged = ConsensusIdentity(
            consensusKey: dialer.consensusKey!.publicKey,
            signature: dialer.identity(in: .other)!.signature
        )
        let rows: [(Frame, PeerCloseReason)] = [
            (
                dialer.hello(on: .bulk, version: 2, network: .other, role: .follower, identity: .some(nil)),
                .otherVersion(theirs: 2, ours: 1)
            ),
            (
                dialer.hello(on: .bulk, network: .other, role: .follower, identity: .some(nil)),
                .otherNetwork(theirs: .other, ours: .test)
            ),
            (
                dialer.hello(on: .bulk, role: .follower, identity: .some(nil)),
                .otherRole(theirs: .follower, listed: .validator)
            ),
            (dialer.hello(on: .bulk, identity: .some(nil)), .identityMissing),
            (
                dialer.hello(on: .bulk, identity: stranger.identity()),
                .otherConsensusKey(
                    theirs: stranger.consensusKey!.publicKey,
                    listed: dialer.consensusKey!.publicKey
                )
            ),
            (dialer.hello(on: .bulk, identity: forged), .identityForged),
        ]
        for (frame, reason) in rows {
            var machine = try accepted(greeting: dialer)
            #expect(refusal { () throws(PeerCloseReason) in _ = try machine.receive(frame) } == reason)
            #expect(!machine.isOpen)
            // A refused peer has no second try on the same connection.
            #expect(
                refusal { () throws(PeerCloseReason) in _ = try machine.receive(dialer.hello(on: .bulk)) }
                    == .helloExpected(type: 0)
            )
        }
    }

    @Test func theConsensusSignatureBindsOneNodeKeyInOneNetwork() throws {
        let identity = dialer.identity()!
        #expect(identity.binds(dialer.key, in: .test))
        #expect(!identity.binds(dialer.key, in: .other))
        #expect(!identity.binds(dialed.key, in: .test))
    }

    @Test func onlyTheSmallerKeyDials() throws {
        var machine = try accepted(greeting: dialed)
        #expect(
            refusal { () throws(PeerCloseReason) in _ = try machine.receive(dialed.hello(on: .bulk)) }
                == .otherDirection
        )
    }

    @Test func theAnswerToADialNamesTheSameLane() throws {
        var machine = try machine(.dialed(dialed.address(), .consensus), greeting: dialed)
        #expect(
            refusal { () throws(PeerCloseReason) in _ = try machine.receive(dialed.hello(on: .bulk)) }
                == .otherLane(.bulk)
        )
    }

    @Test func aFollowerHasBulkOnlyAndNoConsensusKey() throws {
        var machine = try accepted(greeting: follower)
        #expect(
            refusal { () throws(PeerCloseReason) in _ = try machine.receive(follower.hello(on: .consensus)) }
                == .otherLane(.consensus)
        )
        machine = try accepted(greeting: follower)
        #expect(
            refusal { () throws(PeerCloseReason) in
                _ = try machine.receive(follower.hello(on: .bulk, identity: stranger.identity()))
            } == .identityUnexpected
        )
        machine = try accepted(greeting: follower)
        #expect(
            try machine.receive(follower.hello(on: .bulk)) == .greeted(follower.address(), .bulk, head: .genesis)
        )
    }

    @Test func helloesThatDoNotDecodeAreRefused() throws {
        let whole = dialer.hello(on: .bulk).body
        for body in [[], [1], Array(whole.dropLast()), whole + [0]] {
            var machine = try accepted(greeting: dialer)
            let reason = refusal { () throws(PeerCloseReason) in
                _ = try machine.receive(Frame(typeCode: Frame.helloType, body: body))
            }
            guard case .undecodable(type: 0, _) = reason else {
                Issue.record("\(String(describing: reason))")
                continue
            }
        }
    }

    @Test(arguments: [UInt8](0...255))
    func everyTypeIsTakenOnItsLaneOnly(type: UInt8) throws {
        let head = FrameHead(bodyByteCount: 1, typeCode: type)
        for (lane, codes) in [(PeerMessage.Lane.consensus, 1...7), (.bulk, 8...16)] as [(_, ClosedRange<UInt8>)] {
            let expected: PeerCloseReason? =
                switch type {
                case codes, 255: nil
                case 0: .helloTwice
                case 1...16: .wrongLane(type: type, lane: lane)
                default: .unknownType(type)
                }
            let machine = try open(dialer, lane)
            #expect(refusal { () throws(PeerCloseReason) in try machine.check(head) } == expected)
        }
    }

    @Test(arguments: [UInt8](1...16))
    func aFollowersBulkCarriesStatusBesidesBulk(type: UInt8) throws {
        let machine = try open(follower, .bulk)
        let reason = refusal { () throws(PeerCloseReason) in
            try machine.check(FrameHead(bodyByteCount: 1, typeCode: type))
        }
        let isTaken = type >= 8 || type == PeerMessage.statusTypeCode
        #expect(reason == (isTaken ? nil : .wrongLane(type: type, lane: .bulk)))
    }

    @Test(arguments: [
        (PeerMessage.Lane.consensus, UInt8(1), PeerLimits.consensusFrameByteCountMax),
        (.bulk, 16, PeerLimits.bulkFrameByteCountMax),
    ])
    func aLengthBeyondTheLanesLimitIsRefusedByTheHead(lane: PeerMessage.Lane, type: UInt8, limit: Int) throws {
        let machine = try open(dialer, lane)
        for (count, expected) in [
            (limit, nil),
            (limit + 1, PeerCloseReason.frameTooLong(type: type, byteCount: limit + 1, limit: limit)),
            (Int(UInt32.max), .frameTooLong(type: type, byteCount: Int(UInt32.max), limit: limit)),
        ] {
            let head = FrameHead(bodyByteCount: count, typeCode: type)
            #expect(refusal { () throws(PeerCloseReason) in try machine.check(head) } == expected)
        }
    }

    @Test func messagesComeOutOfAnOpenConnection() throws {
        var machine = try open(dialer, .consensus)
        #expect(try machine.receive(PeerMessage.question(7).frame) == .message(.question(7)))
        let broken = Frame(typeCode: 1, body: [9])
        guard
            case .undecodable(type: 1, _) = refusal({ () throws(PeerCloseReason) in _ = try machine.receive(broken) })
        else {
            Issue.record("a vote of one byte was taken")
            return
        }
    }

    @Test func aGoodbyeIsShownInVisibleCharactersOnly() throws {
        var machine = try accepted(greeting: dialer)
        let frame = Frame(typeCode: Frame.goodbyeType, body: Array("no\u{1B}[2J\n".utf8))
        #expect(
            refusal { () throws(PeerCloseReason) in _ = try machine.receive(frame) } == .goodbye("no?[2J?")
        )
    }

    @Test func aWrongNetworkNamesBothNetworks() throws {
        let text = PeerCloseReason.otherNetwork(theirs: .other, ours: .test).description
        #expect(text.contains(NetworkID.other.hex))
        #expect(text.contains(NetworkID.test.hex))
    }
}
