import ChainCore
import LedgerCore
import Primitives

/// Keeps the account entries behind the tip by a bounded number of blocks, a slice with every batch (spec 5.4).
///
/// Accounts touched since a sweep began wait in `touched`. A sweep writes what was waiting when it began, in the order of
/// the numbers; the batch that writes its last slice says so in `m/snapshot`. So no block pays for many accounts, and a
/// start replays few blocks.
struct AccountRefresh: Sendable {
    /// W: each account's entry contains every touch at or below it.
    private(set) var snapshot: Height
    private var touched: [AccountNumber: StoredAccount] = [:]
    private var sweep: Sweep?

    private struct Sweep {
        /// W once it is done.
        let target: Height
        let accounts: [(number: AccountNumber, account: StoredAccount)]
        var written = 0
    }

    /// A sweep begins after this many blocks, or when this many accounts wait.
    private static let blocksMax: UInt64 = 128
    private static let accountsMax = 65_536
    /// A sweep is spread over this many blocks.
    private static let slices = 32
    private static let sliceMin = 512

    init(snapshot: Height) { self.snapshot = snapshot }

    mutating func touch(_ number: AccountNumber, _ account: StoredAccount) { touched[number] = account }

    /// What to write in the batch of `tip`, after all touches up to it were noted.
    mutating func entries(at tip: Height, blockCount: Int) -> [StoreEntry] {
        var entries: [StoreEntry] = []
        let isFull = touched.count >= Self.accountsMax
        if sweep != nil { entries += advance(by: isFull ? .max : blockCount) }
        if sweep == nil, isFull || tip.number - snapshot.number >= Self.blocksMax {
            let accounts = touched.map { (number: $0.key, account: $0.value) }.sorted { $0.number < $1.number }
            touched = [:]
            sweep = Sweep(target: tip, accounts: accounts)
            entries += advance(by: blockCount)
        }
        return entries
    }

    private mutating func advance(by blockCount: Int) -> [StoreEntry] {
        guard var current = sweep else { return [] }
        let slice = max(Self.sliceMin, current.accounts.count / Self.slices)
        let (wanted, overflow) = slice.multipliedReportingOverflow(by: blockCount)
        let end = overflow ? current.accounts.count : min(current.accounts.count, current.written + wanted)
        var entries = current.accounts[current.written..<end].map { number, account in
            StoreEntry(.account(number), sealing: account)
        }
        current.written = end
        sweep = current
        if end == current.accounts.count {
            entries.append(StoreEntry(.snapshot, sealing: StoredHeight(current.target)))
            snapshot = current.target
            sweep = nil
        }
        return entries
    }
}
