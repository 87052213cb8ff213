package import Primitives
package import StrictJSON

/// Why a node is not in order: what is so, and what an operator does next.
///
/// The name is stable and for programs, the sentences are for people and may change. Each name has a page in
/// `Docs/Runbook`, and is a label of `farthing_node_reason`.
package enum NodeReason: Hashable, Sendable {
    case starting
    case stopping
    /// The one loop has not finished a turn for so long.
    case loopStalled(Milliseconds)
    /// One write has been under way for so long.
    case storeStalled(Milliseconds)
    case syncing(lag: UInt64)
    case noQuorum(connected: Int, validators: Int, needed: Int, missing: [String])
    /// In bytes: below the limit no new transactions are taken.
    case spaceLow(free: UInt64, limit: UInt64)
    /// The vote log is missing or can't be trusted.
    case observer(why: String)
    case secondInstance
    /// This node and a quorum contradict each other.
    case signingStopped(why: String)
    /// After its start, until the others have told what they hold under this node's key.
    case awaitingVotes(heard: Int, needed: Int)
    /// Positive: this node's clock is behind its peers'.
    case clockOff(milliseconds: Int64)
    /// Something is to be done, everybody seems to be there, and yet it does not get done.
    case viewWaits(view: View, leader: String, heard: [String])

    package enum Name: String, CaseIterable, Sendable {
        case starting
        case stopping
        case loopStalled
        case storeStalled
        case syncing
        case noQuorum
        case spaceLow
        case observer
        case secondInstance
        case signingStopped
        case awaitingVotes
        case clockOff
        case viewWaits
    }

    package var name: Name {
        switch self {
        case .starting: .starting
        case .stopping: .stopping
        case .loopStalled: .loopStalled
        case .storeStalled: .storeStalled
        case .syncing: .syncing
        case .noQuorum: .noQuorum
        case .spaceLow: .spaceLow
        case .observer: .observer
        case .secondInstance: .secondInstance
        case .signingStopped: .signingStopped
        case .awaitingVotes: .awaitingVotes
        case .clockOff: .clockOff
        case .viewWaits: .viewWaits
        }
    }

    /// True when clients should be sent elsewhere while it lasts.
    package var keepsClientsAway: Bool {
        switch name {
        case .starting, .stopping, .loopStalled, .storeStalled, .syncing, .noQuorum, .spaceLow, .observer,
            .secondInstance, .signingStopped:
            true
        case .awaitingVotes, .clockOff, .viewWaits: false
        }
    }

    package var message: String {
        switch self {
        case .starting: "The node is starting."
        case .stopping: "The node is stopping."
        case .loopStalled(let time): "The node's loop has not finished a turn for \(time) ms."
        case .storeStalled(let time): "A write to disk has been under way for \(time) ms."
        case .syncing(let lag): "The node is \(lag) blocks behind the best peer and catching up."
        case .noQuorum(let connected, let validators, let needed, let missing):
            "\(connected) of \(validators) validators are connected, a quorum needs \(needed). Missing: "
                + missing.joined(separator: ", ") + "."
        case .spaceLow(let free, let limit):
            "The disk is nearly full: \(free >> 20) MiB are free, and below \(limit >> 20) MiB the node takes no new "
                + "transactions."
        case .observer(let why): "The node does not sign: \(why)."
        case .secondInstance: "Another instance signs with this validator's key; this one signs nothing any more."
        case .signingStopped(let why): "The node does not sign: \(why)."
        case .awaitingVotes(let heard, let needed):
            "After its start the node signs nothing until \(needed) other validators have told it what they hold under "
                + "its key; \(heard) have."
        case .clockOff(let offset):
            "This node's clock is \(offset.magnitude) ms \(offset > 0 ? "behind" : "ahead of") its peers'."
        case .viewWaits(let view, let leader, let heard):
            "View \(view) waits for its leader \(leader). Heard so far of it: "
                + (heard.isEmpty ? "nothing" : heard.joined(separator: "; ")) + "."
        }
    }

    /// What to do next.
    package var next: String {
        switch self {
        case .starting: "Wait; a start takes seconds."
        case .stopping: "Wait until the process has ended; it empties its queues first."
        case .loopStalled: "Look at the machine's load; if it lasts, restart the node and keep its log."
        case .storeStalled: "Look at the disk: free space, errors in dmesg, other load. Nothing is lost meanwhile."
        case .syncing: "Wait; ask another node meanwhile. If the lag does not fall, look at node_peers."
        case .noQuorum(_, _, _, let missing):
            "Ask the operators of \(missing.joined(separator: ", ")), and see node_peers for why each is gone."
        case .spaceLow: "Free space on the disk of the home, or enlarge it; blocks and reads go on meanwhile."
        case .observer: "Keep votes.a and votes.b as they are and join with a new key. Reads go on."
        case .secondInstance: "Stop the other instance, find out how the key came there, then restart this node."
        case .signingStopped: "Keep the home as it is, compare versions with the other operators, run farthing verify."
        case .awaitingVotes: "Wait until the others are connected; see node_peers."
        case .clockOff: "Check this machine's time service (chronyc tracking, timedatectl)."
        case .viewWaits: "Wait for the next leader; if views pass without blocks, look at the leaders' nodes."
        }
    }

    var facts: JSONObject {
        switch self {
        case .starting, .stopping, .secondInstance: [:]
        case .loopStalled(let time), .storeStalled(let time): ["milliseconds": .decimal(time.number)]
        case .syncing(let lag): ["lag": .decimal(lag)]
        case .noQuorum(let connected, let validators, let needed, let missing):
            [
                "connected": .integer(connected), "validators": .integer(validators), "needed": .integer(needed),
                "missing": .array(missing.map { .string($0) }),
            ]
        case .spaceLow(let free, let limit): ["freeBytes": .decimal(free), "limitBytes": .decimal(limit)]
        case .observer(let why), .signingStopped(let why): ["why": .string(why)]
        case .awaitingVotes(let heard, let needed): ["heard": .integer(heard), "needed": .integer(needed)]
        case .clockOff(let offset): ["milliseconds": .integer(Int(offset))]
        case .viewWaits(let view, let leader, _): ["view": .decimal(view.number), "leader": .string(leader)]
        }
    }

    package var json: JSON {
        var members: JSONObject = [
            "reason": .string(name.rawValue), "message": .string(message), "next": .string(next),
        ]
        if !facts.members.isEmpty { members.append("facts", .object(facts)) }
        return .object(members)
    }
}
