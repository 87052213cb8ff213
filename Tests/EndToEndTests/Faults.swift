import Foundation
import Glibc
import LedgerCore
import Primitives
import RPCClient
import StrictJSON
import Testing

// What the tests of failing disks share.

extension TestFederation {
    /// Settles a payment at a node; nil when the node gave no such answer, because it ended, say.
    func settle(at node: Int = 0, within seconds: Int = 10) async throws -> Settled? {
        let payment = try payment()
        do throws(RPCClientError) {
            _ = try await clients[node].submit(payment)
            let answer = try await clients[node].wait(for: id(payment), timeoutMilliseconds: seconds * 1_000)
            guard case .final(let height, _, _, _) = answer.status else { return nil }
            return Settled(id: id(payment), height: height)
        } catch {
            return nil
        }
    }

    /// Nothing that was reported final is lost or has moved.
    func expectFinal(_ settled: [Settled], at node: Int = 0, _ what: String) async throws {
        for payment in settled {
            let answer = try await clients[node].status(of: payment.id)
            guard case .final(payment.height, _, _, _) = answer.status else {
                Issue.record("\(what): \(payment) is \(answer.status) now")
                continue
            }
        }
    }

    func verify(_ node: Int = 0) throws -> Program.Outcome {
        try Program.run("verify", "--genesis", folder + "/genesis.json", "--home", home(node))
    }

    /// No two votes of one key contradict each other, as far as this home's chain knows.
    func expectSound(_ node: Int = 0, _ what: String) throws {
        let audit = try verify(node)
        #expect(audit.status == 0, "\(what): \(audit.output) \(audit.errors)")
        #expect(audit.output.contains("\nevidence             0\n"), "\(what): \(audit.output)")
    }

    /// Why a running node does not sign; nil when it does.
    func reasonNotToSign(_ node: Int = 0) async throws -> String? {
        let mode = try JSONReader(try await clients[node].nodeStatus()).member("mode")
        guard try mode.member("kind").string() == "observer" else { return nil }
        return try mode.member("why").string()
    }
}

/// A payment that a node reported final.
struct Settled {
    let id: TransactionID
    let height: Height
}

/// A small file system of its own in memory, gone with the test.
final class SmallDisk {
    let path: String

    /// Whether this machine lets us mount; tests that need it are skipped, and say so, where it does not.
    static let isPossible: Bool = {
        do { _ = try SmallDisk(mebibytes: 1) } catch { return false }
        return true
    }()

    init(mebibytes: Int) throws {
        path = FileManager.default.temporaryDirectory.path + "/farthing-disk-\(UUID())"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(mebibytes)m,mode=700") == 0 else {
            rmdir(path)
            throw NoMount()
        }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }

    func makeReadOnly() throws {
        guard mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0 else { throw NoMount() }
    }

    /// Takes room away with a file; all that is left when it is not said how much.
    func fill(mebibytes: Int? = nil) throws {
        let file = open(path + "/filler", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { close(file) }
        // Page by page: the file system of a page's room must not refuse a larger write and keep that page.
        let page = [UInt8](repeating: 1, count: 4_096)
        var left = mebibytes.map { $0 * 256 } ?? .max
        while left > 0, write(file, page, page.count) == page.count { left -= 1 }
    }

    func empty() throws { try FileManager.default.removeItem(atPath: path + "/filler") }

    private struct NoMount: Error {}
}
