import ChainCore
import ConsensusCore
import Cryptography
import Foundation
import LedgerCore
import Primitives
import RPCClient
import StrictJSON
import Testing

extension EndToEnd {
    /// It contradicts itself twice: the first time stands on the chain for ever, under its name, once.
    @Test func aValidatorThatContradictsItselfIsNamedOnTheChainOnce() async throws {
        let federation = try TestFederation(validators: 4)
        let hostile = try PlayedValidator(3, of: federation)
        try await hostile.start()
        let alive = try hostile.keepAlive()
        defer { alive.cancel() }
        for node in 0..<3 { try federation.start(node) }
        for node in 0..<3 { try await federation.waitUntilLive(node) }
        try await waitUntil(seconds: 30, "all three are connected to it") {
            try (0..<3).allSatisfy { try hostile.isConnected(to: $0) }
        }
        for _ in 0..<2 {
            let view = try await federation.view(of: 0)
            for body in [
                VoteBody.nullify(epoch: .zero, view: view),
                .finalize(epoch: .zero, view: view, parentView: .zero, block: Hash32(words: Words32(1, 2, 3, 4))),
            ] {
                // One node hears it; the others hear of it from that one.
                try hostile.send(.vote(hostile.vote(body)), to: 0)
            }
            // Each of the others leads a block meanwhile.
            for _ in 0..<4 { try await federation.settle(askedAt: 1) }
        }
        for node in 0..<3 {
            let height = try await federation.height(of: 0)
            try await waitUntil(seconds: 10, "node \(node) has it all") {
                try await federation.height(of: node) >= height
            }
            var named: [Int] = []
            for number in 1...height {
                let block = JSONReader(
                    try await federation.clients[node].call("block_get", params: ["height": .string("\(number)")])
                )
                named += try block.member("evidence").elements().map { try $0.member("signer").integer(max: 65_535) }
            }
            #expect(named == [Int(hostile.index)], "node \(node)")
        }
        try expectEvidence(against: hostile, of: ["--url", federation.urls[1]], in: federation)
        federation.stopAll()
        try expectEvidence(against: hostile, of: ["--home", federation.home(1)], in: federation)
        try await hostile.stop()
    }

    /// What it costs the others: answers that nobody asked for nothing, a bad signature or a flood its place for ten seconds.
    @Test func aHostileValidatorIsRefusedForAWhileAndTheOthersSettle() async throws {
        let federation = try TestFederation(validators: 4)
        let hostile = try PlayedValidator(3, of: federation)
        try await hostile.start()
        let alive = try hostile.keepAlive()
        defer { alive.cancel() }
        for node in 0..<3 { try federation.start(node) }
        for node in 0..<3 { try await federation.waitUntilLive(node) }
        try await waitUntil(seconds: 30, "all three are connected to it") {
            try (0..<3).allSatisfy { try hostile.isConnected(to: $0) }
        }

        // With signatures that don't hold: if anybody checked them, the session would end.
        for message in try hostile.unaskedAnswers(in: federation) {
            for node in 0..<3 { try hostile.send(message, to: node) }
        }
        // Answered after all of the above was judged: messages of one connection keep their order.
        let leaf = Hash32(words: Words32(7, 7, 7, 7))
        for node in 0..<3 { try hostile.send(.announce([leaf]), to: node) }
        try await waitUntil(seconds: 10, "all three have read so far") {
            try (0..<3).allSatisfy { try hostile.heard(from: $0).contains(.transactionRequest([leaf])) }
        }
        for node in 0..<3 { #expect(try hostile.sessions(with: node) == ["up"]) }

        // A vote whose signature doesn't hold.
        let view = try await federation.view(of: 0)
        try hostile.send(.vote(hostile.vote(.nullify(epoch: .zero, view: view), isForged: true)), to: 0)
        // A transaction whose signature doesn't hold, in a bundle.
        let good = try federation.payment()
        let forged = SignedTransaction(
            transaction: good.transaction,
            authorization: .owner(Signature(r: Words32(1, 0, 0, 0), s: .zero))
        )
        try hostile.send(.transactions([IdentifiedTransaction(forged, network: federation.genesis.networkID)]), to: 1)
        // More of anything than an honest node sends.
        let status = PeerMessage.status(
            Status(
                epoch: .zero,
                finalHeight: .zero,
                finalView: .zero,
                finalHash: .zero,
                currentView: View(1),
                wallClock: .zero
            )
        )
        for _ in 0..<100_000 { try hostile.send(status, to: 2) }

        let words = ["message of type 1 doesn't hold", "message of type 16 doesn't hold", "far more messages"]
        for (node, reason) in words.enumerated() {
            try await waitUntil(seconds: 60, "node \(node) ends its session") {
                try hostile.sessions(with: node).contains { $0.contains(reason) }
            }
            try await waitUntil(seconds: 10, "its operator reads why") { try federation.log(node).contains(reason) }
        }
        // Refused by all, it is missed by nobody: three of four are a quorum.
        try await federation.settle(askedAt: 0)
        #expect(try !hostile.isConnected(to: 0))
        // And let in again by all, whoever dials.
        for node in 0..<3 {
            try await waitUntil(seconds: 40, "node \(node) lets it in again") { try hostile.isConnected(to: node) }
        }
        try await federation.settle(askedAt: 2)
        federation.stopAll()
        try await hostile.stop()
    }
}

/// An auditor finds the chain sound, reads who lied on it, and gets a file that decides it alone.
private func expectEvidence(
    against hostile: PlayedValidator,
    of source: [String],
    in federation: TestFederation
) throws {
    let genesis = ["--genesis", federation.folder + "/genesis.json"]
    let folder = "\(federation.folder)/evidence\(source[0])"
    let accused = federation.genesis.validators[Int(hostile.index)]
    let audit = try Program.run(["verify", "--evidence", folder] + genesis + source)
    #expect(audit.status == 0, "\(audit.output) \(audit.errors)")
    #expect(audit.output.contains("\nverdict              sound\n"))
    #expect(audit.output.contains("\nevidence             1\n"), "\(audit.output)")
    #expect(audit.output.contains("validator \(hostile.index), view"), "\(audit.output)")
    #expect(audit.output.contains("    key \(accused.consensusKey) \"\(accused.name)\"\n"), "\(audit.output)")

    let listed = try Program.run(["evidence", "list", "--output", folder + "-listed"] + genesis + source)
    #expect(listed.status == 0, "\(listed.errors)")
    #expect(listed.output.contains("validator \(hostile.index) in view"), "\(listed.output)")
    for name in [folder, folder + "-listed"] {
        #expect(try FileManager.default.contentsOfDirectory(atPath: name) == ["evidence-1.json"], "\(name)")
        let check = try Program.run(["evidence", "check", name + "/evidence-1.json"] + genesis)
        #expect(check.status == 0, "\(check.errors)")
        #expect(
            check.output.contains("\nculprit    \(accused.name) (validator \(hostile.index), key"),
            "\(check.output)"
        )
    }
}

