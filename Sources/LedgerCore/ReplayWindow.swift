package import Primitives

/// One final or branched transaction that still excludes others of its payer and nonce (spec 2.3).
package struct ReplayEntry: Hashable, Sendable, WireCodable {
    package let payer: AccountNumber
    package let nonce: UInt64
    package let validUntil: Milliseconds
    package let id: TransactionID

    package init(payer: AccountNumber, nonce: UInt64, validUntil: Milliseconds, id: TransactionID) {
        self.payer = payer
        self.nonce = nonce
        self.validUntil = validUntil
        self.id = id
    }

    package static var minimumByteCount: Int { 52 }

    package init(decoding rest: inout RawSpan) throws(WireError) {
        payer = try AccountNumber(decoding: &rest)
        nonce = try rest.take()
        validUntil = try Milliseconds(decoding: &rest)
        id = try TransactionID(decoding: &rest)
    }

    package func encode(into writer: inout WireWriter) {
        writer.write(payer)
        writer.write(nonce)
        writer.write(validUntil)
        writer.write(id)
    }

    var key: ReplayKey { ReplayKey(payer: payer, nonce: nonce) }

    /// Spec 2.3: T excludes T' when T.validUntil + L ≥ T'.validUntil.
    func excludes(validUntil later: Milliseconds, lifetime: Milliseconds) -> Bool {
        validUntil.adding(lifetime) >= later
    }
}

/// What two transactions share when one can exclude the other.
struct ReplayKey: Hashable, Sendable {
    let payer: AccountNumber
    let nonce: UInt64
}

/// The final transactions that still exclude others: for each payer and nonce the one with the greatest validUntil.
///
/// The greatest is enough. For an earlier one to exclude what the greatest does not, the other's validUntil would have to
/// lie more than a lifetime before the greatest; block time is past that already, so it has expired.
struct ReplayWindow: Sendable {
    /// Entries and free places, in no order; `slots` finds them by payer and nonce.
    private var places = ChunkedArray<ReplayEntry>()
    private var freePlaces = ChunkedArray<Int>()
    private var slots = ShardedSlotTable()
    /// Which places hold entries whose validUntil lies in which second, the earliest second first.
    private var seconds: [(second: UInt64, places: [Int])] = []

    var count: Int { places.count - freePlaces.count }

    func entry(of key: ReplayKey, hash: TableHash) -> ReplayEntry? {
        slots.slot(hash: hash) { places[$0].key == key }.map { places[$0] }
    }

    /// Adds a final transaction; one with the same payer and nonce and an earlier validUntil gives way to it.
    mutating func insert(_ entry: ReplayEntry) {
        let key = entry.key
        let hash = TableHash(key)
        if let place = slots.slot(hash: hash, where: { places[$0].key == key }) {
            let earlier = places[place]
            guard earlier.validUntil < entry.validUntil else { return }
            places[place] = entry
            if entry.second != earlier.second { note(place, in: entry.second) }
            return
        }
        let place: Int
        if let free = freePlaces.popLast() {
            place = free
            places[place] = entry
        } else {
            place = places.count
            places.append(entry)
        }
        slots.insert(hash: hash, slot: place)
        note(place, in: entry.second)
    }

    /// Drops what can't exclude anything any more: final time > validUntil + L, for a whole second at once.
    mutating func removeExpired(at time: Milliseconds, lifetime: Milliseconds) {
        var passed = 0
        while passed < seconds.count {
            let (second, members) = seconds[passed]
            // A second below 2^64 / 1,000 came from a validUntil, so its last millisecond fits or saturates harmlessly.
            let last = Milliseconds(second * 1_000).adding(Milliseconds(999))
            guard time > last.adding(lifetime) else { break }
            for place in members where places[place].second == second {
                slots.remove(hash: TableHash(places[place].key), slot: place)
                freePlaces.append(place)
            }
            passed += 1
        }
        // Even taking away nothing would copy what another branch shares.
        if passed > 0 { seconds.removeFirst(passed) }
    }

    /// Every entry, in the order of payer and nonce: for a snapshot.
    ///
    /// Sorts the whole window.
    var entries: [ReplayEntry] {
        seconds.flatMap { second, members in members.map { places[$0] }.filter { $0.second == second } }
            .sorted { ($0.payer, $0.nonce) < ($1.payer, $1.nonce) }
    }

    private mutating func note(_ place: Int, in second: UInt64) {
        var position = seconds.count
        // Most end late, so the way from the end is short.
        while position > 0, seconds[position - 1].second >= second { position -= 1 }
        if position < seconds.count, seconds[position].second == second {
            seconds[position].places.append(place)
        } else {
            seconds.insert((second, [place]), at: position)
        }
    }
}

extension ReplayEntry {
    fileprivate var second: UInt64 { validUntil.number / 1_000 }
}
