import ChainCore
import ConsensusCore
import LedgerCore
import Primitives
import VerifierCore

// S7 and A3: an auditor of our own recomputes every block, while the world runs and when it has come to rest.
extension World {
    /// As blocks become final, one auditor recomputes each from the genesis on: state root, balances, price, supply.
    mutating func auditFinal(_ blocks: [FinalBlock]) {
        guard !scenario.isBeyondBearing else { return }
        for final in blocks where final.height == auditor.header.height.next {
            do throws(Violation) {
                let delta = try auditor.check(CheckedBlock(final.block, electorate: electorate, scheme: MockScheme()))
                checkConservation(of: delta, at: final.height)
            } catch {
                checker.violate("S7: an auditor refuses the block at height \(final.height): \(error)")
            }
        }
    }

    /// No payment, fee or payout makes or destroys a unit.
    private mutating func checkConservation(of delta: LedgerDelta, at height: Height) {
        var before: UInt128 = 0
        var after: UInt128 = 0
        for account in delta.touched {
            before += UInt128(account.balanceBefore.units)
            after += UInt128(account.balance.units)
        }
        if before != after { checker.violate("S7: height \(height) turns \(before) units into \(after)") }
    }

    /// At rest: one node's chain again from the genesis, with what proves it there; the same hashes at all others, and
    /// signatures that hold.
    mutating func audit(_ chosen: Int, among others: [Int]) {
        for node in others where node != chosen {
            let chain = nodes[node].disk.chain
            if chain.map(\.block.block.hash) != Array(checker.chain.prefix(chain.count)) {
                checker.violate("S3: node \(node)'s chain is another one")
            }
            for final in chain {
                let why = final.block.justification
                for certificate in [why.certificate] + why.nullifications
                where CertificateCheck(certificate, electorate: electorate, scheme: MockScheme()).fault != nil {
                    checker.violate("A3: a certificate of view \(certificate.view) at node \(node) doesn't hold")
                }
            }
        }
        var verifier = Verifier(genesis: federation.genesis)
        let chain = nodes[chosen].disk.chain
        let sampled = chain.isEmpty ? [] : (0..<4).map { _ in generator.below(chain.count) }
        for (index, final) in chain.enumerated() {
            if sampled.contains(index) { checkMutations(of: final.block, by: verifier) }
            do throws(Violation) {
                _ = try verifier.check(CheckedBlock(final.block, electorate: electorate, scheme: MockScheme()))
            } catch {
                return checker.violate("A3: an auditor refuses node \(chosen)'s chain: \(error)")
            }
        }
        do throws(Violation) {
            try verifier.checkTotals()
        } catch {
            checker.violate("A3: an auditor refuses node \(chosen)'s accounts: \(error)")
        }
    }

    /// No byte of a final block, or of what proves it final, changes unnoticed.
    private mutating func checkMutations(of item: JustifiedBlock, by verifier: Verifier) {
        let block = item.block.encoded()
        let justification = item.justification.encoded()
        for _ in 0..<2 {
            let place = generator.below(block.count + justification.count)
            let change = UInt8(1 + generator.below(255))
            var bytes = block + justification
            bytes[place] ^= change
            let parts = (Array(bytes[..<block.count]), Array(bytes[block.count...]))
            do throws(WireError) {
                let mutated = JustifiedBlock(
                    block: try Block(decodingAll: parts.0, network: electorate.network),
                    justification: try Justification(decodingAll: parts.1)
                )
                let shown = scenario.plantedBug == .auditsTheWrongBlock ? item : mutated
                checkRefusal(of: shown, by: verifier, changed: place)
            } catch {
                // Not even a block any more: refused.
            }
        }
    }

    private mutating func checkRefusal(of item: JustifiedBlock, by verifier: Verifier, changed place: Int) {
        var verifier = verifier
        do throws(Violation) {
            _ = try verifier.check(CheckedBlock(item, electorate: electorate, scheme: MockScheme()))
            checker.violate("A3: byte \(place) of the block at height \(item.block.height) changes unnoticed")
        } catch {
            checker.meet(.changedByteRefused)
        }
    }

    // MARK: - S6

    /// Once a block is notarized, so many honest disks hold it that no power cut can take it away.
    mutating func checkHolders(of body: VoteBody) {
        guard !scenario.isBeyondBearing, let block = body.block else { return }
        let holders = nodes.indices.count { node in
            // Behind its final view a node keeps the chain alone: a vote that a start finds in its log may come that late.
            nodes[node].isHonest && nodes[node].validator != nil
                && (nodes[node].disk.holds(block) || nodes[node].disk.finalView >= body.view)
        }
        let least = electorate.validators.quorum - electorate.validators.faultyMax
        if holders < least {
            checker.violate(
                "S6: view \(body.view) is notarized, and \(holders) honest disks hold its block, not \(least)"
            )
        }
    }
}
