import Cryptography
import Foundation
import LedgerCore
import Primitives
import StrictJSON
import Testing

extension EndToEnd {
    /// A payment's traces afterwards: what it would cost before it is made, its receipt, the account's history, the blocks.
    @Test func aPaymentCanBeLookedBackOn() async throws {
        let federation = try TestFederation(validators: 1)
        try await federation.startAll()
        let url = ["FARTHING_URL": federation.urls[0]]
        let folder = try TemporaryFolder()
        let treasury = federation.folder + "/accounts/treasury.pem"
        let genesis = federation.folder + "/genesis.json"
        let payee = try federation.payee.text(prefix: "far")
        let payer = AccountID(try federation.treasury.publicKey).text(prefix: "far")
        func farthing(_ arguments: String...) throws -> Program.Outcome {
            try Program.run(arguments, environment: url)
        }

        // Before: signed or not, nothing is submitted.
        let built = try farthing("tx", "build", "--payer", payer, "--pay", "\(payee)=0.25=tea", "--max-fee", "0.000400")
        let draft = try folder.write("draft.json", built.output)
        let checked = try farthing("tx", "check", draft)
        #expect(checked.status == 0, "\(checked.errors)")
        #expect(checked.output.contains("fee      0.000400 unit now, 0.000400 unit at most; 2 shares at 200"))
        let signed = try folder.write("signed.json", try farthing("tx", "sign", draft, "--key", treasury).output)
        #expect(try farthing("tx", "check", signed, "--json").output.contains("\"status\": \"admissible\""))
        let poor = try farthing("tx", "build", "--payer", payee, "--pay", "\(payer)=5000")
        #expect(try farthing("tx", "check", folder.write("poor.json", poor.output)).status == 75)

        let paid = try farthing("tx", "submit", signed, "--wait", "--json")
        #expect(paid.status == 0, "\(paid.errors)")
        let id = try JSONReader(JSON.parse(Array(paid.output.utf8))).member("id").string()

        // The receipt, which needs nobody's word.
        let receipt = folder.path("receipt.json")
        #expect(try farthing("receipt", "get", id, "--output", receipt).status == 0)
        #expect(try farthing("receipt", "get", id, "--output", receipt).status == 65, "never written over")
        let missing = try farthing("receipt", "get", String(repeating: "0", count: 64))
        #expect([1, 75].contains(missing.status), "\(missing.errors)")
        federation.stopAll()
        let held = try farthing("receipt", "check", receipt, "--genesis", genesis)
        #expect(held.status == 0, "\(held.errors)")
        #expect(held.output.contains("paid       0.250000 unit to \(payee)   \"tea\""))
        #expect(held.output.contains("fee        0.000400 unit: charged 400 = 2 shares × 200"))
        #expect(held.output.contains("signed by  node-1 of 1 validators"))
        #expect(
            try farthing("receipt", "check", receipt, "--genesis", genesis, "--json").output.contains("\"good\": true")
        )
        let text = try String(contentsOfFile: receipt, encoding: .utf8)
        for (old, new) in [("\"fee\": \"400\"", "\"fee\": \"399\""), ("\"250000\"", "\"250001\"")] {
            #expect(text.contains(old))
            let forged = try folder.write("forged.json", text.replacingOccurrences(of: old, with: new))
            let refused = try farthing("receipt", "check", forged, "--genesis", genesis)
            #expect(refused.status == 3, "\(refused.errors)")
        }
        let other = try TestFederation(validators: 1)
        #expect(try farthing("receipt", "check", receipt, "--genesis", other.folder + "/genesis.json").status == 3)

        // What is final now, told by another process of the same node.
        try await federation.startAll()
        let history = try farthing("account", "history", payee)
        #expect(history.status == 0, "\(history.errors)")
        let rows = history.output.split(separator: "\n")
        #expect(rows.first?.contains("+0.250000 unit  payment  from \(payer)  \"tea\"") == true)
        #expect(rows.first?.hasSuffix("balance 1000.250000 unit") == true)
        #expect(try farthing("account", "history", payee, "--direction", "out").output.isEmpty)
        #expect(
            try farthing("account", "history", payee, "--reference", "tea").output.split(separator: "\n").count == 1
        )
        #expect(try farthing("account", "history", payee, "--limit", "1").errors.contains("--cursor"))
        let blocks = try farthing("block", "list", "--order", "oldest")
        #expect(blocks.status == 0, "\(blocks.errors)")
        #expect(blocks.output.split(separator: "\n").count >= 2)
    }
}
