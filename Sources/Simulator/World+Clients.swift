import Cryptography
import LedgerCore
import Primitives
import ReplicaCore

/// A transaction in a client's hands, until there is a verdict on it.
struct SimulatedPayment: Sendable {
    let transaction: Verified<IdentifiedTransaction>
    /// Its payer can pay, its price is high, its life is long: it must become final on every node.
    let mustSettle: Bool
    /// The client gives up asking at this moment.
    let until: Microseconds
    var submissions = 0
    /// How often it was submitted again after its client was told that it is final.
    var repeats = 0
    var verdict: TransactionStatus?
}

/// Those who pay: each submits one transaction to one node after another until there is a verdict.
struct Clients: Sendable {
    var payments: [SimulatedPayment] = []
    var tickets: [UInt64: Int] = [:]
    var nextTicket: UInt64 = 1
    var nextNonce: UInt64 = 0

    /// Twelve rich payers and two poor ones.
    static let balances = [UInt64](repeating: 1_000_000_000, count: 12) + [3_000, 5_000]
}

extension World {
    /// Plans the payments of the coming stretch of `faultTime`.
    mutating func planPayments() {
        for _ in 0..<scenario.paymentCount {
            let time = now + generator.below(scenario.faultTime * 1000)
            for payment in plan(clients.nextNonce, at: time) { add(payment, at: time) }
            clients.nextNonce += 1
        }
    }

    private mutating func add(_ payment: SimulatedPayment, at time: Microseconds) {
        clients.payments.append(payment)
        queue.insert(.client(clients.payments.count - 1), at: time)
    }

    /// One payment after another when the faults are over, so that every validator leads a block.
    mutating func submitProbes() {
        for number in 0..<scenario.probeCount {
            let time = now + Scenario.probeInterval * 1_000 * UInt64(number + 1)
            let payer = number % 12
            let transaction = transaction(
                payer: payer,
                nonce: 1_000_000_000 + UInt64(number),
                validUntil: time / 1000 + 200_000,
                maxPrice: 300,
                payments: [pay(to: (payer + 1) % 12, 1 + UInt64(number))]
            )
            add(sound(transaction, by: payer), at: time)
        }
    }

    private func sound(_ transaction: Transaction, by payer: Int) -> SimulatedPayment {
        SimulatedPayment(
            transaction: federation.sign(transaction, by: federation.payers[payer]),
            mustSettle: true,
            until: .max
        )
    }

    /// Most payments are sound; some die early, lack money, offer too little, or use one nonce twice.
    private mutating func plan(_ nonce: UInt64, at time: Microseconds) -> [SimulatedPayment] {
        let payer = generator.below(12)
        let long = time / 1000 + 200_000
        let short = time / 1000 + generator.within(500...8_000)
        switch generator.below(100) {
        case ..<55:
            let transaction = transaction(
                payer: payer,
                nonce: nonce,
                validUntil: long,
                maxPrice: 300,
                payments: [pay(to: generator.below(12), 1 + generator.below(1_000))]
            )
            return [sound(transaction, by: payer)]
        case ..<70:
            let count = 2 + generator.below(40)
            var payments: [Payment] = []
            for index in 0..<count {
                payments.append(
                    index.isMultiple(of: 7)
                        ? Payment(
                            payee: AccountID(MockKey(name: "new \(nonce) \(index)").publicKey),
                            amount: Amount(units: 1_000 + UInt64(index))
                        )
                        : pay(to: generator.below(14), 1 + generator.below(50))
                )
            }
            let transaction = transaction(
                payer: payer,
                nonce: nonce,
                validUntil: long,
                maxPrice: 250,
                payments: payments
            )
            return [sound(transaction, by: payer)]
        case ..<78:
            return [doomed(payer: payer, nonce: nonce, validUntil: short, maxPrice: 300, amount: 5, until: long)]
        case ..<84:
            return [
                doomed(
                    payer: 12 + Int(nonce % 2),
                    nonce: nonce,
                    validUntil: short,
                    maxPrice: 300,
                    amount: 4_900,
                    until: long
                )
            ]
        case ..<90:
            return [doomed(payer: payer, nonce: nonce, validUntil: short, maxPrice: 2, amount: 7, until: long)]
        default:
            return [UInt64(1), 2].map { part in
                let transaction = transaction(
                    payer: payer,
                    nonce: nonce,
                    validUntil: long + part,
                    maxPrice: 300,
                    payments: [pay(to: 0, part)]
                )
                return SimulatedPayment(
                    transaction: federation.sign(transaction, by: federation.payers[payer]),
                    mustSettle: false,
                    until: .max
                )
            }
        }
    }

    private func doomed(
        payer: Int,
        nonce: UInt64,
        validUntil: UInt64,
        maxPrice: UInt64,
        amount: UInt64,
        until: UInt64
    ) -> SimulatedPayment {
        let transaction = transaction(
            payer: payer,
            nonce: nonce,
            validUntil: validUntil,
            maxPrice: maxPrice,
            payments: [pay(to: 0, amount)]
        )
        return SimulatedPayment(
            transaction: federation.sign(transaction, by: federation.payers[payer]),
            mustSettle: false,
            until: (validUntil + 3_000) * 1000
        )
    }

    private func pay(to payer: Int, _ units: UInt64) -> Payment {
        Payment(payee: AccountID(federation.payers[payer].publicKey), amount: Amount(units: units))
    }

