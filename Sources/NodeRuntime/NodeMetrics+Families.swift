import JSONRPC

// Every metric of the node but the interface's own, which stand in `JSONRPC/RPCMetrics.swift`. Units are base units:
// seconds, bytes, and for money the base unit of the network.

extension NodeMetrics {
    /// The steps of `farthing_payment_step_seconds`, one after another.
    enum Step: String, CaseIterable {
        case waiting
        case notarizing
        case finalizing
        case committing
    }

    /// What is read off the node at each scrape.
    enum Gauge: String, CaseIterable {
        case height = "farthing_chain_height"
        case commitBacklog = "farthing_storage_commit_backlog_blocks"
        case ready = "farthing_node_ready"
        case view = "farthing_consensus_view"
        case isLeader = "farthing_consensus_is_leader"
        case isArmed = "farthing_consensus_armed"
        case isSigning = "farthing_consensus_signing"
        case quorum = "farthing_consensus_quorum"
        case validators = "farthing_consensus_validators"
        case missingValidators = "farthing_consensus_missing_validators"
        case finalityAge = "farthing_consensus_finality_age_seconds"
        case peersConnected = "farthing_peers_connected"
        case peersMissing = "farthing_peers_missing"
        case peerQueuedBytes = "farthing_peers_queued_bytes"
        case syncLag = "farthing_sync_lag_blocks"
        case mempoolTransactions = "farthing_mempool_transactions"
        case mempoolBytes = "farthing_mempool_bytes"
        case mempoolBytesMax = "farthing_mempool_bytes_max"
        case mempoolShares = "farthing_mempool_shares"
        case mempoolOldest = "farthing_mempool_oldest_seconds"
        case pool = "farthing_ledger_pool_units"
        case supply = "farthing_ledger_supply_units"
        case accounts = "farthing_ledger_accounts"
        case storeStalled = "farthing_storage_stalled"
        case storeBytes = "farthing_storage_bytes"
        case storeFreeBytes = "farthing_storage_free_bytes"
        case clockOffset = "farthing_clock_offset_seconds"
        case loopTurnAge = "farthing_loop_turn_age_seconds"
        case residentBytes = "farthing_process_resident_memory_bytes"
        case openFiles = "farthing_process_open_fds"
        case openFilesMax = "farthing_process_max_fds"
        case startTime = "farthing_process_start_time_seconds"

        var help: String {
            switch self {
            case .height: "Height of the last block on disk."
            case .commitBacklog: "Final blocks that are not on disk yet."
            case .ready: "1 when clients should be sent here, as /readyz says."
            case .view: "The present view."
            case .isLeader: "1 while the present view is this node's to lead."
            case .isArmed: "1 while the timers of the view run; an idle network's do not."
            case .isSigning: "1 when the node votes; 0 for followers and for validators that may not sign."
            case .quorum: "Validators that make a quorum."
            case .validators: "Validators of the epoch."
            case .missingValidators: "Validators that are not connected, this node apart."
            case .finalityAge:
                "Age of the last final block by this node's clock; idle networks make a block a heartbeat."
            case .peersConnected: "Peers with a session."
            case .peersMissing: "Validators of the federation list without a session."
            case .peerQueuedBytes: "Bytes that wait to be sent to peers."
            case .syncLag: "Blocks that the best peer is ahead."
            case .mempoolTransactions: "Transactions that wait for a block."
            case .mempoolBytes: "Their bytes."
            case .mempoolBytesMax: "Bytes that may wait before the cheapest are dropped."
            case .mempoolShares: "Their shares of a block's cost."
            case .mempoolOldest: "How long the one that waits longest has waited; 0 when none waits."
            case .pool: "Base units in the fee pool."
            case .supply: "All base units there are; it never changes."
            case .accounts: "Open accounts, the fee pool among them."
            case .storeStalled: "1 while a write has been under way for two seconds or more."
            case .storeBytes: "Bytes that the chain takes on disk."
            case .storeFreeBytes: "Bytes free on the file system of the home."
            case .clockOffset: "How far the peers' clocks are ahead of this node's, the median."
            case .loopTurnAge: "Time since the node's loop last finished a turn."
            case .residentBytes: "Memory in use."
            case .openFiles: "Open file descriptors."
            case .openFilesMax: "File descriptors that the process may have."
            case .startTime: "When the process started, in seconds since 1970."
            }
        }
    }

