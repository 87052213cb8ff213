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
    private var touched = AccountGroups()
    private var sweep: Sweep?

    private struct Sweep {
        /// W once it is done.
        let target: Height
        var rest: AccountGroups
        let groupsPerBlock: Int
    }

    /// A sweep begins after this many blocks, or when this many accounts wait: about 25 MB.
    private static let blocksMax: UInt64 = 128
    private static let accountsMax = 262_144
    /// A sweep is spread over this many blocks.
    private static let slices = 32

    init(snapshot: Height) { self.snapshot = snapshot }

    mutating func touch(_ number: AccountNumber, _ account: StoredAccount) { touched.insert(account, number: number) }

    /// What to write in the batch of `tip`, after all touches up to it were noted.
    mutating func entries(at tip: Height, blockCount: Int) -> [StoreEntry] {
        var entries: [StoreEntry] = []
        let isFull = touched.count >= Self.accountsMax
        if sweep != nil { entries += advance(by: isFull ? nil : blockCount) }
        if sweep == nil, isFull || tip.number - snapshot.number >= Self.blocksMax {
            let groups = max(1, (touched.groupCount + Self.slices - 1) / Self.slices)
            sweep = Sweep(target: tip, rest: touched, groupsPerBlock: groups)
            touched = AccountGroups()
            entries += advance(by: blockCount)
        }
        return entries
    }

    /// Writes the groups of some blocks, or with nil all that are left.
    private mutating func advance(by blockCount: Int?) -> [StoreEntry] {
        guard var current = sweep else { return [] }
        var left = blockCount.map { $0 * current.groupsPerBlock } ?? .max
        var entries: [StoreEntry] = []
        while left > 0, let group = current.rest.popFirst() {
            for (number, account) in group { entries.append(StoreEntry(.account(number), sealing: account)) }
            left -= 1
        }
        sweep = current
        if current.rest.groupCount == 0 {
            entries.append(StoreEntry(.snapshot, sealing: StoredHeight(current.target)))
            snapshot = current.target
            sweep = nil
        }
        return entries
    }
}

/// Accounts in groups of neighbouring numbers: taken out in order without ever sorting all of them.
private struct AccountGroups: Sendable {
    private(set) var count = 0
    private var groups: [UInt32: [AccountNumber: StoredAccount]] = [:]
    /// The groups that are left, the last first; made when the first one is taken out.
    private var order: [UInt32]?

    private static let groupBits: UInt32 = 10

    var groupCount: Int { groups.count }

    mutating func insert(_ account: StoredAccount, number: AccountNumber) {
        precondition(order == nil, "whoever takes groups out adds no more accounts")
        let isNew = groups[number.value >> Self.groupBits, default: [:]].updateValue(account, forKey: number) == nil
        if isNew { count += 1 }
    }

    /// The group with the lowest numbers, in order.
    mutating func popFirst() -> [(AccountNumber, StoredAccount)]? {
        var rest = order ?? groups.keys.sorted(by: >)
        guard let first = rest.popLast(), let group = groups.removeValue(forKey: first) else { return nil }
        order = rest
        count -= group.count
        return group.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
