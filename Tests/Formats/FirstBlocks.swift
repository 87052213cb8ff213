import ChainCore
import LedgerCore
import Primitives

/// What a node does with a genesis that it accepts: it makes block 0, and the first blocks on it.
enum FirstBlocks {
    /// Throws unless the ledger of this genesis can begin and go on, with empty blocks close by and far away in time.
    static func check(_ genesis: Genesis) throws(BrokenPromise) {
        let rules = ChainRules(genesis: genesis)
        var ledger = Ledger(genesis: genesis)
        _ = rules.genesisHeader(ledger.head).hash(network: genesis.networkID)
        let parameters = genesis.parameters
        let spacing = parameters.minBlockInterval.adding(Milliseconds(1))
        for step in [spacing, spacing.adding(parameters.payoutInterval), Milliseconds(.max)] {
            let time = ledger.head.time.adding(step)
            do throws(BlockFault) {
                let delta = try ledger.execute([], at: time, payoutTo: rules.payoutAccounts)
                ledger.finalize(delta)
            } catch {
                // A time that the rules refuse, such as one that is not later than the parent's.
            }
        }
    }
}
