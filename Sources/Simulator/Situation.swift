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
    /// The last records of the vote log were torn in both files, and cut at the start.
    case tornVoteCut
    /// One file of the vote log held what the other lacked.
    case voteLogHealed
    case flippedBitHealed
    /// Both files were damaged at one place: the node serves reads and does not sign.
    case voteLogRefused
    case voteLogCompacted
    /// A certificate that no sync had taken along was gone after a crash.
    case certificateLostInCrash
    case stoppedByFullDisk
    case stoppedByFailedSync
    case storeDamageFound
    /// The vote log was newer than the store.
    case backupRestored
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
    /// A client that was told "final" submits the same bytes again and hears the same height.
    case finalAskedAgain
    /// One transaction under two signatures: two leaf hashes, one id.
    case signedTwice

    /// A block with one byte changed was shown to an auditor.
    case changedByteRefused

    // Hostile validators
    case twoBlocksProposed
    case forkAttempted
    /// A block is proposed in a second view.
    case sameBlockAgain
    case invalidBlockRefused
    case forgedBodyRefused
    case evidenceOnChain
    case wrongPriceProposed
    /// A proposal whose certificates don't justify it.
    case badJustification
    /// A hostile validator repeats what others said some time ago.
    case staleReplay
    case unaskedAnswerDropped

    // Twins
    /// A partition left the two copies of a validator on different sides.
    case twinsOnBothSides
    /// An honest node holds evidence against a validator that runs twice.
    case twinAccused
    /// One copy saw what the other had signed, and stopped.
    case secondInstanceNoticed

    package static func < (left: Situation, right: Situation) -> Bool { left.rawValue < right.rawValue }
}
