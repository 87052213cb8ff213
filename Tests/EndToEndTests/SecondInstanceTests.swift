import ChainCore
import Foundation
import LedgerCore
import Primitives
import RPCClient
import StrictJSON
import Testing

extension EndToEnd {
    /// A home that somebody copied and started: one of the two notices what it never signed, and signs no more.
    @Test func twoProcessesWithOneKeyNoticeEachOtherAndTheNetworkGoesOn() async throws {
        let federation = try TestFederation(validators: 4)
        // It dials all others, and so does its copy.
        let twin = try federation.smallestNodeKey()
        let copy = federation.folder + "/copy"
        try FileManager.default.copyItem(atPath: federation.home(twin), toPath: copy)
        let others = (0..<4).filter { $0 != twin }
        try await federation.startAll()
        try await federation.settle(askedAt: others[0])
        let log = try federation.startCopy(copy)

        let alarm = "another instance signs with this validator's key"
        var rounds = 0
        func isNoticed() throws -> Bool {
            try federation.log(twin).contains(alarm) || String(contentsOfFile: log, encoding: .utf8).contains(alarm)
        }
        // The copied vote log is from before the first block: what the others hold is news to the copy.
        while try !isNoticed(), rounds < 60 {
            try await federation.settle(askedAt: others[rounds % 3])
            rounds += 1
        }
        #expect(try isNoticed())
        // One key less, whoever of the two has stopped: three of four go on.
        try await federation.settle(askedAt: others[0])
        let heights = try await [federation.height(of: others[0]), federation.height(of: others[1])]
        #expect(heights.allSatisfy { $0 > 1 })
        for node in others { #expect(try !federation.log(node).contains("contradicts a quorum")) }
    }
}

extension TestFederation {
    /// The node that dials all others.
    fileprivate func smallestNodeKey() throws -> Int {
        let first = try #require(genesis.validators.min { $0.nodeKey < $1.nodeKey })
        return try #require((0..<size).first { name($0) == first.name })
    }
}
