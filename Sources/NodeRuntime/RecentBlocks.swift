import ChainCore
import JSONRPC
import Primitives
import Synchronization

/// The latest final blocks with payments, for fee quotes.
final class RecentBlocks: Sendable {
    private let blocks: Mutex<[FeeFacts.RecentBlock]>

    init(_ headers: [Header]) { blocks = Mutex(headers.compactMap { FeeFacts.RecentBlock($0) }) }

    /// Oldest first.
    var withPayments: [FeeFacts.RecentBlock] { blocks.withLock { $0 } }

    func append(_ headers: [Header]) {
        let new = headers.compactMap { FeeFacts.RecentBlock($0) }
        guard !new.isEmpty else { return }
        blocks.withLock { blocks in
            blocks.append(contentsOf: new)
            if blocks.count > 2 * FeeQuote.blockCountMax { blocks.removeFirst(blocks.count - FeeQuote.blockCountMax) }
        }
    }
}
