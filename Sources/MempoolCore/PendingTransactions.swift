import Cryptography
import LedgerCore
import Primitives

/// A waiting transaction with what the pool reckons with.
struct PendingTransaction: Sendable {
    let transaction: Verified<IdentifiedTransaction>
    /// min(maxPrice, priceCap).
    let rank: UInt64
    /// The most it can take from its payer.
    let reservation: Amount
    /// The payer's number in the final state, which stays.
    let payerNumber: AccountNumber
    /// When it was admitted, by the node's clock.
    let admittedAt: Milliseconds
    /// Given by the pool when it is inserted.
    fileprivate(set) var arrival: UInt64 = 0
    /// The payer's place in the pool, likewise.
    fileprivate(set) var payerPlace = 0

    init(
        transaction: Verified<IdentifiedTransaction>,
        rank: UInt64,
        reservation: Amount,
        payerNumber: AccountNumber,
        admittedAt: Milliseconds
    ) {
        self.transaction = transaction
        self.rank = rank
        self.reservation = reservation
        self.payerNumber = payerNumber
        self.admittedAt = admittedAt
    }
}

/// What two transactions share when at most one of them may wait.
struct PendingNonce: Hashable, Sendable {
    let payer: AccountID
    let nonce: UInt64

    init(_ transaction: Transaction) {
        payer = transaction.payer
        nonce = transaction.nonce
    }
}

/// The waiting transactions, their indexes, and what each payer has waiting.
///
/// Places are used again; a ticket names a place and an arrival, so it never passes for a later tenant's. Lists of tickets
/// keep those of the departed until these outnumber the others.
struct PendingTransactions: Sendable {
    private(set) var byLeaf: [Hash32: Int] = [:]
    private(set) var byID: [TransactionID: Int] = [:]
    private(set) var byNonce: [PendingNonce: Int] = [:]
    private(set) var byteCount = 0
    private(set) var shares: UInt64 = 0
    private(set) var levels = PriceLevels()

    private var places: [PendingTransaction?] = []
    private var freePlaces: [Int] = []
    private var arrivals: [Ticket] = []
    private(set) var nextArrival: UInt64 = 0

    private var payers: [PendingPayer] = []
    private var freePayers: [Int] = []
    private var payerPlaces: [AccountID: Int] = [:]

    var count: Int { byLeaf.count }

    /// How many places for payers there are, for tables beside them.
    var payerPlaceCount: Int { payers.count }

    subscript(place: Int) -> PendingTransaction {
        guard let entry = places[place] else { preconditionFailure("a place is asked for while somebody is in it") }
        return entry
    }

    func isWaiting(_ ticket: Ticket) -> Bool { places[ticket.place]?.arrival == ticket.arrival }

    /// Those who wait, in the order of arrival, from a place in that order on.
    func tickets(from arrival: UInt64 = 0) -> some Sequence<Ticket> {
        var low = 0
        var high = arrivals.count
        while low < high {
            let middle = (low + high) / 2
            if arrivals[middle].arrival < arrival { low = middle + 1 } else { high = middle }
        }
        return arrivals[low...].lazy.filter { isWaiting($0) }
    }

    /// When the one that waits longest was admitted.
    var oldestArrival: Milliseconds? {
        arrivals.first { isWaiting($0) }.map { self[$0.place].admittedAt }
    }

    // MARK: - Payers

    func reserved(by payer: AccountID) -> Amount { payerPlaces[payer].map { payers[$0].reserved } ?? .zero }

    func byteCount(of payer: AccountID) -> Int { payerPlaces[payer].map { payers[$0].byteCount } ?? 0 }

    /// The place of the payer's latest arrival.
    func latest(of payer: AccountID) -> Int? {
        guard let place = payerPlaces[payer] else { return nil }
        return payers[place].tickets.last { isWaiting($0) }?.place
    }

    // MARK: - Coming and leaving

    mutating func insert(_ entry: PendingTransaction) -> Ticket {
        let identified = entry.transaction.value
        var entry = entry
        entry.arrival = nextArrival
        entry.payerPlace = placeOfPayer(identified.transaction.payer)
        nextArrival += 1
        let place = freePlaces.popLast() ?? places.count
        if place == places.count { places.append(entry) } else { places[place] = entry }
        let ticket = Ticket(place: place, arrival: entry.arrival)
        arrivals.append(ticket)
        byLeaf[identified.leaf] = place
        byID[identified.id] = place
        byNonce[PendingNonce(identified.transaction)] = place
        byteCount += identified.byteCount
        shares += identified.transaction.shares
        levels.add(entry)
        payers[entry.payerPlace].add(entry, ticket)
        return ticket
    }

    mutating func remove(_ place: Int) -> PendingTransaction {
        let entry = self[place]
        let identified = entry.transaction.value
        places[place] = nil
        freePlaces.append(place)
        byLeaf[identified.leaf] = nil
        byID[identified.id] = nil
        byNonce[PendingNonce(identified.transaction)] = nil
        byteCount -= identified.byteCount
        shares -= identified.transaction.shares
        levels.subtract(entry)
        if arrivals.count > 2 * count + Self.spareTickets { arrivals = arrivals.filter { isWaiting($0) } }
        removeFromPayer(entry)
        return entry
    }

    private mutating func placeOfPayer(_ id: AccountID) -> Int {
        if let place = payerPlaces[id] { return place }
        let place = freePayers.popLast() ?? payers.count
        if place == payers.count { payers.append(PendingPayer()) } else { payers[place] = PendingPayer() }
        payerPlaces[id] = place
        return place
    }

    private mutating func removeFromPayer(_ entry: PendingTransaction) {
        let place = entry.payerPlace
        payers[place].subtract(entry)
        if payers[place].count == 0 {
            payerPlaces[entry.transaction.value.transaction.payer] = nil
            payers[place] = PendingPayer()
            freePayers.append(place)
        } else if payers[place].tickets.count > 2 * payers[place].count + Self.spareTicketsOfPayer {
            payers[place].tickets = payers[place].tickets.filter { isWaiting($0) }
        }
    }

    private static let spareTickets = 64
    private static let spareTicketsOfPayer = 8
}

/// What one payer has waiting.
private struct PendingPayer: Sendable {
    var count = 0
    var reserved = Amount.zero
    var byteCount = 0
    /// In the order of arrival, those of the departed among them.
    var tickets: [Ticket] = []

    mutating func add(_ entry: PendingTransaction, _ ticket: Ticket) {
        guard let joint = reserved.adding(entry.reservation) else {
            preconditionFailure("admission found the joint reservation covered by a balance")
        }
        reserved = joint
        byteCount += entry.transaction.value.byteCount
        count += 1
        tickets.append(ticket)
    }

    mutating func subtract(_ entry: PendingTransaction) {
        guard let rest = reserved.subtracting(entry.reservation) else {
            preconditionFailure("what leaves was reserved when it came")
        }
        reserved = rest
        byteCount -= entry.transaction.value.byteCount
        count -= 1
    }
}
