import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import LevelDBStorage
import Primitives
import Testing

/// What was committed comes back, after a restart as well.
@Suite struct CommitTests {
    let home: TemporaryHome
    var path: String { home.path + "/node" }

    init() throws { home = try TemporaryHome() }

    /// Thirty blocks: some empty, some with many payments, some after nullified views, some only notarized.
    func makeBlocks(_ chain: inout TestChain, _ count: Int = 30) throws -> [FinalBlock] {
        var blocks: [FinalBlock] = []
        for number in 0..<count {
            var transactions: [IdentifiedTransaction] = []
            for payer in 0..<(number % 4 == 3 ? 0 : number % 3 + 1) {
                let payees = (0..<(number % 5 + 1)).map { chain.stranger((number * 7 + $0 * payer) % 40) }
                transactions.append(chain.transaction(from: payer, to: payees))
            }
            blocks.append(
                try chain.extend(
                    transactions,
                    after: number % 12 == 7 ? 600_000 : 1_000,
                    skipping: UInt64(number % 3),
                    certifiedBy: number % 6 == 4 && number + 1 < count ? .notarize : .finalize
                )
            )
        }
        return blocks
    }

    func expectSame(_ ledger: Ledger, _ expected: Ledger) {
        #expect(ledger.head == expected.head)
        #expect(ledger.frontier == expected.frontier)
        #expect(ledger.accountCount() == expected.accountCount())
        for number in 0..<UInt32(expected.accountCount()) {
            #expect(
                ledger.account(numbered: AccountNumber(number)) == expected.account(numbered: AccountNumber(number))
            )
        }
        #expect(ledger.snapshot.replay == expected.snapshot.replay)
    }

    @Test(arguments: [1, 2, 7, 30]) func theLedgerComesBack(heightsPerCommit: Int) throws {
        var chain = try TestChain()
        let blocks = try makeBlocks(&chain)
        do {
            let store = try ChainStore.create(home: path, genesis: chain.genesis)
            _ = try store.load()
            for start in stride(from: 0, to: blocks.count, by: heightsPerCommit) {
                try store.add(Array(blocks[start..<min(start + heightsPerCommit, blocks.count)]))
                #expect(store.tip.height == blocks[min(start + heightsPerCommit, blocks.count) - 1].height)
            }
        }
        let store = try ChainStore.open(home: path, genesis: chain.genesis)
        let state = try store.load()
        expectSame(state.ledger, chain.ledger)
        #expect(state.tip == ChainTip(header: chain.header, hash: chain.hash, view: chain.view))
        #expect(state.justification == blocks.last?.block.justification)
        #expect(state.unfinalised.isEmpty)
        for block in blocks {
            #expect(try store.finalBlock(at: block.height) == block.block)
            #expect(try store.header(at: block.height) == block.block.block.header)
            #expect(try store.height(of: block.block.block.hash) == block.height)
            #expect(try store.block(block.block.block.hash) == block.block.block)
        }
        #expect(try store.finalBlock(at: store.tip.height.next) == nil)
    }

    @Test func everyTransactionIsFoundWhereItSettled() throws {
        var chain = try TestChain()
        let blocks = try makeBlocks(&chain, 12)
        let store = try ChainStore.create(home: path, genesis: chain.genesis)
        _ = try store.load()
        try store.add(blocks)
        for block in blocks {
            for (index, transaction) in block.block.block.transactions.enumerated() {
                let expected = Settlement(
                    height: block.height,
                    index: index,
                    price: block.block.block.header.price,
                    fee: block.delta.fee(of: transaction.transaction)
                )
                #expect(try store.settlement(of: transaction.id) == expected)
            }
        }
        #expect(try store.settlement(of: chain.transaction(from: 0, to: [chain.account(1)]).id) == nil)
    }

    @Test func everyNodeOfTheLogIsThere() throws {
        var chain = try TestChain()
        let blocks = try makeBlocks(&chain, 30)
        let store = try ChainStore.create(home: path, genesis: chain.genesis)
        _ = try store.load()
        try store.add(blocks)
        let leaves = blocks.flatMap { $0.block.block.transactions.map(\.leaf) }
        #expect(leaves.count > 32)
        for level in 0..<7 {
            let width = 1 << level
            for index in 0..<(leaves.count / width) {
                let expected = Merkle.root(leafHashes: Array(leaves[(index * width)..<((index + 1) * width)]))
                #expect(try store.logNode(level: level, index: UInt64(index)) == expected)
            }
            #expect(try store.logNode(level: level, index: UInt64(leaves.count / width)) == nil)
        }
    }

    @Test func whatIsStoredIsExactlyWhatThePureFunctionsSay() throws {
        var chain = try TestChain()
        let genesis = chain.ledger
        let header = chain.header
        let blocks = try makeBlocks(&chain, 20)
        let store = try ChainStore.create(home: path, genesis: chain.genesis)
        _ = try store.load()
        for block in blocks { try store.add(block) }
        var expected: [StoreKey: [UInt8]] = [:]
        for entry in StoreEntries.genesisEntries(genesis, header: header) { expected[entry.key] = entry.value }
        for block in blocks {
            for entry in StoreEntries.entries(of: block) { expected[entry.key] = entry.value }
        }
        let tip = StoreEntries.tip(
            height: chain.header.height,
            hash: chain.hash,
            frontier: chain.ledger.frontier
        )
        expected[tip.key] = tip.value
        var found: [StoreKey: [UInt8]] = [:]
        try store.forEachEntry { key, value in
            found[key] = value
            return true
        }
        let dropped = expected.keys.filter { found[$0] == nil }
        let isDropped = { (key: StoreKey) in
            guard case .replay(let validUntil, _) = key else { return false }
            return StoreEntries.isReplayOver(
                validUntil: validUntil,
                at: chain.header.time,
                lifetime: chain.genesis.parameters.maxLifetime
            )
        }
        #expect(!dropped.isEmpty)
        #expect(Set(dropped) == Set(expected.keys.filter(isDropped)))
        for key in dropped { expected[key] = nil }
        #expect(found == expected)
    }

    @Test func accountEntriesFollowTheTip() throws {
        var chain = try TestChain(payers: 40)
        var expected: [FinalBlock] = []
        do {
            let store = try ChainStore.create(home: path, genesis: chain.genesis)
            _ = try store.load()
            for number in 0..<300 {
                let transaction = chain.transaction(
                    from: number % 40,
                    to: [chain.stranger(number % 90), chain.account(number % 7)]
                )
                let block = try chain.extend([transaction])
                try store.add(block)
                expected.append(block)
                // A restart in the middle of a sweep begins it anew.
                if number == 140 { break }
            }
        }
        do {
            let store = try ChainStore.open(home: path, genesis: chain.genesis)
            expectSame(try store.load().ledger, chain.ledger)
            for number in 141..<300 {
                let block = try chain.extend([chain.transaction(from: number % 40, to: [chain.stranger(number)])])
                try store.add(block)
            }
            let entries = try store.accountEntries()
            #expect(entries.snapshot > Height(128))
            #expect(entries.snapshot <= store.tip.height)
            // Each entry equals its account at its own last touch, and contains every touch at or below W.
            let touches = try (1...store.tip.height.number).map { try store.touches(at: Height($0)).map(\.touch) }
            for (number, account) in entries.accounts.enumerated() {
                let own = touches.enumerated().flatMap { height, touches in
                    touches.filter { Int($0.number.value) == number }.map { (height: height + 1, touch: $0) }
                }
                let last = own.last { UInt64($0.height) <= entries.snapshot.number }
                #expect(account.touched.number >= UInt64(last?.height ?? 0))
                let at = own.first { UInt64($0.height) == account.touched.number }
                #expect(account.touched == .zero || account.balance == at?.touch.balance)
            }
        }
        let store = try ChainStore.open(home: path, genesis: chain.genesis)
        expectSame(try store.load().ledger, chain.ledger)
    }

    @Test func historyIsAChainOfTouches() throws {
        var chain = try TestChain()
        let store = try ChainStore.create(home: path, genesis: chain.genesis)
        _ = try store.load()
        for number in 0..<10 {
            let payees = number % 3 == 0 ? [chain.stranger(1)] : []
            try store.add(
                try chain.extend(payees.isEmpty ? [] : [chain.transaction(from: 0, to: payees)])
            )
        }
        let number = try #require(chain.ledger.account(chain.stranger(1))?.number)
        var heights: [UInt64] = []
        var next = chain.ledger.account(numbered: number)?.touched
        while let height = next, height > .zero {
            heights.append(height.number)
            next = try store.touches(at: height).first { $0.touch.number == number }?.touch.touchedBefore
        }
        #expect(heights == [10, 7, 4, 1])
    }

    @Test func evidenceIsKeptWhetherGossipedOrOnChain() throws {
        var chain = try TestChain()
        let first = try #require(chain.evidence(view: 7))
        let second = try #require(chain.evidence(view: 8))
        do {
            let store = try ChainStore.create(home: path, genesis: chain.genesis)
            _ = try store.load()
            try store.storeEvidence([first])
            // One for an epoch and signer is enough.
            try store.storeEvidence([second])
            #expect(try store.evidence() == [first])
        }
        let store = try ChainStore.open(home: path, genesis: chain.genesis)
        let stored = try store.load()
        #expect(stored.evidence == [first])
        // Who stands accused on the chain must not depend on what this node heard.
        #expect(stored.shownEvidence == [])
        // What stands on chain counts: every node shows the same.
        try store.add(try chain.extend(evidence: [second]))
        #expect(try store.evidence() == [second])
        #expect(try store.shownEvidence() == [second])
        #expect(try store.finalBlock(at: Height(1))?.block.evidence == [second])
    }
}

extension ChainStore {
    func accountEntries() throws -> (snapshot: Height, accounts: [StoredAccount]) {
        var accounts: [StoredAccount] = []
        var snapshot = Height.zero
        try forEachEntry { (key, value) throws(StorageError) in
            do throws(StoreDamage) {
                if key.space == .accounts {
                    accounts.append(try StoreValue.open(StoredAccount.self, value, under: key))
                }
                if key == .snapshot { snapshot = try StoreValue.open(StoredHeight.self, value, under: key).height }
            } catch {
                throw .damaged(error)
            }
            return true
        }
        return (snapshot, accounts)
    }
}