    private func transaction(
        payer: Int,
        nonce: UInt64,
        validUntil: UInt64,
        maxPrice: UInt64,
        payments: [Payment]
    ) -> Transaction {
        Transaction(
            payer: AccountID(federation.payers[payer].publicKey),
            nonce: nonce,
            validUntil: Milliseconds(Federation.epochStart.number + validUntil),
            maxPrice: maxPrice,
            action: .pay(payments)
        )
    }

    // MARK: - Asking

    /// Submits to a random node that is up, and looks again later.
    mutating func submit(_ index: Int) {
        if clients.payments[index].verdict != nil { return askAgain(index) }
        guard now < clients.payments[index].until else { return }
        // The longer in vain, the less often.
        let patience = UInt64(1 + min(clients.payments[index].submissions / 8, 2))
        queue.insert(.client(index), at: now + patience * generator.within(400_000...1_800_000))
        let able = nodes.indices.filter { nodes[$0].isUp && nodes[$0].isHonest }
        guard let node = generator.pick(able) else { return }
        let payment = clients.payments[index]
        let ticket = clients.nextTicket
        clients.nextTicket += 1
        clients.tickets[ticket] = index
        clients.payments[index].submissions += 1
        if payment.submissions > 0 { checker.meet(.resubmitted) }
        trace.note(.submitted, node: node, at: now, bytes: payment.transaction.id.bytes)
        trace.say("payment \(index) is submitted to n\(node)", at: now)
        if payment.submissions % 3 == 2 {
            let identified = payment.transaction.value
            step(node, .asked(.status(identified.id, transaction: identified, validUntil: nil), Ticket(ticket)))
        } else {
            step(node, .submitted([signed(payment)], Ticket(ticket)))
        }
    }

    /// A client that knows better asks all the same, twice: the same bytes to another node change nothing.
    private mutating func askAgain(_ index: Int) {
        let able = nodes.indices.filter { nodes[$0].isUp && nodes[$0].isHonest }
        guard clients.payments[index].repeats < 2, case .final? = clients.payments[index].verdict,
            let node = generator.pick(able)
        else { return }
        clients.payments[index].repeats += 1
        let ticket = clients.nextTicket
        clients.nextTicket += 1
        clients.tickets[ticket] = index
        trace.say("payment \(index) is submitted again to n\(node)", at: now)
        step(node, .submitted([clients.payments[index].transaction], Ticket(ticket)))
        queue.insert(.client(index), at: now + generator.within(400_000...4_000_000))
    }

    /// Every other time the payer signs anew: another signature, the same transaction.
    private mutating func signed(_ payment: SimulatedPayment) -> Verified<IdentifiedTransaction> {
        let transaction = payment.transaction.value.transaction
        guard payment.submissions % 2 == 1,
            let key = federation.payers.first(where: { AccountID($0.publicKey) == transaction.payer })
        else { return payment.transaction }
        checker.meet(.signedTwice)
        return federation.sign(transaction, by: key, variant: 1)
    }

    /// An answer has come up the commit lane; the index of final transactions is read as a node does.
    mutating func receive(_ answer: Answer, _ ticket: Ticket, from node: Int) {
        guard let index = clients.tickets.removeValue(forKey: ticket.number) else { return }
        let judgement: Judgement
        switch answer {
        case .submission(let judgements):
            guard let first = judgements.first else { return checker.violate("a submission is answered with nothing") }
            judgement = first
        case .status(let only, _): judgement = only
        default: return checker.violate("a client is answered what it didn't ask")
        }
        let height = judgement.mayBeFinal ? nodes[node].disk.settled[judgement.id] : nil
        if let height { nodes[node].reportedHeight = max(nodes[node].reportedHeight, height) }
        trace.note(.answered, node: node, at: now, bytes: judgement.id.bytes)
        trace.say(
            "payment \(index) at n\(node): \(height.map { "final at \($0)" } ?? "\(judgement.otherwise)")",
            at: now
        )
        checkKept(judgement.id, finalAt: height, of: node, for: index)
        checker.answered(judgement, finalAt: height)
        if let height {
            clients.payments[index].verdict = .final(height: height, index: 0, price: 0, fee: .zero)
        } else if judgement.otherwise.isVerdict {
            clients.payments[index].verdict = judgement.otherwise
        }
    }

    /// S5: what a client was told, and what a node has said, is never taken back, not by a crash either.
    private mutating func checkKept(_ id: TransactionID, finalAt height: Height?, of node: Int, for index: Int) {
        if let settled = checker.settledHeight(of: id), height == nil, settled <= nodes[node].reportedHeight {
            checker.violate("S5: node \(node) takes back that payment \(index) is final at height \(settled)")
        }
        guard case .final(let told, _, _, _)? = clients.payments[index].verdict, let height else { return }
        if told != height { checker.violate("S5: payment \(index) is final at height \(told), then at \(height)") }
        checker.meet(.finalAskedAgain)
    }

    /// What left a node's mempool: whoever might be waiting for it is told, so it must be as true as any answer.
    mutating func tell(_ judgements: [Judgement], by node: Int) {
        for judgement in judgements {
            trace.say("n\(node) drops \(judgement.id): \(judgement.otherwise)", at: now)
            checker.answered(judgement, finalAt: nodes[node].disk.settled[judgement.id])
        }
    }
}
