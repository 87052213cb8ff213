import Foundation
import Primitives
import StrictJSON
import Testing

extension EndToEnd {
    /// Each event once, whatever interrupts the listener.
    @Test func eventsComeOnceAndInOrder() async throws {
        let federation = try TestFederation(validators: 1)
        try await federation.startAll()
        let url = ["FARTHING_URL": federation.urls[0]]
        let payee = try federation.payee.text(prefix: "far")
        for _ in 0..<2 {
            let paid = try Program.run(
                [
                    "pay", "--key", federation.folder + "/accounts/treasury.pem", "--to", payee, "--amount", "1",
                    "--wait",
                ],
                environment: url
            )
            #expect(paid.status == 0, "\(paid.errors)")
        }
        let all = try Program.run(["events", "--json"], environment: url)
        #expect(all.status == 0, "\(all.errors)")
        let lines = all.output.split(separator: "\n").map(String.init)
        let ids = try lines.map { try JSONReader(JSON.parse(Array($0.utf8))).member("id").string() }
        #expect(Set(ids).count == ids.count)
        #expect(lines.filter { $0.contains("\"event\":\"tx\"") }.count == 2)
        for (place, id) in ids.enumerated() {
            let rest = try Program.run(["events", "--json", "--from", id], environment: url)
            #expect(rest.output.split(separator: "\n").map(String.init) == Array(lines.dropFirst(place + 1)), "\(id)")
        }
        let only = try Program.run(["events", "--topic", "tx", "--account", payee], environment: url)
        #expect(only.output.split(separator: "\n").count == 2)
        #expect(only.output.contains("pays 1.000000 unit to \(payee), fee 0.000400 unit"))
        #expect(try Program.run(["events", "--from", "x"], environment: url).status == 64)
        #expect(try Program.run(["events", "--follow", "--url", "http://127.0.0.1:1"]).status == 69)
    }
}