    static let families: [MetricFamily] =
        Gauge.allCases.map { MetricFamily($0.rawValue, .gauge, $0.help) } + [
            MetricFamily("farthing_block_price", .gauge, "What a share cost in the latest block with payments."),
            MetricFamily("farthing_block_payments", .gauge, "Payments in that block: the more, the lower the price."),
            MetricFamily(
                "farthing_block_fee_per_payment_units",
                .gauge,
                "All fees of that block over its payments, in base units."
            ),
            MetricFamily("farthing_blocks_final_total", .counter, "Blocks made final on disk since the start."),
            MetricFamily("farthing_transactions_final_total", .counter, "Transactions in them."),
            MetricFamily("farthing_payments_final_total", .counter, "Payments in them."),
            MetricFamily("farthing_fees_collected_units_total", .counter, "Fees in them, in base units."),
            MetricFamily(
                "farthing_submissions_total",
                .counter,
                labels: ["status", "reason"],
                "What clients' transactions were told at once, by status and reason."
            ),
            MetricFamily(
                "farthing_consensus_nullified_views_total",
                .counter,
                "Views that ended without a block, below the final tip."
            ),
            MetricFamily("farthing_consensus_votes_total", .counter, labels: ["kind"], "Votes that this node cast."),
            MetricFamily(
                "farthing_consensus_proposals_total",
                .counter,
                labels: ["result"],
                "Blocks that this node proposed, and proposals of others that it found invalid."
            ),
            MetricFamily(
                "farthing_consensus_evidence_total",
                .counter,
                "Proofs that a validator contradicted itself."
            ),
            MetricFamily(
                "farthing_consensus_finality_seconds",
                MetricFamily.secondsSlow,
                "From a block's own time to its commit on this node's disk."
            ),
            MetricFamily(
                "farthing_payment_step_seconds",
                MetricFamily.secondsQuick,
                labels: ["step"],
                """
                What a payment waits for: a proposed block with it (waiting; each transaction that a client gave to this node), then, \
                once for each block with payments, its notarization, its finalization, its synced batch (notarizing, finalizing, committing).
                """
            ),
            MetricFamily(
                "farthing_payment_settling_seconds",
                MetricFamily.secondsQuick,
                "From the admission of a client's transaction at this node to the synced batch with its block."
            ),
            MetricFamily(
                "farthing_chain_block_interval_seconds",
                MetricFamily.secondsSlow,
                "Between the times of consecutive blocks."
            ),
            MetricFamily("farthing_chain_last_block_timestamp_seconds", .gauge, "The last final block's own time."),
            MetricFamily("farthing_peer_disconnections_total", .counter, "Sessions with peers that ended."),
            MetricFamily(
                "farthing_peer_misconduct_total",
                .counter,
                "Peers cut off for what no honest node does."
            ),
            MetricFamily(
                "farthing_node_reason",
                .gauge,
                labels: ["reason"],
                "1 while node_status gives this reason why the node is not in order."
            ),
            MetricFamily(
                "farthing_storage_commit_seconds",
                MetricFamily.secondsQuick,
                "How long a synced batch of final blocks took."
            ),
            MetricFamily(
                "farthing_storage_safety_seconds",
                MetricFamily.secondsQuick,
                "How long blocks and votes took to be durable before anything was sent."
            ),
            MetricFamily("farthing_process_cpu_seconds_total", .counter, "Processor time, user and system."),
            MetricFamily("farthing_build_info", .gauge, labels: ["version"], "Always 1; the version is the label."),
        ]
}
