/// What a simulation should come across; a run over many seeds that never meets one of them tests less than it says.
package enum Situation: String, CaseIterable, Comparable, Sendable {
    // Views
    case viewNullified
    /// A view has both a notarization and a nullification.
    case notarizedAndNullified
    /// A block whose parent's view is not the one before.
    case viewsSkipped
    /// A block that is final without a finalization of its own.
    case finalThroughDescendant
    case emptyBlock
    case heartbeatBlock
    case deadLeaderSkipped
    /// A proposal came to a voter whose clock lies more than a second behind the block's time.
    case blockAheadOfClock
    case certificateRequested

    // Crashes
    case voteInFlightAtCrash
    /// A vote reached the disk, and its sender crashed before sending it.
    case voteDurableButUnsent
    case commitLostInCrash
    case allCrashed
    case longQuorumLoss
    case restartedWithOwnVotes
    case restartedWithUnfinalisedBlocks
    case storeLostButNotVotes
    /// A validator that lost its vote log goes on as an observer.
    case voteLogLost

    // Weather
    case partitioned
    case partitionedOneWay
    case ringed
    case nodeSlow
    case clockFarOff

    // Catching up
    case blockFetchedByHash
    case bodyRequested
    case syncRangeApplied
    case syncRangeOfMany

    // Money
    case manyPaymentsAtOnce
    case priceShared
    case payoutMade
    case accountOpened
    case verdictFinal
    case verdictExpired
    case verdictNonceUsed
    case refusedForFunds
    case resubmitted
    /// One transaction under two signatures: two leaf hashes, one id.
    case signedTwice

    // Hostile validators
    case twoBlocksProposed
    case forkAttempted
    /// A block is proposed in a second view.
    case sameBlockAgain
    case invalidBlockRefused
    case forgedBodyRefused
    case evidenceOnChain

    // Twins
    /// A partition left the two copies of a validator on different sides.
    case twinsOnBothSides
    /// An honest node holds evidence against a validator that runs twice.
    case twinAccused
    /// One copy saw what the other had signed, and stopped.
    case secondInstanceNoticed

    package static func < (left: Situation, right: Situation) -> Bool { left.rawValue < right.rawValue }
}
