package import ChainCore
package import ConsensusCore
package import LedgerCore
package import Primitives

/// The final block that an answer was computed on.
package struct ChainPoint: Hashable, Sendable {
    package let height: Height
    package let hash: Hash32
    /// The block's own time.
    package let time: Milliseconds

    package init(height: Height, hash: Hash32, time: Milliseconds) {
        self.height = height
        self.hash = hash
        self.time = time
    }
}

package struct SubmissionAnswer: Hashable, Sendable {
    /// Nil when the signature is bad: then nothing was said about the transaction, only about these bytes (spec 2.3).
    package let id: TransactionID?
    package let status: TransactionStatus

    package init(id: TransactionID?, status: TransactionStatus) {
        self.id = id
        self.status = status
    }
}

package struct StatusAnswer: Hashable, Sendable {
    /// Nil when the signature is bad, as in a submission.
    package let id: TransactionID?
    package let status: TransactionStatus
    package let at: ChainPoint

    package init(id: TransactionID?, status: TransactionStatus, at: ChainPoint) {
        self.id = id
        self.status = status
        self.at = at
    }
}

package struct AccountAnswer: Hashable, Sendable {
    /// The place in the order of opening; nil when nobody has opened the account.
    package let number: UInt64?
    package let balance: Amount
    package let at: ChainPoint

    package init(number: UInt64?, balance: Amount, at: ChainPoint) {
        self.number = number
        self.balance = balance
        self.at = at
    }
}

/// The present terms and the recent past, from which a fee quote is computed.
package struct FeeFacts: Sendable {
    /// The terms of a child of the head, its floor reckoned at the wall clock (spec 2.4).
    package let next: BlockTerms
    /// The balance of account 0 in the final state.
    package let pool: Amount
    package let pendingTransactions: Int
    /// The latest final blocks with payments, oldest first; at most `FeeQuote.blockCountMax` are looked at.
    package let recent: [RecentBlock]
    package let at: ChainPoint

    package init(next: BlockTerms, pool: Amount, pendingTransactions: Int, recent: [RecentBlock], at: ChainPoint) {
        self.next = next
        self.pool = pool
        self.pendingTransactions = pendingTransactions
        self.recent = recent
        self.at = at
    }

    /// What a final block with payments says about prices.
    package struct RecentBlock: Hashable, Sendable {
        package let time: Milliseconds
        package let price: UInt64
        package let transactionCount: UInt32

        package init(time: Milliseconds, price: UInt64, transactionCount: UInt32) {
            self.time = time
            self.price = price
            self.transactionCount = transactionCount
        }

        /// Nil for a block without payments.
        package init?(_ header: Header) {
            guard header.transactionCount > 0 else { return nil }
            self.init(time: header.time, price: header.price, transactionCount: header.transactionCount)
        }
    }
}

/// One screen that tells an operator whether the node is healthy, and if not, why.
package struct NodeStatus: Sendable {
    package let version: String
    package let role: Role
    package let mode: Mode
    package let head: ChainPoint
    package let epoch: Epoch
    package let view: View
    /// The name of the validator whose turn the view is.
    package let leader: String
    /// Do the view's timers run? An idle network is not armed, and that is well.
    package let isArmed: Bool
    package let quorum: Int
    /// Every validator of the epoch in the order of their indexes, and what this node heard of it in the current view.
    package let votes: [ValidatorVotes]
    /// The names of the connected peers, in order.
    package let peers: [String]
    /// How long ago, by the wall clock, the head's block time is.
    package let finalityAge: Milliseconds
    package let pendingTransactions: Int
    package let pendingBytes: Int
    package let sync: Sync
    /// Why the node is not in order or the chain does not progress; none when all is well, or when there is nothing to do.
    package let why: [NodeReason]

    package init(
        version: String,
        role: Role,
        mode: Mode,
        head: ChainPoint,
        epoch: Epoch,
        view: View,
        leader: String,
        isArmed: Bool,
        quorum: Int,
        votes: [ValidatorVotes],
        peers: [String],
        finalityAge: Milliseconds,
        pendingTransactions: Int,
        pendingBytes: Int,
        sync: Sync,
        why: [NodeReason]
    ) {
        self.version = version
        self.role = role
        self.mode = mode
        self.head = head
        self.epoch = epoch
        self.view = view
        self.leader = leader
        self.isArmed = isArmed
        self.quorum = quorum
        self.votes = votes
        self.peers = peers
        self.finalityAge = finalityAge
        self.pendingTransactions = pendingTransactions
        self.pendingBytes = pendingBytes
        self.sync = sync
        self.why = why
    }

    package enum Role: Hashable, Sendable {
        case validator(name: String)
        case follower
    }

    package enum Mode: Hashable, Sendable {
        /// Votes in its turn.
        case signing
        /// Keeps the chain and does not vote; the reason in a sentence.
        case observer(why: String)
    }

    package enum Sync: Hashable, Sendable {
        case upToDate
        /// The best head that a peer reported.
        case behind(target: Height)
    }

    package struct ValidatorVotes: Hashable, Sendable {
        package let name: String
        package let kinds: Set<VoteBody.Kind>

        package init(name: String, kinds: Set<VoteBody.Kind>) {
            self.name = name
            self.kinds = kinds
        }
    }
}

package struct ValidatorsAnswer: Sendable {
    package let epoch: Epoch
    package let quorum: Int
    package let validators: [Standing]
    package let at: ChainPoint

    package init(epoch: Epoch, quorum: Int, validators: [Standing], at: ChainPoint) {
        self.epoch = epoch
        self.quorum = quorum
        self.validators = validators
        self.at = at
    }

    package struct Standing: Hashable, Sendable {
        package let validator: Validator
        /// This node itself, or a peer with a live connection.
        package let isConnected: Bool

        package init(validator: Validator, isConnected: Bool) {
            self.validator = validator
            self.isConnected = isConnected
        }
    }
}
