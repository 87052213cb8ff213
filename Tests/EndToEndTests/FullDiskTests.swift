import Foundation
import RPCClient
import StrictJSON
import Testing

extension EndToEnd {
    /// The disk is full for real, three times; once there is room again, a start is all it takes.
    @Test(.enabled(if: SmallDisk.isPossible, "SKIPPED: this machine lets nobody mount a file system"))
    func aFullDiskEndsTheNodeAndLosesNothing() async throws {
        let disk = try SmallDisk(mebibytes: 16)
        let federation = try TestFederation(validators: 1, in: disk.path)
        let noGuard = ["FARTHING_STORAGE_SPACE_SOFT_LIMIT": "0B", "FARTHING_STORAGE_SPACE_HARD_LIMIT": "0B"]
        var settled: [Settled] = []
        for round in 1...3 {
            try federation.start(0, environment: noGuard)
            try await federation.waitUntilLive(0)
            try await federation.expectFinal(settled, "round \(round)")
            settled.append(try #require(try await federation.settle()))
            try disk.fill()
            while let payment = try await federation.settle() { settled.append(payment) }
            let status = try await federation.waitUntilEnded(0)
            let log = try federation.log(0)
            #expect(status == 74, "\(log)")
            try disk.empty()
        }
        try federation.start(0, environment: noGuard)
        try await federation.waitUntilLive(0)
        try await federation.expectFinal(settled, "at the end")
        settled.append(try #require(try await federation.settle()))
        #expect(federation.stop(0) == 0)
        try federation.expectSound(0, "at the end")
        let log = try federation.log(0)
        #expect(log.contains("No space left on device"), "\(log)")
        #expect(log.contains("farthing node start --home \(federation.home(0))"), "\(log)")
    }

    /// Before the disk is full: no new payments, then a clean end, and the ballast for the day after.
    @Test(.enabled(if: SmallDisk.isPossible, "SKIPPED: this machine lets nobody mount a file system"))
    func aNodeStopsTakingPaymentsAndThenEndsBeforeTheDiskIsFull() async throws {
        let disk = try SmallDisk(mebibytes: 64)
        let federation = try TestFederation(validators: 1, in: disk.path)
        let home = federation.home(0)
        let limits = [
            "FARTHING_STORAGE_SPACE_SOFT_LIMIT": "40MiB", "FARTHING_STORAGE_SPACE_HARD_LIMIT": "24MiB",
            "FARTHING_STORAGE_BALLAST": "8MiB",
        ]
        try federation.start(0, environment: limits)
        try await federation.waitUntilLive(0)
        var settled = [try #require(try await federation.settle())]
        #expect(try Data(contentsOf: URL(fileURLWithPath: home + "/ballast")).count == 8 << 20)

        try disk.fill(mebibytes: 20)
        let payment = try federation.payment()
        try await waitUntil(seconds: 10, "payments are refused") {
            do throws(RPCClientError) {
                _ = try await federation.clients[0].submit(payment)
                return false
            } catch {
                guard case .refused(let answer) = error else { return false }
                return answer.reason == "spaceLow" && answer.isRetryable
            }
        }
        let why = try JSONReader(try await federation.clients[0].nodeStatus()).member("why").elements()
        #expect(try why.contains { try $0.member("reason").string() == "spaceLow" })
        try await federation.expectFinal(settled, "reads go on")
        try disk.empty()
        try await waitUntil(seconds: 10, "payments are taken again") {
            guard let payment = try await federation.settle() else { return false }
            settled.append(payment)
            return true
        }

        try disk.fill(mebibytes: 35)
        #expect(try await federation.waitUntilEnded(0) == 74)
        let log = try federation.log(0)
        for word in ["storage.spaceHardLimit (24 MiB)", home + "/ballast", "farthing node start --home \(home)"] {
            #expect(log.contains(word), "\(word) is not in \(log)")
        }
        let refused = try Program.run("node", "start", "--home", home, environment: limits)
        #expect(refused.status == 74 && refused.errors.contains(home + "/ballast"), "\(refused.errors)")

        try FileManager.default.removeItem(atPath: home + "/ballast")
        try federation.start(0, environment: limits)
        try await federation.waitUntilLive(0)
        try await federation.expectFinal(settled, "after the ballast went")
        try disk.empty()
        try await waitUntil(seconds: 10, "payments are taken again") { try await federation.settle() != nil }
        #expect(federation.stop(0) == 0)
        try federation.expectSound(0, "after the ballast went")
        #expect(!FileManager.default.fileExists(atPath: home + "/ballast"))
    }
}
