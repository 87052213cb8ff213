import Primitives
import Testing
import farthing

struct DecimalAmountTests {
    @Test(arguments: [
        ("0.000250", 6, 250), ("1", 6, 1_000_000), ("1.5", 6, 1_500_000), ("0", 6, 0), ("0.0", 6, 0), ("007", 0, 7),
        ("18446744073709.551615", 6, UInt64.max), ("0.000000001", 9, 1),
    ])
    func takesExactlyWhatIsWritten(text: String, decimals: Int, units: UInt64) throws {
        #expect(try DecimalAmount.parse(text, decimals: decimals) == Amount(units: units))
    }

    @Test(arguments: [
        ("", DecimalAmount.Failure.notANumber), (".", .notANumber), (".5", .notANumber), ("5.", .notANumber),
        ("-1", .notANumber), ("+1", .notANumber), ("1e3", .notANumber), ("1,5", .notANumber), ("1.2.3", .notANumber),
        (" 1", .notANumber), ("0x10", .notANumber), ("١", .notANumber),
        ("0.0000001", .excessDigits(decimals: 6)), ("1.0000000", .excessDigits(decimals: 6)),
        ("18446744073709.551616", .tooLarge), ("99999999999999999999", .tooLarge),
    ])
    func refusesWhatItWouldHaveToGuessOrRound(text: String, failure: DecimalAmount.Failure) {
        #expect(throws: failure) { try DecimalAmount.parse(text, decimals: 6) }
    }

    @Test(arguments: [(0, 6, "0.000000"), (250, 6, "0.000250"), (1_000_001, 6, "1.000001"), (7, 0, "7")])
    func writesAllDecimals(units: UInt64, decimals: Int, text: String) throws {
        #expect(DecimalAmount.text(Amount(units: units), decimals: decimals) == text)
        #expect(try DecimalAmount.parse(text, decimals: decimals) == Amount(units: units))
    }
}
