package import LedgerCore
package import Primitives

/// A block that has become final, with all that its commit writes.
package struct FinalBlock: Sendable {
    package let block: JustifiedBlock
    /// The view under which its body is stored.
    package let bodyView: View
    package let delta: LedgerDelta

    package init(block: JustifiedBlock, bodyView: View, delta: LedgerDelta) {
        self.block = block
        self.bodyView = bodyView
        self.delta = delta
    }

    package var height: Height { block.block.height }
    package var view: View { block.justification.view }
}
