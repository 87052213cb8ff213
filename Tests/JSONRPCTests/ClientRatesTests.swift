import JSONRPC
import Testing

struct ClientRatesTests {
    private static let second: UInt64 = 1_000_000_000

    @Test
    func letsAClientSpendItsBurstAndThenItsRate() {
        var rates = ClientRates(callsPerSecond: 10, callsBurst: 3)
        for _ in 0..<3 { #expect(rates.take(1, by: "a", at: 0) == nil) }
        #expect(rates.take(1, by: "a", at: 0) == Self.second / 10)
        #expect(rates.take(1, by: "a", at: Self.second / 20) == Self.second / 20)
        #expect(rates.take(1, by: "a", at: Self.second / 10) == nil)
        #expect(rates.take(1, by: "a", at: Self.second / 10) == Self.second / 10)
        // However long it was quiet, it saves no more than its burst.
        for _ in 0..<3 { #expect(rates.take(1, by: "a", at: 100 * Self.second) == nil) }
        #expect(rates.take(1, by: "a", at: 100 * Self.second) != nil)
    }

    @Test
    func keepsClientsApart() {
        var rates = ClientRates(callsPerSecond: 1, callsBurst: 1)
        #expect(rates.take(1, by: "a", at: 0) == nil)
        #expect(rates.take(1, by: "a", at: 0) == Self.second)
        #expect(rates.take(1, by: "b", at: 0) == nil)
    }

    @Test
    func takesABatchIntoDebt() {
        var rates = ClientRates(callsPerSecond: 1, callsBurst: 2)
        #expect(rates.take(1, by: "a", at: 0) == nil)
        rates.charge(9, to: "a", at: 0)
        #expect(rates.take(1, by: "a", at: 0) == 9 * Self.second)
        #expect(rates.take(1, by: "a", at: 9 * Self.second) == nil)
    }

    @Test
    func remembersOnlySoManyClientsAndForgetsThoseWithAFullBucket() {
        var rates = ClientRates(callsPerSecond: 1, callsBurst: 2, clientsMax: 3)
        for client in ["a", "b", "c"] { #expect(rates.take(2, by: client, at: 0) == nil) }
        #expect(rates.take(1, by: "d", at: 0) == Self.second, "nobody can be forgotten yet")
        #expect(rates.take(1, by: "a", at: 0) != nil, "and nobody's debt is")
        #expect(rates.take(1, by: "d", at: 3 * Self.second) == nil)
    }

    @Test(arguments: [
        (nil, "unknown"), ("192.0.2.1", "192.0.2.1"), ("::1", "0:0:0:0"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2"),
        ("2001:db8:1:2::9", "2001:db8:1:2"), ("2001:db8::9", "2001:db8:0:0"), ("fe80::1%eth0", "fe80:0:0:0"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("::", "0:0:0:0"),
    ])
    func takesTheFirstHalfOfAnIPv6AddressForOneClient(address: String?, client: String) {
        #expect(ClientAddress.client(of: address) == client)
    }
}
