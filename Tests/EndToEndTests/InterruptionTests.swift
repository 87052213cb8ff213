import Foundation
import Testing

extension EndToEnd {
    /// A copy's links keep tables on the disk that the node has long given up: nobody would look for them.
    @Test func aVerificationThatIsToldToEndLeavesNoCopy() async throws {
        let federation = try TestFederation(validators: 1)
        try await federation.startAll()
        _ = try #require(try await federation.settle(at: 0))
        federation.stopAll()
        let home = federation.home(0)
        func copies() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: home).filter { $0.hasPrefix("copy-") }
        }

        var ended = 0
        for _ in 0..<50 where ended < 3 {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: Program.path)
            process.arguments = ["verify", "--genesis", federation.folder + "/genesis.json", "--home", home]
            process.standardInput = FileHandle.nullDevice
            let output = Pipe()
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            try process.run()
            while process.isRunning, try copies().isEmpty { await Task.yield() }
            process.terminate()
            let said = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            #expect(try copies().isEmpty)
            // A small home is verified in a moment: it may have been done by then.
            guard process.terminationReason == .uncaughtSignal else {
                #expect(process.terminationStatus == 0, "a verification that ends must not see its copy go")
                continue
            }
            #expect(process.terminationStatus == 15)
            #expect(
                said.isEmpty || String(decoding: said, as: UTF8.self).contains("sound"),
                "no finding of what was removed"
            )
            ended += 1
        }
        #expect(ended > 0, "of fifty not one was reached in time")
    }
}
