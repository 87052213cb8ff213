import ConsensusCore
import Primitives
import Testing

@Suite struct VoteLogRulesTests {
    struct Row: Sendable {
        let held: VoteBody
        let wanted: VoteBody
        let isAllowed: Bool
    }

    static let rows = [
        Row(held: Log.notarize(5, 1), wanted: Log.notarize(5, 1), isAllowed: true),
        Row(held: Log.notarize(5, 1), wanted: Log.notarize(5, 2), isAllowed: false),
        Row(held: Log.notarize(5, 1), wanted: Log.nullify(5), isAllowed: true),
        Row(held: Log.notarize(5, 1), wanted: Log.finalize(5, 1), isAllowed: true),
        // A quorum may have notarized another block than I did.
        Row(held: Log.notarize(5, 1), wanted: Log.finalize(5, 2), isAllowed: true),
        Row(held: Log.nullify(5), wanted: Log.nullify(5), isAllowed: true),
        Row(held: Log.nullify(5), wanted: Log.notarize(5, 1), isAllowed: false),
        Row(held: Log.nullify(5), wanted: Log.finalize(5, 1), isAllowed: false),
        Row(held: Log.finalize(5, 1), wanted: Log.nullify(5), isAllowed: false),
        Row(held: Log.finalize(5, 1), wanted: Log.finalize(5, 1), isAllowed: true),
        Row(held: Log.finalize(5, 1), wanted: Log.finalize(5, 2), isAllowed: false),
        Row(
            held: Log.finalize(5, 1),
            wanted: .finalize(epoch: .zero, view: View(5), parentView: View(3), block: Log.hash(1)),
            isAllowed: false
        ),
        Row(held: Log.nullify(5), wanted: Log.finalize(6, 1), isAllowed: true),
    ]

    @Test(arguments: rows) func refusesWhatContradictsAHeldVote(_ row: Row) {
        var book = VoteBook(epoch: .zero, finalView: View(4))
        book.insert(Log.vote(row.held))
        #expect(
            book.refusal(of: row.wanted)
                == (row.isAllowed ? nil : .contradicts(wanted: row.wanted, held: row.held))
        )
    }

    @Test func refusesViewsThatAreFinal() {
        var book = VoteBook(epoch: .zero, finalView: View(4))
        #expect(book.refusal(of: Log.nullify(4)) == .viewIsFinal(wanted: Log.nullify(4), finalView: View(4)))
        #expect(book.refusal(of: Log.nullify(5)) == nil)
        book.raise(finalView: View(5))
        #expect(book.refusal(of: Log.nullify(5)) == .viewIsFinal(wanted: Log.nullify(5), finalView: View(5)))
    }

    @Test func refusesAnotherEpoch() {
        let body = VoteBody.nullify(epoch: Epoch(1), view: View(9))
        #expect(
            VoteBook(epoch: .zero, finalView: .zero).refusal(of: body) == .otherEpoch(wanted: body, epoch: .zero)
        )
    }

    @Test func raisingDropsVotesAtOrBelowAndNeverLowers() {
        var book = VoteBook(epoch: .zero, finalView: .zero)
        for body in [Log.nullify(3), Log.notarize(1), Log.notarize(2), Log.finalize(2)] { book.insert(Log.vote(body)) }
        #expect(book.votes.map(\.body) == [Log.notarize(1), Log.notarize(2), Log.finalize(2), Log.nullify(3)])
        book.raise(finalView: View(2))
        book.raise(finalView: View(1))
        #expect(book.finalView == View(2))
        #expect(book.votes.map(\.body) == [Log.nullify(3)])
    }
}
