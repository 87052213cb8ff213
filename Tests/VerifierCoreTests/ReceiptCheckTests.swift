import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import StrictJSON
import Testing
import VerifierCore

/// A receipt for the second transaction of block 2, which is final through block 4.
@Suite struct ReceiptCheckTests {
    private let chain: TestChain
    private let receipt: Receipt

    init() throws {
        chain = try TestChain.sample(validators: 4)
        receipt = try #require(chain.receipt(height: 2, index: 1))
    }

    private func facts(_ receipt: Receipt, genesis: Genesis? = nil) throws(ReceiptFault) -> ReceiptFacts {
        try ReceiptCheck.facts(of: receipt, genesis: genesis ?? chain.genesis, scheme: StrictEd25519())
    }

    private func fault(_ receipt: Receipt) -> ReceiptFault? {
        do throws(ReceiptFault) {
            _ = try facts(receipt)
            return nil
        } catch {
            #expect(error.sentence.hasSuffix("."))
            return error
        }
    }

    @Test func showsWhatWasPaidAndWhoVouchesForIt() throws {
        let facts = try facts(receipt)
        let block = chain.blocks[1].block
        #expect(facts.id == block.transactions[1].id)
        #expect(facts.transaction == block.transactions[1].transaction)
        #expect(facts.block == block.hash && facts.header == block.header && facts.index == 1 && facts.logIndex == 2)
        #expect(facts.fee.units == block.header.price * 2)
        #expect(facts.finalizedBlock == chain.blocks[3].block.hash && facts.finalized.height == Height(4))
        #expect(facts.signers == Array(chain.electorate.validators.validators.prefix(3)))
        #expect(
            facts.chargedLine == "charged \(block.header.price * 2) = 2 shares × \(block.header.price), "
                + "shared with 1 other payment in block 2; signed maximum 2000"
        )
    }

    @Test func holdsForEveryTransactionOfTheChain() throws {
        for block in chain.blocks {
            for index in block.block.transactions.indices {
                let receipt = try #require(chain.receipt(height: block.block.height.number, index: index))
                #expect(try facts(receipt).id == block.block.transactions[index].id)
            }
        }
    }

    @Test func survivesTheWayThroughJSON() throws {
        let json = receipt.json(prefix: "far")
        for text in [json.text, json.prettyText] {
            #expect(try Receipt(JSONReader(JSON.parse(text)), prefix: "far") == receipt)
        }
    }

    /// Each byte of the compact text in turn, by all its single bits that leave a printable character.
    @Test func isRefusedWithAnyByteChanged() throws {
        let bytes = receipt.json(prefix: "far").bytes
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            let read: Receipt
            do {
                read = try Receipt(JSONReader(JSON.parse(changed)), prefix: "far")
            } catch {
                continue
            }
            #expect(fault(read) != nil, "byte \(index): \(String(decoding: changed, as: UTF8.self))")
        }
    }

    @Test func isRefusedUnderAnotherGenesis() throws {
        let other = try TestChain(validators: 4, name: "other")
        #expect(throws: ReceiptFault.network(expected: other.network, found: chain.network)) {
            try facts(receipt, genesis: other.genesis)
        }
    }

    // MARK: - One row for each rule; each row breaks the rules below its own as well

    @Test func refusesAnotherNetworkBeforeAllElse() {
        let wrong = broken {
            $0.network = .zero
            $0.id = .zero
            $0.headers = []
        }
        #expect(fault(wrong) == .network(expected: chain.network, found: .zero))
    }

    @Test func refusesAnIdThatIsNotTheTransactions() {
        let wrong = broken {
            $0.id = .zero
            $0.headers = []
        }
        #expect(fault(wrong) == .id(expected: receipt.id, found: .zero))
    }

    @Test func refusesAChangeOfValidators() throws {
        var writer = WireWriter()
        writer.write(Epoch(1))
        writer.write(vector: [Validator]())
        writer.write(Hash32.zero)
        writer.write(SignerBitmap(signers: [], of: 4))
        writer.write(vector: [Signature]())
        writer.write(vector: [Signature]())
        let change = try ValidatorChange(decodingAll: writer.bytes)
        let wrong = broken {
            $0.changes = [change]
            $0.headers = []
        }
        #expect(fault(wrong) == .changeOfValidators(count: 1))
    }

    @Test func refusesAReceiptWithoutHeaders() {
        #expect(fault(broken { $0.headers = [] }) == .head(.noHeaders))
    }

    @Test func refusesAPlaceOutsideItsBlock() {
        for index in [UInt64(0), 3, .max] {
            let wrong = broken {
                $0.logIndex = index
                $0.inclusionPath = []
                $0.fee = .zero
            }
            #expect(fault(wrong) == .indexNotInBlock(index: index, block: 1..<3))
        }
        let empty = broken { $0.headers.removeFirst() }
        #expect(fault(empty) == .indexNotInBlock(index: 2, block: 3..<3))
    }

    @Test func refusesABlockWithMoreTransactionsThanTheLog() {
        let wrong = broken {
            $0.headers[0].transactionCount = 4
            $0.logIndex = 3
        }
        #expect(fault(wrong) == .indexNotInBlock(index: 3, block: 0..<3))
    }

    @Test func refusesAPathThatLeadsElsewhere() {
        for path in [[], receipt.inclusionPath.reversed() + [.zero], [.zero]] {
            let wrong = broken {
                $0.inclusionPath = path
                $0.fee = .zero
            }
            #expect(fault(wrong) == .notInLog(index: 2))
        }
        // Another transaction's place in the same block.
        #expect(fault(broken { $0.logIndex = 1 }) == .notInLog(index: 1))
    }

    @Test func refusesAFeeThatIsNotPriceTimesShares() {
        let price = chain.blocks[1].block.header.price
        let wrong = broken {
            $0.fee = Amount(units: price * 2 + 1)
            $0.headers[1].parent = .zero
        }
        #expect(fault(wrong) == .fee(expected: Amount(units: price * 2), found: Amount(units: price * 2 + 1)))
        let huge = broken {
            $0.headers[0].price = .max
            $0.fee = Amount(units: .max)
        }
        #expect(fault(huge) == .fee(expected: nil, found: Amount(units: .max)))
    }

    @Test func refusesABlockWithTooFewShares() {
        let wrong = broken {
            $0.headers[0].shares = 2
            $0.headers[1].parent = .zero
        }
        #expect(fault(wrong) == .shares(least: 3, found: 2))
    }

    @Test func refusesHeadersThatDoNotFollow() {
        #expect(fault(broken { $0.headers[0].cost += 1 }) == .head(.doesNotFollow(position: 1, .parent)))
        #expect(fault(broken { $0.headers.remove(at: 1) }) == .head(.doesNotFollow(position: 1, .parent)))
        #expect(fault(broken { $0.headers[2].parent = .zero }) == .head(.doesNotFollow(position: 2, .parent)))
        #expect(fault(broken { $0.headers[1].height = Height(4) }) == .head(.doesNotFollow(position: 1, .height)))
        #expect(fault(broken { $0.headers[1].logSize = 4 }) == .head(.doesNotFollow(position: 1, .logSize)))
    }

    /// No height comes after the last one that 64 bits can hold, and a forger's first header may name just that.
    @Test func refusesAHeaderBehindTheLastHeightOfAll() throws {
        let wrong = broken {
            $0.headers[0].height = Height(.max)
            $0.headers[1].parent = $0.headers[0].hash(network: chain.network)
        }
        #expect(fault(wrong) == .head(.doesNotFollow(position: 1, .height)))
    }

    @Test func refusesOtherValidatorsThanThoseOfGenesis() {
        let expected = receipt.headers[2].validatorsHash
        let wrong = broken {
            $0.headers[2].validatorsHash = .zero
            $0.finalization = chain.nullification(View(5))
        }
        #expect(fault(wrong) == .head(.validators(position: 2, expected: expected, found: .zero)))
    }

    @Test func refusesACertificateThatFinalisesNothing() {
        let target = receipt.finalization.body.target
        let block = chain.blocks[3].block.hash
        let view = receipt.finalization.view
        let parentView = target?.parentView ?? .zero
        let notarize = VoteBody.notarize(epoch: .zero, view: view, parentView: parentView, block: block)
        let finding = { (certificate: Certificate) in fault(broken { $0.finalization = certificate }) }
        #expect(
            finding(chain.certificate(notarize, by: [0, 1, 2]))
                == .head(.finalization(.justification(.wrongKind(.notarize))))
        )
        #expect(
            finding(chain.nullification(view)) == .head(.finalization(.justification(.wrongKind(.nullify))))
        )
        let other = chain.blocks[0].justification.certificate
        #expect(
            finding(other)
                == .head(.finalization(.justification(.block(expected: block, found: chain.blocks[0].block.hash))))
        )
        let later = VoteBody.finalize(epoch: Epoch(1), view: view, parentView: parentView, block: block)
        let part = SignedPart.certificate(view: view)
        #expect(
            finding(chain.certificate(later, by: [0, 1, 2]))
                == .head(.finalization(.justification(.epoch(part, expected: .zero, found: Epoch(1)))))
        )
        #expect(
            finding(chain.certificate(receipt.finalization.body, by: [0, 1]))
                == .head(.finalization(.justification(.noQuorum(part, signers: 2, quorum: 3))))
        )
        let signatures = receipt.finalization.signatures
        let short = Certificate(
            body: receipt.finalization.body,
            signers: receipt.finalization.signers,
            signatures: Array(signatures.dropLast())
        )
        #expect(finding(short) == .head(.finalization(.justification(.malformedSigners(part)))))
        let swapped = Certificate(
            body: receipt.finalization.body,
            signers: receipt.finalization.signers,
            signatures: [signatures[1], signatures[0], signatures[2]]
        )
        #expect(finding(swapped) == .head(.finalization(.signature(part))))
    }

    /// A quorum certified it, so the first rule about amounts alone decides; the payer has not signed it either.
    @Test(arguments: [[3_000_000_001], [1_500_000_000, 1_500_000_001], [.max, 1]] as [[UInt64]])
    func refusesPaymentsOfMoreThanThereIs(amounts: [UInt64]) throws {
        let hostile = try TestChain(validators: 4)
        let transaction = Transaction(
            payer: hostile.account(0),
            nonce: 1,
            validUntil: hostile.header.time.adding(Milliseconds(60_000)),
            maxPrice: 1_000,
            action: .pay(
                amounts.map { Payment(payee: hostile.account(1), amount: Amount(units: $0), reference: []) }
            )
        )
        let item = IdentifiedTransaction(
            SignedTransaction(transaction: transaction, authorization: .owner(.zero)),
            network: hostile.network
        )
        let empty = try hostile.next()
        var header = empty.block.header
        header.transactionCount = 1
        header.shares = UInt32(transaction.shares)
        header.logSize = 1
        header.logRoot = Merkle.root(leafHashes: [item.leaf])
        let block = Block(header: header, network: hostile.network, transactions: [item], evidence: [])
        let receipt = Receipt(
            network: hostile.network,
            id: item.id,
            fee: Amount(units: header.price * transaction.shares),
            signed: item.signed,
            logIndex: 0,
            inclusionPath: [],
            headers: [header],
            finalization: hostile.justify(block, view: empty.justification.view).justification.certificate
        )
        #expect(throws: ReceiptFault.totalAboveSupply(hostile.genesis.supply)) {
            try facts(receipt, genesis: hostile.genesis)
        }
    }

    /// Only a quorum that certifies what nobody signed gets as far as this.
    @Test func refusesAPaymentThatThePayerDidNotSign() throws {
        var hostile = try TestChain(validators: 4)
        let signed = hostile.payment(from: 0, to: hostile.account(1), amount: 5)
        let forged = IdentifiedTransaction(
            SignedTransaction(transaction: signed.transaction, authorization: .owner(.zero)),
            network: hostile.network
        )
        try hostile.append(try hostile.next([forged]))
        let receipt = try #require(hostile.receipt(height: 1, index: 0))
        #expect(throws: ReceiptFault.signature) { try facts(receipt, genesis: hostile.genesis) }
    }

    private func broken(_ change: (inout Parts) -> Void) -> Receipt {
        var parts = Parts(receipt)
        change(&parts)
        return parts.receipt
    }
}

