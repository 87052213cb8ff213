import ChainCore
import Primitives
import TCPGossip
import Testing

/// Sessions as events and effects: who is dialed, what is closed, what is reported, in which order.
@Suite struct PeerTableTests {
    let small = Member.validators(3)[0]
    let own = Member.validators(3)[1]
    let large = Member.validators(3)[2]
    let follower = Member.follower(9)

    func id(_ number: UInt64) -> ConnectionID { ConnectionID(number: number) }

    /// A table of the member in the middle, started: it dials `large`, `small` and the follower dial it.
    func started() -> PeerTable {
        var table = PeerTable(directory: own.directory([small, large, follower]))
        #expect(
            table.step(.start) == [
                .dial(large.key, .consensus, again: false), .dial(large.key, .bulk, again: false),
            ]
        )
        return table
    }

    /// The same with the session of `large` up, on connections 1 and 2.
    func connected() -> PeerTable {
        var table = started()
        #expect(table.step(.ready(id(1), large.key, .consensus)) == [])
        #expect(table.step(.ready(id(2), large.key, .bulk)) == [.connected(large.key, [id(1), id(2)])])
        return table
    }

    @Test func aPeerIsConnectedOnceBothLanesAreUpWhicheverIsFirst() {
        var table = started()
        #expect(table.step(.ready(id(1), small.key, .bulk)) == [])
        #expect(table.step(.ready(id(2), small.key, .consensus)) == [.connected(small.key, [id(2), id(1)])])
    }

    @Test func aFollowerIsConnectedOnBulkAlone() {
        var table = started()
        #expect(table.step(.ready(id(1), follower.key, .bulk)) == [.connected(follower.key, [id(1)])])
    }

    @Test func aFollowerDialsValidatorsOnBulk() {
        var table = PeerTable(directory: follower.directory([small, own, .follower(10)]))
        #expect(
            table.step(.start) == [.dial(small.key, .bulk, again: false), .dial(own.key, .bulk, again: false)]
        )
    }

    @Test func aFailedDialIsTriedAgain() {
        var table = started()
        #expect(table.step(.dialFailed(large.key, .bulk)) == [.dial(large.key, .bulk, again: true)])
        #expect(table.step(.ready(id(1), large.key, .consensus)) == [])
        #expect(table.step(.dialFailed(large.key, .bulk)) == [.dial(large.key, .bulk, again: true)])
        #expect(table.step(.ready(id(2), large.key, .bulk)) == [.connected(large.key, [id(1), id(2)])])
    }

    @Test func theOtherLaneGoesWithTheFirst() {
        var table = connected()
        #expect(
            table.step(.ended(id(2), large.key, .closedByPeer)) == [
                .withdraw(large.key), .close(id(1), .otherLaneLost),
                .dial(large.key, .consensus, again: true), .dial(large.key, .bulk, again: true),
            ]
        )
        // It is reported only when nothing of it is left.
        #expect(table.step(.ended(id(1), large.key, .otherLaneLost)) == [.disconnected(large.key, .closedByPeer)])
    }

    @Test func aNewSessionIsReportedAfterTheOldOneIsGone() {
        var table = connected()
        _ = table.step(.ended(id(2), large.key, .closedByPeer))
        #expect(table.step(.ready(id(3), large.key, .consensus)) == [])
        #expect(table.step(.ready(id(4), large.key, .bulk)) == [])
        #expect(
            table.step(.ended(id(1), large.key, .otherLaneLost)) == [
                .disconnected(large.key, .closedByPeer), .connected(large.key, [id(3), id(4)]),
            ]
        )
    }

    @Test func aNewerConnectionEndsTheWholeOlderSession() {
        var table = started()
        _ = table.step(.ready(id(1), small.key, .consensus))
        _ = table.step(.ready(id(2), small.key, .bulk))
        // The restarted peer's bulk connection overtakes its consensus connection.
        #expect(
            table.step(.ready(id(3), small.key, .bulk)) == [
                .withdraw(small.key), .close(id(1), .replaced), .close(id(2), .replaced),
            ]
        )
        #expect(table.step(.ready(id(4), small.key, .consensus)) == [])
        #expect(table.step(.ended(id(2), small.key, .replaced)) == [])
        #expect(
            table.step(.ended(id(1), small.key, .replaced)) == [
                .disconnected(small.key, .replaced), .connected(small.key, [id(4), id(3)]),
            ]
        )
    }

    @Test func aHalfSessionThatIsLostIsNotReported() {
        var table = started()
        _ = table.step(.ready(id(1), small.key, .consensus))
        #expect(table.step(.ended(id(1), small.key, .closedByPeer)) == [])
        _ = table.step(.ready(id(2), small.key, .consensus))
        #expect(table.step(.ready(id(3), small.key, .consensus)) == [.close(id(2), .replaced)])
        #expect(table.step(.ready(id(4), small.key, .bulk)) == [])
        #expect(table.step(.ended(id(2), small.key, .replaced)) == [.connected(small.key, [id(3), id(4)])])
    }

    @Test func aPeerIsDisconnectedOnRequestAndDialedAgain() {
        var table = connected()
        #expect(
            table.step(.disconnect(large.key, .requested("lied"))) == [
                .withdraw(large.key), .close(id(1), .requested("lied")), .close(id(2), .requested("lied")),
                .dial(large.key, .consensus, again: true), .dial(large.key, .bulk, again: true),
            ]
        )
        #expect(table.step(.disconnect(large.key, .requested("lied"))) == [])
        _ = table.step(.ended(id(2), large.key, .requested("lied")))
        #expect(
            table.step(.ended(id(1), large.key, .requested("lied"))) == [
                .disconnected(large.key, .requested("lied"))
            ]
        )
    }

    // MARK: - Bans

    @Test func aBannedPeerIsNotDialedBeforeItsPardon() {
        var table = connected()
        let reason = PeerCloseReason.requested("a signature doesn't hold")
        #expect(
            table.step(.ban(large.key, reason)) == [
                .withdraw(large.key), .close(id(1), reason), .close(id(2), reason),
            ]
        )
        #expect(table.step(.ended(id(1), large.key, reason)) == [])
        #expect(table.step(.ended(id(2), large.key, reason)) == [.disconnected(large.key, reason)])
        #expect(table.step(.dialFailed(large.key, .bulk)) == [])
        #expect(
            table.step(.pardon(large.key)) == [
                .dial(large.key, .consensus, again: true), .dial(large.key, .bulk, again: true),
            ]
        )
    }

    @Test func aBannedPeerThatDialsIsTurnedAwayUntilItsPardonAndNeverReported() {
        var table = started()
        #expect(table.step(.ban(small.key, .requested("too much"))) == [])
        #expect(table.step(.ready(id(1), small.key, .consensus)) == [.close(id(1), .banned)])
        #expect(table.step(.ready(id(2), small.key, .bulk)) == [.close(id(2), .banned)])
        #expect(table.step(.ended(id(1), small.key, .banned)) == [])
        #expect(table.step(.ended(id(2), small.key, .banned)) == [])
        #expect(table.step(.pardon(small.key)) == [])
        #expect(table.step(.ready(id(3), small.key, .consensus)) == [])
        #expect(table.step(.ready(id(4), small.key, .bulk)) == [.connected(small.key, [id(3), id(4)])])
    }

    @Test func aBanConcernsNobodyElse() {
        var table = connected()
        _ = table.step(.ban(small.key, .requested("too much")))
        #expect(
            table.step(.ended(id(2), large.key, .closedByPeer)) == [
                .withdraw(large.key), .close(id(1), .otherLaneLost),
                .dial(large.key, .consensus, again: true), .dial(large.key, .bulk, again: true),
            ]
        )
    }

    @Test func afterAStopNothingIsDialedOrKept() {
        var table = connected()
        #expect(
            table.step(.stop) == [.withdraw(large.key), .close(id(1), .shutdown), .close(id(2), .shutdown)]
        )
        #expect(table.step(.ready(id(3), small.key, .bulk)) == [.close(id(3), .shutdown)])
        #expect(table.step(.dialFailed(large.key, .bulk)) == [])
        #expect(table.step(.ended(id(3), small.key, .shutdown)) == [])
        #expect(table.step(.ended(id(1), large.key, .shutdown)) == [])
        #expect(table.step(.ended(id(2), large.key, .shutdown)) == [.disconnected(large.key, .shutdown)])
    }

    @Test func aKeyOutsideTheListChangesNothing() {
        var table = started()
        #expect(table.step(.disconnect(Member.validator(77).key, .requested("lied"))) == [])
    }

    /// Thousands of random histories: the reports alternate, a reported session is whole, and nothing is dialed twice.
    @Test(arguments: 0..<200)
    func reportsAlternateInEveryHistory(seed: UInt64) {
        var random = SplitMix(state: seed)
        var table = PeerTable(directory: own.directory([large]))
        var live: [ConnectionID: PeerMessage.Lane] = [:]
        var dialing: Set<PeerMessage.Lane> = []
        var isConnected = false
        var next: UInt64 = 0
        func check(_ effects: [PeerTable.Effect]) {
            for effect in effects {
                switch effect {
                case .dial(_, let lane, _):
                    #expect(dialing.insert(lane).inserted)
                case .close(let id, _): #expect(live[id] != nil)
                case .withdraw: #expect(isConnected)
                case .connected(_, let ids):
                    #expect(!isConnected)
                    #expect(ids.compactMap { live[$0] } == [.consensus, .bulk])
                    isConnected = true
                case .disconnected:
                    #expect(isConnected)
                    isConnected = false
                }
            }
        }
        check(table.step(.start))
        for _ in 0..<60 {
            let lane: PeerMessage.Lane = random.next().isMultiple(of: 2) ? .consensus : .bulk
            switch random.next() % 4 {
            case 0, 1:
                guard dialing.remove(lane) != nil else { continue }
                if random.next().isMultiple(of: 4) {
                    check(table.step(.dialFailed(large.key, lane)))
                } else {
                    next += 1
                    live[id(next)] = lane
                    check(table.step(.ready(id(next), large.key, lane)))
                }
            case 2:
                let ids = live.keys.sorted { $0.number < $1.number }
                guard let lost = ids.randomElement(using: &random) else { continue }
                live[lost] = nil
                check(table.step(.ended(lost, large.key, .closedByPeer)))
            default:
                if random.next().isMultiple(of: 8) {
                    check(table.step(.disconnect(large.key, .requested("test"))))
                }
            }
        }
        check(table.step(.stop))
        for id in live.keys.sorted(by: { $0.number < $1.number }) {
            live[id] = nil
            check(table.step(.ended(id, large.key, .shutdown)))
        }
        #expect(!isConnected)
    }
}

/// A small generator with a seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
