import ConsensusCore
package import Cryptography
package import LedgerCore
package import Primitives

/// One key of the store and its value.
package struct StoreEntry: Hashable, Sendable {
    package let key: StoreKey
    package let value: [UInt8]

    package init(key: StoreKey, value: [UInt8]) {
        self.key = key
        self.value = value
    }

    package init(_ key: StoreKey, sealing value: some WireCodable) {
        self.init(key: key, value: StoreValue.sealed(value, under: key))
    }
}

/// What lies in the store, as functions of what it stores: the node writes it, `verify` compares it (spec 5).
package enum StoreEntries {
    /// Log nodes below this level aren't stored: sixteen leaves are read from the blocks that hold them.
    package static let logLevelMin = 4

    /// Everything that a final block adds: `h d x w l e t`, and `s` for the accounts that it opened.
    ///
    /// In the order of the lists of the block, for the same block always the same. Time proportional to its transactions
    /// and touches. A replay record is dropped when its time is over; all others stay for ever.
    package static func entries(of final: FinalBlock) -> [StoreEntry] {
        entriesButSettlements(of: final) + settlements(of: final.block.block)
    }

    /// The same without `t`.
    package static func entriesButSettlements(of final: FinalBlock) -> [StoreEntry] {
        let block = final.block.block
        let height = block.height
        let pages = StoredTouchPage.pages(of: final.delta.touched.map(StoredTouch.init), at: height)
        let stored = StoredBlock(
            header: block.header,
            hash: block.hash,
            bodyView: final.bodyView,
            justification: final.block.justification,
            pages: pages.map(\.mark)
        )
        var entries = [StoreEntry(.block(height), sealing: stored)]
        entries.append(StoreEntry(.height(block.hash), sealing: StoredHeight(height)))
        for page in pages { entries.append(StoreEntry(key: page.key, value: page.value)) }
        for account in final.delta.touched where account.isOpened {
            let opened = StoredAccount(id: account.id, balance: account.balance, touched: height)
            entries.append(StoreEntry(.account(account.number), sealing: opened))
        }
        if let replay = StoredReplay(final.delta.replay) {
            entries.append(StoreEntry(.replay(validUntil: replay.validUntil, height), sealing: replay))
        }
        for node in final.delta.logNodes where node.level >= logLevelMin {
            let key = StoreKey.logNode(level: UInt8(node.level), index: node.index)
            entries.append(StoreEntry(key, sealing: StoredLogNode(node.hash)))
        }
        for evidence in block.evidence {
            entries.append(StoreEntry(.evidence(epoch: evidence.epoch, signer: evidence.signer), sealing: evidence))
        }
        return entries
    }

    /// Where each transaction of a block settled, in the order of the block.
    package static func settlements(of block: Block) -> [StoreEntry] {
        block.transactions.enumerated().map { index, transaction in
            let settlement = StoredSettlement(
                height: block.height,
                index: UInt64(index),
                shares: transaction.transaction.shares
            )
            return StoreEntry(.settlement(transaction.id), sealing: settlement)
        }
    }

    /// What a home holds before its first block: the accounts of genesis, W = 0, block 0's header as the tip.
    package static func genesisEntries(_ ledger: Ledger, header: Header) -> [StoreEntry] {
        var entries: [StoreEntry] = []
        for number in 0..<UInt32(ledger.accountCount()) {
            guard let account = ledger.account(numbered: AccountNumber(number)) else {
                preconditionFailure("accounts are numbered without gaps")
            }
            let stored = StoredAccount(id: account.id, balance: account.balance, touched: .zero)
            entries.append(StoreEntry(.account(AccountNumber(number)), sealing: stored))
        }
        entries.append(StoreEntry(.snapshot, sealing: StoredHeight(.zero)))
        entries.append(StoreEntry(.genesis, sealing: header))
        let hash = header.hash(network: ledger.genesis.networkID)
        entries.append(tip(height: .zero, hash: hash, frontier: ledger.frontier))
        return entries
    }

    package static func tip(height: Height, hash: Hash32, frontier: LogFrontier) -> StoreEntry {
        StoreEntry(.tip, sealing: StoredTip(height: height, hash: hash, frontier: frontier))
    }

    /// Whether a replay record may be dropped: block time has passed its validUntil by more than a lifetime (spec 2.3).
    package static func isReplayOver(
        validUntil: Milliseconds,
        at time: Milliseconds,
        lifetime: Milliseconds
    ) -> Bool {
        time > validUntil.adding(lifetime)
    }
}
