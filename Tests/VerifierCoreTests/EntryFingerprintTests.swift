import Primitives
import Testing
import VerifierCore

@Suite struct EntryFingerprintTests {
    private let entries: [(key: [UInt8], value: [UInt8])] = (0..<20).map { (key: [0x74, $0], value: [$0, $0 + 1, 7]) }

    private func fingerprint(
        _ entries: [(key: [UInt8], value: [UInt8])],
        secret: UInt64 = 9
    ) -> EntryFingerprint {
        var fingerprint = EntryFingerprint(secret: Hash32(words: Words32(secret, 0, 0, 0)))
        for entry in entries { fingerprint.add(key: entry.key, value: entry.value) }
        return fingerprint
    }

    @Test func isTheSameInAnyOrder() {
        #expect(fingerprint(entries) == fingerprint(entries.reversed()))
        #expect(fingerprint(entries).count == 20)
    }

    @Test func differsWithEachEntryThatIsMissing() {
        for index in entries.indices {
            var fewer = entries
            fewer.remove(at: index)
            #expect(fingerprint(fewer) != fingerprint(entries))
        }
    }

    @Test func differsWithEachBitOfAKeyOrAValue() {
        for bit in 0..<8 {
            var changed = entries
            changed[5].value[1] ^= 1 << bit
            #expect(fingerprint(changed) != fingerprint(entries))
            changed = entries
            changed[5].key[1] ^= 1 << bit
            #expect(fingerprint(changed) != fingerprint(entries))
        }
    }

    @Test func twoValuesThatChangePlacesAreSeen() {
        var swapped = entries
        (swapped[2].value, swapped[3].value) = (swapped[3].value, swapped[2].value)
        #expect(fingerprint(swapped) != fingerprint(entries))
    }

    @Test func aByteThatMovesFromKeyToValueIsSeen() {
        #expect(fingerprint([(key: [1, 2], value: [3])]) != fingerprint([(key: [1], value: [2, 3])]))
    }

    @Test func nobodyWhoLacksTheSecretKnowsIt() {
        #expect(fingerprint(entries, secret: 9) != fingerprint(entries, secret: 10))
    }
}
