import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import TCPGossip

/// Good values of every format, from the one network whose keys the tests hold.
enum Samples {
    static let network = TestNetwork.shared.genesis.networkID
    static let electorate = ChainRules(genesis: TestNetwork.shared.genesis).electorate

    /// Signs as the first validator would; what it signs is of the right form, not of the right key.
    private static let signer = TestNetwork.shared.payers[0]

    static let peer = PeerAddress(
        nodeKey: TestNetwork.shared.genesis.validators[1].nodeKey,
        consensusKey: TestNetwork.shared.genesis.validators[1].consensusKey,
        host: "127.0.0.1",
        port: 8_644,
        name: "buchfink",
        role: .validator
    )

    private static let settled = TestNetwork.shared.block
    static let hash = settled.block.hash

    static func transactions() -> [Seed] {
        let plain = TestNetwork.shared.transaction(nonce: 1)
        let many = TestNetwork.shared.transaction(nonce: .max, amounts: [0, 1, .max])
        return [
            Seed("one-payment", plain.signed.encoded()),
            Seed("three-payments", many.signed.encoded()),
            Seed("with-a-reference", settled.block.transactions[0].signed.encoded()),
        ]
    }

    private static let bodies: [(name: String, body: VoteBody)] = [
        ("notarize", .notarize(epoch: .zero, view: View(2), parentView: View(1), block: hash)),
        ("nullify", .nullify(epoch: .zero, view: View(2))),
        ("finalize", .finalize(epoch: .zero, view: View(2), parentView: View(1), block: hash)),
    ]

    static func vote(_ body: VoteBody, signer index: UInt16 = 0) -> Vote {
        Vote(body: body, signer: index, signature: signer.sign(body.message(network: network)))
    }

    static func votes() -> [Seed] { bodies.map { Seed($0.name, vote($0.body).encoded()) } }

    static func certificate(_ body: VoteBody) -> Certificate {
        Certificate(body: body, votes: [0, 1, 3].map { vote(body, signer: $0) }, validatorCount: 4)
    }

    static func certificates() -> [Seed] { bodies.map { Seed($0.name, certificate($0.body).encoded()) } }

    static let accusation: Evidence = {
        let other = VoteBody.notarize(epoch: .zero, view: View(2), parentView: View(1), block: .zero)
        guard let evidence = Evidence(vote(bodies[0].body), vote(other)) else {
            preconditionFailure("two notarize votes of one view for two blocks")
        }
        return evidence
    }()

    static func evidence() -> [Seed] {
        guard let mixed = Evidence(vote(bodies[2].body), vote(bodies[1].body)) else {
            preconditionFailure("a finalize and a nullify of one view")
        }
        return [Seed("notarize-twice", accusation.encoded()), Seed("finalize-and-nullify", mixed.encoded())]
    }

    static let head = PeerHead(height: settled.block.height, hash: hash)

    static func hello(_ role: PeerRole, _ lane: PeerMessage.Lane) -> Hello {
        let identity = ConsensusIdentity(signedBy: signer, nodeKey: peer.nodeKey, network: network)
        return Hello(
            network: network,
            lane: lane,
            role: role,
            head: head,
            identity: role == .validator ? identity : nil
        )
    }

    static func hellos() -> [Seed] {
        [
            Seed("validator", hello(.validator, .consensus).encoded()),
            Seed("follower", hello(.follower, .bulk).encoded()),
        ]
    }

    static func blocks() -> [Seed] {
        let accused = Block(
            header: settled.block.header,
            network: network,
            transactions: [],
            evidence: [accusation]
        )
        return [
            Seed("genesis", TestNetwork.shared.genesisBlock.encoded()),
            Seed("two-transactions", settled.block.encoded()),
            Seed("with-evidence", accused.encoded()),
        ]
    }

    /// One of each type.
    static let messages: [(name: String, message: PeerMessage)] = {
        let transactions = settled.block.transactions
        let leaves = transactions.map(\.leaf)
        let proposal = Proposal(
            vote: vote(bodies[0].body),
            header: settled.block.header,
            leaves: leaves,
            evidence: [accusation],
            change: [],
            parentCertificate: certificate(bodies[0].body),
            nullifications: [certificate(bodies[1].body)]
        )
        let status = Status(
            epoch: .zero,
            finalHeight: Height(1),
            finalView: View(1),
            finalHash: hash,
            currentView: View(2),
            wallClock: Milliseconds(1_700_000_001_000)
        )
        let range = SyncRequest(fromHeight: Height(1), blockCountMax: 16, maxBytes: 1 << 20)
        let synced = SyncResponse(
            blocks: [settled],
            headers: [settled.block.header],
            justifications: [settled.justification],
            finalization: settled.justification.certificate
        )
        return [
            ("vote", .vote(vote(bodies[0].body))),
            ("certificate", .certificate(certificate(bodies[1].body))),
            ("proposal", .proposal(proposal)),
            ("status", .status(status)),
            ("certificate-request", .certificateRequest(CertificateRequest(epoch: .zero, view: View(2)))),
            (
                "held-votes",
                .heldVotes(HeldVotes(epoch: .zero, finalView: View(1), votes: bodies.map { vote($0.body) }))
            ),
            ("evidence", .evidence(accusation)),
            ("body-request", .bodyRequest(BodyRequest(block: hash, leaves: leaves))),
            ("body-response", .bodyResponse(BodyResponse(block: hash, transactions: transactions))),
            ("block-request", .blockRequest(BlockRequest(hash: hash))),
            ("block-response", .blockResponse(settled.block)),
            ("sync-request", .syncRequest(range)),
            ("sync-response", .syncResponse(synced)),
            ("announce", .announce(leaves)),
            ("transaction-request", .transactionRequest(leaves)),
            ("transactions", .transactions(transactions)),
        ]
    }()

    static func peerMessages() -> [Seed] {
        messages.map { Seed($0.name, [$0.message.typeCode] + $0.message.encoded()) }
    }
}
