import ChainCore
import Foundation
import NodeRuntime
import Primitives
import Testing

struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (1_795_349_517_766, "2026-11-22T12:11:57.766Z"),
    ])
    func writesTheMomentInUTC(milliseconds: UInt64, text: String) {
        #expect(Timestamp.text(Milliseconds(milliseconds)) == text)
    }

    @Test func agreesWithFoundationOnEveryDayOfFourCenturies() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        for day in stride(from: UInt64(0), to: 146_097, by: 1) {
            let date = Date(timeIntervalSince1970: Double(day * 86_400))
            let parts = calendar.dateComponents([.year, .month, .day], from: date)
            let (year, month, ofMonth) = (parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
            let expected = String(format: "%04d-%02d-%02dT00:00:00.000Z", year, month, ofMonth)
            let found = Timestamp.text(Milliseconds(day * 86_400_000))
            if found != expected {
                Issue.record("day \(day): \(found), not \(expected)")
                return
            }
        }
    }
}
