import LevelDBStorage
import NodeRuntime
import Testing

struct SpaceLimitsTests {
    static let mebibyte: UInt64 = 1 << 20
    static let gibibyte: UInt64 = 1 << 30

    @Test(
        arguments: [
            // total, free in MiB; soft (nil: by itself), hard in MiB; the answer.
            (10 * 1_024, 1_024, nil, 256, SpaceState.ample),
            (10 * 1_024, 1_023, nil, 256, .low(free: 1_023 * mebibyte, limit: gibibyte)),
            (100 * 1_024, 5_120, nil, 256, .ample),
            (100 * 1_024, 5_119, nil, 256, .low(free: 5_119 * mebibyte, limit: 5 * gibibyte)),
            (10 * 1_024, 256, nil, 256, .low(free: 256 * mebibyte, limit: gibibyte)),
            (10 * 1_024, 255, nil, 256, .exhausted(free: 255 * mebibyte, limit: 256 * mebibyte)),
            (10 * 1_024, 300, 200, 256, .ample),
            (10 * 1_024, 255, 200, 256, .exhausted(free: 255 * mebibyte, limit: 256 * mebibyte)),
            (10 * 1_024, 0, 0, 0, .ample), (10 * 1_024, 0, 10, 0, .low(free: 0, limit: 10 * mebibyte)),
        ] as [(UInt64, UInt64, UInt64?, UInt64, SpaceState)]
    )
    func refusesPaymentsBelowTheSoftLimitAndEndsBelowTheHardOne(
        total: UInt64,
        free: UInt64,
        soft: UInt64?,
        hard: UInt64,
        expected: SpaceState
    ) {
        let limits = SpaceLimits(soft: soft.map { $0 * Self.mebibyte }, hard: hard * Self.mebibyte)
        let space = FileSystemSpace(total: total * Self.mebibyte, free: free * Self.mebibyte)
        #expect(limits.judge(space) == expected)
        #expect((limits.judge(space).problem == nil) == (expected == .ample))
    }

    @Test func aBallastNeverMakesTheSpaceLow() {
        let limits = SpaceLimits(soft: 100, hard: 10)
        #expect(limits.allowsBallast(of: 50, on: FileSystemSpace(total: 1_000, free: 150)))
        #expect(!limits.allowsBallast(of: 50, on: FileSystemSpace(total: 1_000, free: 149)))
        #expect(!limits.allowsBallast(of: 0, on: FileSystemSpace(total: 1_000, free: 1_000)))
        #expect(!limits.allowsBallast(of: 2_000, on: FileSystemSpace(total: 1_000, free: 1_000)))
    }
}
