import StrictJSON
import Testing

@Suite struct JSONWriterTests {
    static let sample: JSON = [
        "id": "x", "count": 2, "list": [1, nil, true], "empty": [:], "none": [], "amount": .decimal(.max),
    ]

    @Test func writesMembersInTheirOrder() {
        #expect(
            Self.sample.text
                == #"{"id":"x","count":2,"list":[1,null,true],"empty":{},"none":[],"amount":"18446744073709551615"}"#
        )
    }

    @Test func writesForPeople() {
        #expect(
            Self.sample.prettyText == """
                {
                  "id": "x",
                  "count": 2,
                  "list": [
                    1,
                    null,
                    true
                  ],
                  "empty": {},
                  "none": [],
                  "amount": "18446744073709551615"
                }

                """
        )
    }

    @Test func escapesWhatMustBe() throws {
        let all = JSON.string(String(String.UnicodeScalarView((0...0x7F).compactMap(Unicode.Scalar.init))))
        #expect(
            all.text.contains(#"\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010"#)
        )
        #expect(all.text.contains(##"\u001f !\"#$%&'()*+,-./0123"##))
        #expect(try JSON.parse(all.text) == all)
        #expect(JSON.string("é\u{1D11E}\\").text == "\"é\u{1D11E}\\\\\"")
        #expect(JSON.object(["a\"\n": 1]).text == #"{"a\"\n":1}"#)
    }

    @Test func refusesToWriteOneNameTwice() async {
        await #expect(processExitsWith: .failure) {
            var object = JSONObject()
            object.append("a", 1)
            object.append("a", 2)
        }
    }

    @Test func refusesToWriteANumberThatIsNone() async {
        await #expect(processExitsWith: .failure) { _ = JSON.number("1,2").text }
    }
}
