import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives
import Testing

/// What lies in the store, byte by byte, without a store.
@Suite struct StoreFormatTests {
    static let hash = Hash32(words: Words32(1, 2, 3, 4))

    static let keys: [(StoreKey, String, text: String)] = [
        (
            .body(epoch: Epoch(1), view: View(258), hash: hash),
            "62" + "0000000000000001" + "0000000000000102" + hash.hex, "b/1/258/\(hash.hex)"
        ),
        (
            .certificate(epoch: .zero, view: View(3), kind: .finalize, block: hash),
            "6e" + "0000000000000000" + "0000000000000003" + "02" + hash.hex, "n/0/3/2/\(hash.hex)"
        ),
        (.nullification(epoch: .zero, view: View(3)), "7a" + "0000000000000000" + "0000000000000003", "z/0/3"),
        (.block(Height(48_211)), "68" + "000000000000bc53", "h/48211"),
        (.touches(Height(2), page: 3), "64" + "0000000000000002" + "00000003", "d/2/3"),
        (.account(AccountNumber(7)), "73" + "00000007", "s/7"),
        (.snapshot, "6d00", "m/snapshot"),
        (.tip, "6d01", "m/tip"),
        (.genesis, "6d02", "m/genesis"),
        (.settlement(TransactionID(words: hash.words)), "74" + hash.hex, "t/\(hash.hex)"),
        (.height(hash), "78" + hash.hex, "x/\(hash.hex)"),
        (.replay(validUntil: Milliseconds(9), Height(2)), "77" + "0000000000000009" + "0000000000000002", "w/9/2"),
        (.logNode(level: 4, index: 5), "6c" + "04" + "0000000000000005", "l/4/5"),
        (.evidence(epoch: Epoch(1), signer: 3), "65" + "0000000000000001" + "0003", "e/1/3"),
    ]

    @Test func keysHaveTheirBytesTheirTextAndTheirWayBack() {
        for (key, bytes, text) in Self.keys {
            #expect(Hex.encode(key.bytes) == bytes, "\(key)")
            #expect(StoreKey(bytes: key.bytes) == key)
            #expect(key.description == text)
            #expect(StoreKey(bytes: key.bytes + [0]) == nil)
            #expect(StoreKey(bytes: key.bytes.dropLast()) == nil)
            let bounds = key.space.bounds
            #expect(bounds.lower.lexicographicallyPrecedes(key.bytes))
            #expect(key.bytes.lexicographicallyPrecedes(bounds.upper))
        }
        #expect(Set(Self.keys.map(\.0.space)) == Set(StoreKey.Space.allCases))
        #expect(StoreKey(bytes: []) == nil)
        #expect(StoreKey(bytes: [0x6D, 3]) == nil)
        // A nullify is no certificate key's kind.
        let nullify = Array(StoreKey.certificate(epoch: .zero, view: .zero, kind: .notarize, block: .zero).bytes)
        var bytes = nullify
        bytes[17] = 1
        #expect(StoreKey(bytes: bytes) == nil)
    }

