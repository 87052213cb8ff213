import LedgerCore
import Primitives
import Testing

/// What no peer can cause stops the process instead of moving money wrongly.
struct OwnMistakesTests {
    @Test func finalizingABlockTwiceStopsTheProcess() async {
        let result = await #expect(processExitsWith: .failure) {
            var ledger = Ledger(genesis: try makeGenesis())
            let delta = try ledger.child()
            ledger.finalize(delta)
            ledger.finalize(delta)
        }
        expectTrap(result)
    }

    @Test func finalizingADeltaOfAnotherBranchStopsTheProcess() async {
        let result = await #expect(processExitsWith: .failure) {
            var ledger = Ledger(genesis: try makeGenesis())
            let mine = try ledger.child([ledger.genesis.transaction(from: alice, [(bob, 1)])])
            let other = try ledger.child()
            let child = try ledger.child([ledger.genesis.transaction(from: bob, [(alice, 1)])], after: [mine])
            ledger.finalize(other)
            ledger.finalize(child)
        }
        expectTrap(result)
    }

    @Test func executingOnAPathThatIsFinalAlreadyStopsTheProcess() async {
        let result = await #expect(processExitsWith: .failure) {
            var ledger = Ledger(genesis: try makeGenesis())
            let delta = try ledger.settle()
            _ = try ledger.child(after: [delta])
        }
        expectTrap(result)
    }

    @Test func payingOutToAnAccountThatIsNotOpenStopsTheProcess() async {
        let result = await #expect(processExitsWith: .failure) {
            var ledger = Ledger(genesis: try makeGenesis())
            try ledger.settle([ledger.genesis.transaction(from: alice, [(bob, 1)])])
            _ = try ledger.execute([], at: start + 60_000, payoutTo: [stranger])
        }
        expectTrap(result)
    }

    /// A broken precondition ends in a signal; an error in the test's own preparation would end in an exit code.
    private func expectTrap(_ result: ExitTest.Result?) {
        guard case .signal = result?.exitStatus else {
            Issue.record("expected a trap, found \(String(describing: result?.exitStatus))")
            return
        }
    }
}
