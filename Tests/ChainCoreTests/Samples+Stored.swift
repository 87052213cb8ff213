import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives

// What a network begins with, what a disk holds.
extension Samples {
    mutating func accountID() -> AccountID { AccountID(key()) }

    /// Canonical and not of small order, as far as a hash can be.
    mutating func key() -> PublicKey {
        var words = hash().words
        words.fourth &= UInt64(bigEndian: 0xFFFF_FFFF_FFFF_FF3F)
        return PublicKey(words: words)
    }

    mutating func text(_ characters: ClosedRange<UInt8>, count: Int) -> String {
        let width = UInt64(characters.upperBound - characters.lowerBound) + 1
        return String(
            decoding: (0..<count).map { _ in characters.lowerBound + UInt8(generator.next() % width) },
            as: UTF8.self
        )
    }

    mutating func validator() -> Validator {
        Validator(
            name: text(0x20...0x7E, count: 1 + Int(generator.next() % 12)),
            consensusKey: key(),
            nodeKey: key(),
            noteKey: key(),
            payoutAccount: accountID()
        )
    }

    mutating func change() -> ValidatorChange {
        let count = 1 + Int(generator.next() % 3)
        return ValidatorChange(
            epoch: Epoch(number()),
            validators: (0..<count).map { _ in validator() },
            recentBlock: hash(),
            approvals: SignerBitmap(signers: Array(0..<count), of: 10),
            approvalSignatures: (0..<count).map { _ in signature() },
            joiningSignatures: (0..<count).map { _ in signature() }
        )
    }

    mutating func genesis() -> Genesis {
        var parameters = Parameters.defaults
        parameters.unit = text(0x21...0x7E, count: 1 + Int(generator.next() % 16))
        parameters.decimals = UInt8(generator.next() % 19)
        parameters.accountPrefix = text(0x61...0x7A, count: 1 + Int(generator.next() % 16))
        parameters.openingMinimum = Amount(units: number())
        parameters.maxLifetime = Milliseconds(max(1, number()))
        parameters.maxPaymentsPerTransaction = 1 + UInt32(generator.next() % 1_000)
        parameters.maxBlockShares = parameters.maxPaymentsPerTransaction + 1 + UInt32(generator.next() % 100_000)
        parameters.blockCost = number()
        parameters.priceCap = generator.next() >> 32
        parameters.priceFloor = parameters.priceCap / (1 + generator.next() % 9)
        parameters.reserveTarget = Amount(units: number())
        parameters.payoutInterval = Milliseconds(max(1, number()))
        parameters.payoutMaximum = Amount(units: number())
        parameters.maxBlockBytes = 1 + UInt32(generator.next() % (64 << 20))
        parameters.minBlockInterval = Milliseconds(number())
        let validators = (0...(generator.next() % 4)).map { _ in validator() }
            .sorted { $0.consensusKey < $1.consensusKey }
        do throws(GenesisError) {
            return try Genesis(
                parameters: parameters,
                time: Milliseconds(number()),
                accounts: (0..<(generator.next() % 4)).map { _ in
                    GenesisAccount(id: accountID(), balance: Amount(units: generator.next() >> 4))
                },
                validators: validators
            )
        } catch {
            preconditionFailure("every value keeps to its rule: \(error)")
        }
    }

    mutating func frontier() -> LogFrontier {
        var frontier = LogFrontier()
        for _ in 0..<(generator.next() % 20) { frontier.append(leafHash: hash()) }
        return frontier
    }

    mutating func accountNumber() -> AccountNumber { AccountNumber(UInt32(truncatingIfNeeded: number())) }

    mutating func storedBlock() -> StoredBlock {
        let pages = (0..<(generator.next() % 3)).map { _ in TouchPageMark(first: accountNumber(), hash: hash()) }
        return StoredBlock(
            header: header(),
            hash: hash(),
            bodyView: View(number()),
            justification: why(Int(generator.next() % 3)),
            pages: pages
        )
    }

    mutating func storedReplay() -> StoredReplay {
        let entries = (0...(generator.next() % 5)).map { _ in
            ReplayEntry(
                payer: accountNumber(),
                nonce: number(),
                validUntil: Milliseconds(number()),
                id: TransactionID(words: hash().words)
            )
        }
        guard let replay = StoredReplay(entries) else { preconditionFailure("there is an entry") }
        return replay
    }

    /// A height of its own, and touches in the order of their accounts.
    mutating func touches() -> (height: Height, touches: [StoredTouch]) {
        let height = Height(1 + generator.next() >> 20)
        var next: UInt32 = 0
        let touches = (0...(generator.next() % 6)).map { _ in
            next += 1 + UInt32(generator.next() % 1_000)
            return StoredTouch(
                number: AccountNumber(next),
                balance: Amount(units: number()),
                touchedBefore: generator.next() % 4 == 0 ? nil : Height(generator.next() % height.number)
            )
        }
        return (height, touches)
    }

    mutating func storeKey() -> StoreKey {
        switch generator.next() % 14 {
        case 0: .body(epoch: Epoch(number()), view: View(number()), hash: hash())
        case 1: .certificate(epoch: Epoch(number()), view: View(number()), kind: .notarize, block: hash())
        case 2: .certificate(epoch: Epoch(number()), view: View(number()), kind: .finalize, block: hash())
        case 3: .nullification(epoch: Epoch(number()), view: View(number()))
        case 4: .block(Height(number()))
        case 5: .touches(Height(number()), page: UInt32(truncatingIfNeeded: number()))
        case 6: .account(accountNumber())
        case 7: [.snapshot, .tip, .genesis][Int(generator.next() % 3)]
        case 8: .settlement(TransactionID(words: hash().words))
        case 9: .height(hash())
        case 10: .replay(validUntil: Milliseconds(number()), Height(number()))
        case 11: .logNode(level: UInt8(truncatingIfNeeded: number()), index: number())
        case 12: .evidence(epoch: Epoch(number()), signer: UInt16(truncatingIfNeeded: number()))
        default: .block(Height(number() & 0xFFFF))
        }
    }

    mutating func voteLogRecord() -> VoteLogRecord {
        VoteLogRecord(
            generation: number(),
            sequence: number(),
            batchFirst: number(),
            content: generator.next() % 4 == 0 ? .finalView(View(number())) : .vote(vote())
        )
    }

    mutating func voteLog() -> VoteLogImage {
        let header = VoteLogHeader(
            generation: number(),
            network: NetworkID(words: hash().words),
            key: key(),
            epoch: Epoch(number()),
            finalView: View(number()),
            firstSequence: number()
        )
        return VoteLogImage(header: header, records: (0..<(generator.next() % 3)).map { _ in voteLogRecord() })
    }
}