/// A receipt in pieces that can be changed.
private struct Parts {
    var network: NetworkID
    var id: TransactionID
    var fee: Amount
    var signed: SignedTransaction
    var logIndex: UInt64
    var inclusionPath: [Hash32]
    var headers: [Header]
    var finalization: Certificate
    var changes: [ValidatorChange]

    init(_ receipt: Receipt) {
        network = receipt.network
        id = receipt.id
        fee = receipt.fee
        signed = receipt.signed
        logIndex = receipt.logIndex
        inclusionPath = receipt.inclusionPath
        headers = receipt.headers
        finalization = receipt.finalization
        changes = receipt.changes
    }

    var receipt: Receipt {
        Receipt(
            network: network,
            id: id,
            fee: fee,
            signed: signed,
            logIndex: logIndex,
            inclusionPath: inclusionPath,
            headers: headers,
            finalization: finalization,
            changes: changes
        )
    }
}

extension TestChain {
    /// As a node would make it; nil when no finalization stands at or above the block.
    fileprivate func receipt(height: UInt64, index: Int) -> Receipt? {
        let place = Int(height) - 1
        guard let end = blocks[place...].firstIndex(where: \.justification.isFinalization) else { return nil }
        let block = blocks[place].block
        let item = block.transactions[index]
        let log = blocks[...place].flatMap { $0.block.transactions.map(\.leaf) }
        let logIndex = log.count - block.transactions.count + index
        return Receipt(
            network: network,
            id: item.id,
            fee: Amount(units: block.header.price * item.transaction.shares),
            signed: item.signed,
            logIndex: UInt64(logIndex),
            inclusionPath: Merkle.inclusionPath(index: UInt64(logIndex), leafHashes: log),
            headers: blocks[place...end].map(\.block.header),
            finalization: blocks[end].justification.certificate
        )
    }
}
