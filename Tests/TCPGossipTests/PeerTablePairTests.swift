import ChainCore
import Primitives
import TCPGossip
import Testing

/// Two tables and a bad network between them: whatever happened, they come together once it is calm.
@Suite struct PeerTablePairTests {
    @Test(arguments: 0..<300)
    func bothSidesAgreeOnOneSessionOnceTheNetworkIsCalm(seed: UInt64) throws {
        var pair = TablePair(seed: seed)
        for _ in 0..<200 { pair.step(isCalm: false) }
        for _ in 0..<2_000 where !pair.isSettled { pair.step(isCalm: true) }
        #expect(pair.isSettled, "the sides don't come together")
        #expect(pair.dialer.session == pair.accepter.session)
    }
}

/// One side's view: its table, and what it was told to report.
private struct TableSide {
    var table: PeerTable
    let peer: PublicKey
    /// The reported session; nil while there is none.
    var session: [ConnectionID]?
    /// Connections that are ready here and not yet ended.
    var live: Set<ConnectionID> = []
}

private struct TablePair {
    /// What is on its way, with the time at which it arrives.
    private enum Coming: Equatable {
        case dial(PeerMessage.Lane)
        case dialFailed(PeerMessage.Lane)
        case ready(ConnectionID, PeerMessage.Lane, atDialer: Bool)
        case ended(ConnectionID, atDialer: Bool)
    }

    private(set) var dialer: TableSide
    private(set) var accepter: TableSide
    private var agenda: [(time: Int, event: Coming)] = []
    private var now = 0
    private var random: SplitMix
    private var count: UInt64 = 0
    private var closed: Set<ConnectionID> = []

    init(seed: UInt64) {
        let members = Member.validators(2)
        random = SplitMix(state: seed)
        dialer = TableSide(table: PeerTable(directory: members[0].directory([members[1]])), peer: members[1].key)
        accepter = TableSide(table: PeerTable(directory: members[1].directory([members[0]])), peer: members[0].key)
        perform(accepter.table.step(.start), atDialer: false)
        perform(dialer.table.step(.start), atDialer: true)
    }

    /// Nothing is on its way, and both report a session.
    var isSettled: Bool { agenda.isEmpty && dialer.session != nil && accepter.session != nil }

    mutating func step(isCalm: Bool) {
        if !isCalm, chance(8), let lost = dialer.live.union(accepter.live).min(by: { $0.number < $1.number }) {
            close(lost)
        }
        guard let index = agenda.indices.min(by: { agenda[$0].time < agenda[$1].time }) else { return }
        let (time, event) = agenda.remove(at: index)
        now = time
        switch event {
        case .dial(let lane):
            guard isCalm || !chance(3) else {
                later(.dialFailed(lane), in: 1...20)
                return
            }
            // The accepter is ready first; its hello then opens the dialer's side, unless the connection dies before.
            count += 1
            let id = ConnectionID(number: count)
            let isHalf = !isCalm && chance(5)
            later(.ready(id, lane, atDialer: false), in: 1...20)
            if isHalf {
                closed.insert(id)
                later(.dialFailed(lane), in: 21...40)
                later(.ended(id, atDialer: false), in: 41...60)
            } else {
                later(.ready(id, lane, atDialer: true), in: 21...40)
            }
        case .dialFailed(let lane):
            perform(dialer.table.step(.dialFailed(dialer.peer, lane)), atDialer: true)
        case .ready(let id, let lane, true):
            guard !closed.contains(id) else {
                perform(dialer.table.step(.dialFailed(dialer.peer, lane)), atDialer: true)
                return
            }
            dialer.live.insert(id)
            perform(dialer.table.step(.ready(id, dialer.peer, lane)), atDialer: true)
        case .ready(let id, let lane, false):
            accepter.live.insert(id)
            perform(accepter.table.step(.ready(id, accepter.peer, lane)), atDialer: false)
        case .ended(let id, true):
            dialer.live.remove(id)
            perform(dialer.table.step(.ended(id, dialer.peer, .closedByPeer)), atDialer: true)
        case .ended(let id, false):
            accepter.live.remove(id)
            perform(accepter.table.step(.ended(id, accepter.peer, .closedByPeer)), atDialer: false)
        }
    }

    private mutating func perform(_ effects: [PeerTable.Effect], atDialer: Bool) {
        for effect in effects {
            switch effect {
            case .dial(_, let lane, let again): later(.dial(lane), in: again ? 500...1_000 : 0...0)
            case .close(let id, _):
                close(id)
                hurry(id, atDialer: atDialer)
            case .withdraw: break
            case .connected(_, let ids):
                if atDialer { dialer.session = ids } else { accepter.session = ids }
            case .disconnected:
                if atDialer { dialer.session = nil } else { accepter.session = nil }
            }
        }
    }

    /// A connection dies: the dialer sees it soon, the accepter perhaps only long after it was dialed again.
    private mutating func close(_ id: ConnectionID) {
        guard closed.insert(id).inserted else { return }
        if dialer.live.contains(id) { later(.ended(id, atDialer: true), in: 1...60) }
        later(.ended(id, atDialer: false), in: chance(3) ? 2_000...5_000 : 41...60)
    }

    /// A side that closes a connection itself sees its end at once.
    private mutating func hurry(_ id: ConnectionID, atDialer: Bool) {
        guard let index = agenda.firstIndex(where: { $0.event == .ended(id, atDialer: atDialer) }) else { return }
        agenda.remove(at: index)
        later(.ended(id, atDialer: atDialer), in: 1...20)
    }

    private mutating func later(_ event: Coming, in range: ClosedRange<Int>) {
        agenda.append((now + Int.random(in: range, using: &random), event))
    }

    private mutating func chance(_ outOf: Int) -> Bool { Int.random(in: 0..<outOf, using: &random) == 0 }
}
