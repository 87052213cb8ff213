import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives

/// Messages full of numbers, without meaning.
struct Samples {
    static let network = NetworkID(genesisBytes: [1])

    struct Generator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 11 ^ state << 17
        }
    }

    var generator: Generator

    init(seed: UInt64) { generator = Generator(state: seed) }

    mutating func oneOfEach(listLength count: Int) -> [PeerMessage] {
        (0..<16).map { message($0, listLength: count) }
    }

    // MARK: - Values

    mutating func number() -> UInt64 {
        let next = generator.next()
        return [0, 1, .max, next, next >> 32, next >> 50][Int(next % 6)]
    }

    mutating func hash() -> Hash32 {
        Hash32(words: Words32(generator.next(), generator.next(), generator.next(), generator.next()))
    }

    mutating func hashes(_ count: Int) -> [Hash32] { (0..<count).map { _ in hash() } }
    mutating func signature() -> Signature { Signature(r: hash().words, s: hash().words) }

    mutating func body() -> VoteBody {
        let (epoch, view) = (Epoch(number()), View(number()))
        switch generator.next() % 3 {
        case 0: return .notarize(epoch: epoch, view: view, parentView: View(number()), block: hash())
        case 1: return .nullify(epoch: epoch, view: view)
        default: return .finalize(epoch: epoch, view: view, parentView: View(number()), block: hash())
        }
    }

    mutating func vote() -> Vote {
        Vote(body: body(), signer: UInt16(truncatingIfNeeded: number()), signature: signature())
    }

    mutating func certificate(_ count: Int) -> Certificate {
        Certificate(
            body: body(),
            signers: SignerBitmap(signers: Array(0..<count), of: 31),
            signatures: (0..<count).map { _ in signature() }
        )
    }

    mutating func why(_ count: Int) -> Justification {
        Justification(certificate: certificate(count), nullifications: (0..<count).map { _ in certificate(count) })
    }

    /// Of each of the three kinds.
    mutating func evidence() -> Evidence {
        let (epoch, view, signer) = (Epoch(number()), View(number()), UInt16(truncatingIfNeeded: number()))
        let finalize = VoteBody.finalize(epoch: epoch, view: view, parentView: View(number()), block: hash())
        let bodies: (VoteBody, VoteBody)
        switch generator.next() % 3 {
        case 0: bodies = (.nullify(epoch: epoch, view: view), finalize)
        case 1:
            bodies = (finalize, .finalize(epoch: epoch, view: view, parentView: View(number()), block: hash()))
        default:
            bodies = (
                .notarize(epoch: epoch, view: view, parentView: View(number()), block: hash()),
                .notarize(epoch: epoch, view: view, parentView: View(number()), block: hash())
            )
        }
        let one = Vote(body: bodies.0, signer: signer, signature: signature())
        let other = Vote(body: bodies.1, signer: signer, signature: signature())
        guard let evidence = Evidence(one, other) else { preconditionFailure("two votes that contradict each other") }
        return evidence
    }

    mutating func heldVotes(_ count: Int) -> HeldVotes {
        HeldVotes(epoch: Epoch(number()), finalView: View(number()), votes: (0..<count).map { _ in vote() })
    }

    mutating func blockRequest() -> BlockRequest { BlockRequest(hash: hash()) }

    mutating func syncRequest() -> SyncRequest {
        SyncRequest(
            fromHeight: Height(number()),
            blockCountMax: UInt32(truncatingIfNeeded: number()),
            maxBytes: UInt32(truncatingIfNeeded: number())
        )
    }

    mutating func syncResponse(_ count: Int) -> SyncResponse {
        SyncResponse(
            blocks: (0..<count).map { _ in JustifiedBlock(block: block(1), justification: why(count)) },
            headers: (0..<count).map { _ in header() },
            justifications: (0..<count).map { _ in why(1) },
            finalization: count == 0 ? nil : certificate(count)
        )
    }

    mutating func status() -> Status {
        Status(
            epoch: Epoch(number()),
            finalHeight: Height(number()),
            finalView: View(number()),
            finalHash: hash(),
            currentView: View(number()),
            wallClock: Milliseconds(number())
        )
    }

    mutating func header() -> Header {
        let ledger = LedgerHead(
            height: Height(number()),
            time: Milliseconds(number()),
            floor: number(),
            cost: number(),
            price: number(),
            shares: UInt32(truncatingIfNeeded: number()),
            transactionCount: UInt32(truncatingIfNeeded: number()),
            transactionBytes: UInt32(truncatingIfNeeded: number()),
            transactionsRoot: hash(),
            logSize: number(),
            logRoot: hash(),
            stateRoot: hash()
        )
        return Header(
            epoch: Epoch(number()),
            parent: hash(),
            proposer: UInt16(truncatingIfNeeded: number()),
            ledger: ledger,
            evidenceHash: hash(),
            changeHash: hash(),
            validatorsHash: hash(),
            nextValidatorsHash: hash()
        )
    }

    mutating func transactions(_ count: Int) -> [IdentifiedTransaction] {
        (0..<count).map { index in
            let payments = (0...index).map { _ in
                Payment(
                    payee: AccountID(PublicKey(words: hash().words)),
                    amount: Amount(units: number()),
                    reference: [UInt8](repeating: 7, count: index)
                )
            }
            let transaction = Transaction(
                payer: AccountID(PublicKey(words: hash().words)),
                nonce: number(),
                validUntil: Milliseconds(number()),
                maxPrice: number(),
                action: .pay(payments)
            )
            return IdentifiedTransaction(
                SignedTransaction(transaction: transaction, authorization: .owner(signature())),
                network: Self.network
            )
        }
    }

    mutating func block(_ count: Int) -> Block {
        Block(
            header: header(),
            network: Self.network,
            transactions: transactions(count),
            evidence: (0..<count).map { _ in evidence() },
            change: count == 2 ? [change()] : []
        )
    }

    mutating func proposal(_ count: Int) -> Proposal {
        Proposal(
            vote: vote(),
            header: header(),
            leaves: hashes(count),
            evidence: (0..<count).map { _ in evidence() },
            change: [],
            parentCertificate: count == 0 ? nil : certificate(count),
            nullifications: (0..<count).map { _ in certificate(count) }
        )
    }
}
