import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import ReplicaCore

/// Three things that a reader of the protocol asks about first, each told by four real replicas.
package enum Story: String, CaseIterable, Sendable {
    case silentLeader = "silent-leader"
    case partitionAndHeal = "partition-and-heal"
    case equivocatingLeader = "equivocating-leader"

    /// The whole transcript, the same every time.
    package func told() -> String {
        let (title, stage) = play()
        return ([title, ""] + stage.tale.lines).joined(separator: "\n") + "\n"
    }

    private func play() -> (String, Stage) {
        switch self {
        case .silentLeader:
            var stage = Stage([("Ada", 0), ("Cem", 2), ("Dee", 3)])
            stage.narrate("Ada, Cem and Dee are up and connected; Ben, who leads view 1, is not there")
            stage.connectAll()
            stage.run(until: 100)
            stage.pay(250, to: 0)
            stage.run(until: 1_000)
            return ("A silent leader: one timer later the next one leads, and the payment is final.", stage)
        case .partitionAndHeal:
            var stage = Stage([("Ada", 0), ("Ben", 1), ("Cem", 2), ("Dee", 3)])
            stage.connectAll()
            stage.run(until: 100)
            stage.part([0, 1], from: [2, 3])
            stage.narrate("the network falls apart: Ada and Ben on one side, Cem and Dee on the other")
            stage.pay(250, to: 0)
            stage.run(until: 3_000)
            stage.deaf = []
            stage.narrate("the network heals, and connections are made anew")
            stage.connectAll()
            stage.run(until: 5_000)
            return ("A partition: no side has a quorum, so nothing is final on either; it heals, and all go on.", stage)
        case .equivocatingLeader:
            var stage = Stage([("Ada", 0), ("Ben", 1), ("Cem", 2), ("Dee", 3), ("Ben's copy", 1)])
            stage.part([1], from: [3])
            stage.part([4], from: [0, 2])
            stage.narrate("Ben runs twice under one key: Ada and Cem hear one copy, Dee hears the other")
            stage.connectAll()
            stage.run(until: 100)
            stage.pay(250, to: 1)
            stage.pay(300, to: 4)
            stage.run(until: 1_000)
            stage.pay(100, to: 0)
            stage.run(until: 2_000)
            return ("A leader that proposes two blocks: one is final, and the chain names the leader for ever.", stage)
        }
    }
}

extension Stage {
    /// A client hands a payment to somebody.
    mutating func pay(_ units: UInt64, to player: Int) {
        let number = payments.count + 1
        let payer = MockKey(name: "payer")
        let transaction = Transaction(
            payer: AccountID(payer.publicKey),
            nonce: UInt64(number),
            validUntil: moment.wall.adding(Milliseconds(60_000)),
            maxPrice: 300,
            action: .pay([Payment(payee: AccountID(MockKey(name: "payee").publicKey), amount: Amount(units: units))])
        )
        let id = transaction.id(in: keys.genesis.networkID)
        payments.append(id)
        let signed = SignedTransaction(
            transaction: transaction,
            authorization: .owner(payer.sign(id.signingBytes))
        )
        let identified = IdentifiedTransaction(signed, network: keys.genesis.networkID)
        guard let verified = Verified.check(identified, in: .init(), by: MockScheme()) else {
            preconditionFailure("what was just signed verifies")
        }
        narrate("a client pays \(units): \(players[player].name) took payment \(number) in and passed it on")
        step(player, .submitted([verified], Ticket(UInt64(number))))
    }
}