extension PlayedValidator {
    /// A range, a block and bodies, full of signatures that don't hold.
    fileprivate func unaskedAnswers(in federation: TestFederation) throws -> [PeerMessage] {
        let network = federation.genesis.networkID
        let rules = ChainRules(genesis: federation.genesis)
        let good = try federation.payment(count: 100)
        let forged = IdentifiedTransaction(
            SignedTransaction(
                transaction: good.transaction,
                authorization: .owner(Signature(r: Words32(1, 0, 0, 0), s: .zero))
            ),
            network: network
        )
        let header = rules.genesisHeader(Ledger(genesis: federation.genesis).head)
        let block = Block(header: header, network: network, transactions: [forged], evidence: [])
        let body = VoteBody.finalize(epoch: .zero, view: View(1), parentView: .zero, block: block.hash)
        let certificate = Certificate(
            body: body,
            votes: (0..<3).map { Vote(body: body, signer: $0, signature: .zero) },
            validatorCount: 4
        )
        let why = Justification(certificate: certificate, nullifications: [])
        return [
            .syncResponse(
                SyncResponse(
                    blocks: [JustifiedBlock(block: block, justification: why)],
                    headers: [],
                    finalization: certificate
                )
            ), .blockResponse(block), .bodyResponse(BodyResponse(block: block.hash, transactions: [forged])),
            // The first was said on connecting, by nobody here: a second one would be checked.
            .heldVotes(HeldVotes(epoch: .zero, finalView: .zero, votes: [])),
            .heldVotes(HeldVotes(epoch: .zero, finalView: .zero, votes: [vote(body, isForged: true)])),
        ]
    }
}

extension TestFederation {
    /// A payment from the treasury, until it is final.
    func settle(askedAt node: Int, within seconds: Int = 30) async throws {
        let payment = try payment()
        _ = try await clients[node].submit(payment)
        let answer = try await clients[node].wait(for: id(payment), timeoutMilliseconds: seconds * 1_000)
        guard case .final = answer.status else {
            Issue.record("not within \(seconds) s: \(answer.status)")
            return
        }
    }

    func view(of node: Int) async throws -> View {
        View(try JSONReader(try await clients[node].nodeStatus()).member("view").decimal())
    }
}
