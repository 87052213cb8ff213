import ChainCore
import ConsensusCore
import Cryptography
import LedgerCore
import Primitives

// What lies on a disk that may lie: entries of the store, under seals that a forger would compute as well.

extension Format {
    /// The length of the key, the key, then the value without its seal.
    static let storeEntry = Format(
        "store-entry",
        byteCountMax: 8_192,
        check: .pure { bytes throws(BrokenPromise) in
            guard let length = bytes.first else { return .refused }
            let keyBytes = Array(bytes.dropFirst().prefix(Int(length)))
            let payload = Array(bytes.dropFirst(1 + Int(length)))
            guard let key = StoreKey(bytes: keyBytes) else { return .refused }
            try promise(key.bytes == keyBytes, "a key is written with other bytes than it was read from")
            _ = key.description
            let again: [UInt8]?
            do throws(StoreDamage) {
                again = try Stores.written(payload, under: key)
            } catch {
                _ = error.description
                return .refused
            }
            try promise(again.map { $0 == payload } ?? true, "\(key) is written with other bytes than it holds")
            return .accepted
        },
        seeds: Stores.seeds
    )
}

private enum Stores {
    /// Opens a value as what its key says it is, and answers what a node that holds it would write, without the seal.
    ///
    /// Nil for more touches than a node ever puts into one page.
    static func written(_ payload: [UInt8], under key: StoreKey) throws(StoreDamage) -> [UInt8]? {
        switch key {
        case .body(let epoch, let view, _): try body(payload, epoch, view)
        case .certificate, .nullification: try reopened(Certificate.self, payload, under: key)
        case .block: try reopened(StoredBlock.self, payload, under: key)
        case .touches(let height, _): try touches(payload, under: key, at: height)
        case .account: try reopened(StoredAccount.self, payload, under: key)
        case .snapshot, .height: try reopened(StoredHeight.self, payload, under: key)
        case .tip: try reopened(StoredTip.self, payload, under: key)
        case .genesis: try reopened(Header.self, payload, under: key)
        case .settlement: try reopened(StoredSettlement.self, payload, under: key)
        case .replay: try reopened(StoredReplay.self, payload, under: key)
        case .logNode: try reopened(StoredLogNode.self, payload, under: key)
        case .evidence: try reopened(Evidence.self, payload, under: key)
        }
    }

    private static func reopened<Value: WireCodable>(
        _ type: Value.Type,
        _ payload: [UInt8],
        under key: StoreKey
    ) throws(StoreDamage) -> [UInt8] {
        let sealed = StoreValue.sealed(payload, under: key.bytes)
        return try StoreValue.open(type, sealed, under: key).encoded()
    }

    /// The key names the header's hash, as a forger would see to.
    private static func body(_ payload: [UInt8], _ epoch: Epoch, _ view: View) throws(StoreDamage) -> [UInt8] {
        let named: Block
        do throws(WireError) {
            named = try Block(decodingAll: payload, network: Samples.network)
        } catch {
            throw StoreDamage(key: "b", what: "not a block: \(error)")
        }
        let key = StoreKey.body(epoch: epoch, view: view, hash: named.hash)
        let sealed = StoreValue.sealed(payload, under: key.bytes)
        try StoredBody.checkSeal(sealed, under: key)
        let block = try StoredBody.open(sealed, under: key, hash: named.hash, network: Samples.network)
        return StoredBody.sealed(block, under: key) == sealed ? payload : block.encoded()
    }

    private static func touches(_ page: [UInt8], under key: StoreKey, at height: Height) throws(StoreDamage) -> [UInt8]?
    {
        let mark = TouchPageMark(first: AccountNumber(0), hash: SHA256.hash(key.bytes + page))
        let touches = try StoredTouchPage.open(page, under: key, at: height, mark: mark)
        let pages = StoredTouchPage.pages(of: touches, at: height)
        return pages.count > 1 ? nil : pages.first?.value ?? []
    }

    static func seeds() -> [Seed] {
        let settled = TestNetwork.shared.block
        let block = settled.block
        let frontier = TestNetwork.shared.ledger.frontier
        let replay = block.transactions.enumerated().map { index, transaction in
            ReplayEntry(
                payer: AccountNumber(UInt32(index) + 1),
                nonce: transaction.transaction.nonce,
                validUntil: transaction.transaction.validUntil.subtracting(Milliseconds(UInt64(index))),
                id: transaction.id
            )
        }
        let touched = [0, 1, 5].map {
            StoredTouch(
                number: AccountNumber($0),
                balance: Amount(units: 1_000 * UInt64($0)),
                touchedBefore: $0 == 5 ? nil : Height(0)
            )
        }
        let pages = StoredTouchPage.pages(of: touched, at: block.height)
        let stored = StoredBlock(
            header: block.header,
            hash: block.hash,
            bodyView: View(1),
            justification: settled.justification,
            pages: pages.map(\.mark)
        )
        let account = StoredAccount(
            id: AccountID(TestNetwork.shared.payers[0].publicKey),
            balance: Amount(units: 5),
            touched: Height(1)
        )
        let evidence = Samples.accusation
        var seeds: [Seed] = [
            entry("body", .body(epoch: .zero, view: View(1), hash: block.hash), block.encoded()),
            entry(
                "certificate",
                .certificate(epoch: .zero, view: View(1), kind: .finalize, block: block.hash),
                settled.justification.certificate.encoded()
            ),
            entry(
                "nullification",
                .nullification(epoch: .zero, view: View(2)),
                Samples.certificate(.nullify(epoch: .zero, view: View(2))).encoded()
            ),
            entry("block", .block(block.height), stored.encoded()),
            entry("account", .account(AccountNumber(1)), account.encoded()),
            entry("snapshot", .snapshot, StoredHeight(.zero).encoded()),
            entry("tip", .tip, StoredTip(height: block.height, hash: block.hash, frontier: frontier).encoded()),
            entry("genesis", .genesis, TestNetwork.shared.genesisBlock.header.encoded()),
            entry(
                "settlement",
                .settlement(block.transactions[0].id),
                StoredSettlement(height: block.height, index: 0, shares: 2).encoded()
            ),
            entry("height", .height(block.hash), StoredHeight(block.height).encoded()),
            entry("log-node", .logNode(level: 4, index: 0), StoredLogNode(block.header.logRoot).encoded()),
            entry("evidence", .evidence(epoch: evidence.epoch, signer: evidence.signer), evidence.encoded()),
        ]
        for page in pages { seeds.append(entry("touches", page.key, page.value)) }
        if let record = StoredReplay(replay) {
            seeds.append(entry("replay", .replay(validUntil: record.validUntil, block.height), record.encoded()))
        }
        return seeds
    }

    private static func entry(_ name: String, _ key: StoreKey, _ payload: [UInt8]) -> Seed {
        Seed(name, [UInt8(key.bytes.count)] + key.bytes + payload)
    }
}