    @Test func keysAscendWithTheirNumbers() {
        let heights: [UInt64] = [0, 1, 255, 256, 65_535, 65_536, .max]
        let keys = heights.map { StoreKey.block(Height($0)).bytes }
        for (lower, upper) in zip(keys, keys.dropFirst()) { #expect(lower.lexicographicallyPrecedes(upper)) }
    }

    // MARK: - Seals

    @Test func anyChangedByteOfASealedValueIsNoticed() throws {
        let key = StoreKey.account(AccountNumber(5))
        let account = StoredAccount(
            id: AccountID(words: Self.hash.words),
            balance: Amount(units: 77),
            touched: Height(3)
        )
        let sealed = StoreValue.sealed(account, under: key)
        #expect(try StoreValue.open(StoredAccount.self, sealed, under: key) == account)
        for position in sealed.indices {
            for bit in UInt8(0)..<8 {
                var bad = sealed
                bad[position] ^= 1 << bit
                #expect(throws: StoreDamage(key, "the value doesn't match its seal")) {
                    try StoreValue.open(StoredAccount.self, bad, under: key)
                }
            }
        }
        for length in 0..<sealed.count {
            #expect(throws: StoreDamage.self) {
                try StoreValue.open(StoredAccount.self, Array(sealed.prefix(length)), under: key)
            }
        }
        #expect(throws: StoreDamage.self) {
            try StoreValue.open(StoredAccount.self, sealed, under: .account(AccountNumber(6)))
        }
    }

    @Test func theSealIsTheFirstEightBytesOfTheHashOverKeyAndValue() {
        let key = StoreKey.snapshot
        let sealed = StoreValue.sealed(StoredHeight(Height(258)), under: key)
        let hash = SHA256.hash(key.bytes + [2, 1, 0, 0, 0, 0, 0, 0])
        #expect(sealed == [2, 1, 0, 0, 0, 0, 0, 0] + hash.bytes.prefix(8))
    }

    // MARK: - Small records

    @Test(arguments: [0, 1, 127, 128, 16_383, 16_384, 1 << 63, UInt64.max])
    func settlementsAreCompact(_ number: UInt64) throws {
        let settlement = StoredSettlement(height: Height(number), index: number, shares: number)
        #expect(try StoredSettlement(decodingAll: settlement.encoded()) == settlement)
        let width = number == 0 ? 1 : (64 - number.leadingZeroBitCount + 6) / 7
        #expect(settlement.encoded().count == 3 * width)
    }

    @Test(arguments: [[0x80, 0, 0, 0], [0x80, 0x80], [0x81, 0x80, 0x00, 0, 0]] as [[UInt8]])
    func compactNumbersHaveOneForm(_ bytes: [UInt8]) {
        #expect(throws: WireError.self) { try StoredSettlement(decodingAll: bytes) }
    }

    @Test func aCompactNumberBeyondSixtyFourBitsIsRefused() {
        let tooLarge = [UInt8](repeating: 0xFF, count: 9) + [2]
        #expect(throws: WireError.self) { try StoredSettlement(decodingAll: tooLarge + [0, 0]) }
    }

    @Test func replayRecordsKeepTheOrderOfTheBlock() throws {
        let entries = [(3, 500), (1, 900), (3, 20)].map { payer, validUntil in
            ReplayEntry(
                payer: AccountNumber(payer),
                nonce: 7,
                validUntil: Milliseconds(validUntil),
                id: TransactionID(words: Self.hash.words)
            )
        }
        let record = try #require(StoredReplay(entries))
        #expect(record.validUntil == Milliseconds(900))
        let read = try StoredReplay(decodingAll: record.encoded())
        #expect(read.entries == entries)
        #expect(StoredReplay([]) == nil)
        #expect(throws: WireError.self) { try StoredReplay(decodingAll: [0, 0, 0, 0, 0, 0, 0, 0, 0]) }
    }

    @Test func aReplayRecordIsOverOnlyAfterALifetime() {
        let isOver = { StoreEntries.isReplayOver(validUntil: Milliseconds(100), at: $0, lifetime: Milliseconds(50)) }
        #expect(!isOver(Milliseconds(150)))
        #expect(isOver(Milliseconds(151)))
        #expect(
            !StoreEntries.isReplayOver(
                validUntil: Milliseconds(.max),
                at: Milliseconds(.max),
                lifetime: Milliseconds(50)
            )
        )
    }

    // MARK: - Touches

    func touches(_ count: UInt32) -> [StoredTouch] {
        (0..<count).map { index in
            StoredTouch(
                number: AccountNumber(index * index),
                balance: Amount(units: UInt64(index) << 40 | 5),
                touchedBefore: index % 3 == 0 ? nil : Height(UInt64(index % 100))
            )
        }
    }

    @Test(arguments: [0, 1, 511, 512, 513, 1_500] as [UInt32]) func pagesComeBack(_ count: UInt32) throws {
        let height = Height(1_000)
        let touches = touches(count)
        let pages = StoredTouchPage.pages(of: touches, at: height)
        #expect(pages.count == (Int(count) + 511) / 512)
        var read: [StoredTouch] = []
        for page in pages {
            let part = try StoredTouchPage.open(page.value, under: page.key, at: height, mark: page.mark)
            #expect(part.first?.number == page.mark.first)
            read += part
        }
        #expect(read == touches)
    }

    @Test func aChangedOrMisplacedPageIsNoticed() throws {
        let height = Height(1_000)
        let pages = StoredTouchPage.pages(of: touches(600), at: height)
        for position in pages[1].value.indices {
            var bad = pages[1].value
            bad[position] ^= 2
            #expect(throws: StoreDamage.self) {
                try StoredTouchPage.open(bad, under: pages[1].key, at: height, mark: pages[1].mark)
            }
        }
        #expect(throws: StoreDamage.self) {
            try StoredTouchPage.open(pages[0].value, under: pages[1].key, at: height, mark: pages[1].mark)
        }
        #expect(throws: StoreDamage.self) {
            try StoredTouchPage.open(pages[0].value, under: pages[1].key, at: height, mark: pages[0].mark)
        }
    }

    @Test func genesisTouchesAndOpeningsDiffer() throws {
        let rows: [StoredTouch] = [
            StoredTouch(number: AccountNumber(0), balance: .zero, touchedBefore: .zero),
            StoredTouch(number: AccountNumber(.max), balance: Amount(units: .max), touchedBefore: nil),
        ]
        let page = try #require(StoredTouchPage.pages(of: rows, at: Height(1)).first)
        #expect(try StoredTouchPage.open(page.value, under: page.key, at: Height(1), mark: page.mark) == rows)
    }
}
