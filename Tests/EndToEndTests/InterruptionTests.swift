import Foundation
import Glibc
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

    @Test(.enabled(if: PseudoTerminal() != nil, "the system gives no pseudo-terminals here"))
    func aQuestionForAPassphraseThatIsBrokenOffLeavesTheTerminalAsItWas() throws {
        let folder = try TemporaryFolder()
        let terminal = try #require(PseudoTerminal())
        try #require(terminal.shows)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = ["keys", "new", "--output", folder.path("key.pem")]
        process.standardInput = FileHandle(fileDescriptor: terminal.person)
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        while process.isRunning, terminal.shows { usleep(1_000) }
        #expect(!terminal.shows, "it asks without showing the answer")
        process.terminate()
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == 15)
        #expect(terminal.shows)
    }
}

private final class PseudoTerminal {
    private let system: Int32
    /// Where the person sits.
    let person: Int32

    init?() {
        system = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        // unlockpt and ptsname, which this module of libc does not show: Linux's TIOCSPTLCK and TIOCGPTN.
        var (locked, number) = (Int32(0), UInt32(0))
        let isOpen =
            system >= 0 && ioctl(system, 0x4004_5431, &locked) == 0 && ioctl(system, 0x8004_5430, &number) == 0
        person = isOpen ? open("/dev/pts/\(number)", O_RDWR | O_NOCTTY) : -1
        guard person >= 0 else { return nil }
    }

    deinit {
        for descriptor in [system, person] where descriptor >= 0 { close(descriptor) }
    }

    /// Whether it shows what is typed.
    var shows: Bool {
        var modes = termios()
        return tcgetattr(person, &modes) == 0 && modes.c_lflag & tcflag_t(ECHO) != 0
    }
}
