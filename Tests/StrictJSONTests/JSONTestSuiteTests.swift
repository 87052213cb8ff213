import Foundation
import StrictJSON
import Testing

/// The test_parsing cases of nst/JSONTestSuite: y must be accepted, n refused, i is ours to decide.
@Suite struct JSONTestSuiteTests {
    /// RFC 8259 only advises against names that stand twice; we refuse them.
    static let refusedAlthoughAllowed: Set<String> = [
        "y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json",
    ]

    /// Tokens of any size are numbers to us; who wants a value asks for one within limits.
    static let acceptedOfOurs: Set<String> = [
        "i_number_double_huge_neg_exp.json", "i_number_huge_exp.json", "i_number_neg_int_huge_exp.json",
        "i_number_pos_double_huge_exp.json", "i_number_real_neg_overflow.json", "i_number_real_pos_overflow.json",
        "i_number_real_underflow.json", "i_number_too_big_neg_int.json", "i_number_too_big_pos_int.json",
        "i_number_very_big_negative_int.json",
    ]

    @Test func givesTheVerdictOfThePublishedSuite() throws {
        guard let folder = PublishedVectors.folder("json"),
            let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        else { return PublishedVectors.warnOfAbsence("json") }
        let cases = files.filter { $0.pathExtension == "json" }
        #expect(cases.count == 318)
        for file in cases {
            let name = file.lastPathComponent
            let bytes = [UInt8](try Data(contentsOf: file))
            let wanted =
                name.hasPrefix("y_") && !Self.refusedAlthoughAllowed.contains(name)
                || Self.acceptedOfOurs.contains(name)
            let value = try? JSON.parse(bytes)
            #expect((value != nil) == wanted, "\(name)")
            if let value { #expect(try JSON.parse(value.bytes) == value, "\(name) written and read again") }
            if let value { #expect(try JSON.parse(value.prettyBytes) == value, "\(name) written for people") }
        }
    }
}
