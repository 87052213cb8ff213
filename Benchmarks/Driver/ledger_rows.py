"""P8, P10 and G1: the ledger with very many accounts. P11: the interface beside the signatures of a batch."""
from parts import Bare, expect, part
from report import Row

_measured = {}


def accounts(bench, count, round_number):
    """The figures of one ledger; rows that ask for the same get the same."""
    key = (count, round_number)
    if key not in _measured:
        size = bench.size(1_000, 50)
        _measured[key] = part("accounts", accounts=count, blocks=bench.size(10, 2), payments=size)
        first = _measured.get((count, 0), _measured[key])
        expect(first["digest"] == _measured[key]["digest"], f"two ledgers of {count} accounts differ")
    return _measured[key]


def sizes(bench):
    return bench.size([1_000, 100_000, 1_000_000, 10_000_000], [1_000, 2_000, 4_000])


def short(count):
    return f"10^{len(str(count)) - 1}" if str(count).strip("0") == "1" else str(count)


def p8(bench):
    row = Row("P8", "The ledger's memory: how many bytes for each account?")
    largest = sizes(bench)[-1]
    for number in bench.each_round():
        for count in sizes(bench)[1:]:
            figures = accounts(bench, count, number)
            row.add(f"memory per account at {short(count)}", figures["residentBytes"] / figures["accounts"], "bytes",
                    ("<=", 200) if count == largest else None)
        row.digests.append(figures["digest"])
    row.facts["what is measured"] = "accounts, state tree, replay window of a ledger filled by payments, in one process"
    return row


def p10(bench):
    row = Row("P10", "A block of 1,000 single payments: does it cost more with more accounts?")
    small, large, largest = sizes(bench)[0], sizes(bench)[-2], sizes(bench)[-1]
    for number in bench.each_round():
        with Bare(bench) as bare:
            found = {count: accounts(bench, count, number) for count in sizes(bench)}

        def signed(count):
            return found[count]["verifyNanoseconds"] + found[count]["executeNanoseconds"]

        def unsigned(count):
            figures = found[count]
            return figures["executeNanoseconds"] * figures["blocks"] / figures["touched"] / 1e3

        row.add(f"with signatures, {short(large)} ÷ {short(small)}", signed(large) / signed(small), target=("<=", 1.15))
        row.add(f"without, per touched account at {short(large)}", unsigned(large), "µs", ("<=", 4))
        row.add(f"with signatures, {short(largest)} ÷ {short(large)}", signed(largest) / signed(large), target=("<=", 1.3))
        row.add(f"without, {short(largest)} ÷ {short(large)}", unsigned(largest) / unsigned(large))
        for count in sizes(bench):
            if count != large:
                row.add(f"without, per touched account at {short(count)}", unsigned(count), "µs")
            row.digests.append(found[count]["digest"])
        verify = bare.seconds("verify")
        row.add("one verification ÷ bare", found[large]["verifyNanoseconds"] / found[large]["payments"] / 1e9 / verify)
    return row


def p11(bench):
    row = Row("P11", "`tx_submitBatch` of 1,000: what does the interface add to the cost of its signatures?")
    count = bench.size(1_000, 50)
    for _ in bench.each_round():
        figures = part("batches", transactions=count, repetitions=bench.size(5, 1))
        bare = figures["bareNanoseconds"]
        row.add("in hex, beyond its signatures", figures["hexNanoseconds"] / bare - 1, target=("<=", 0.15))
        row.add("as objects, beyond its signatures", figures["objectNanoseconds"] / bare - 1, target=("<=", 0.30))
        row.add("in hex, per transaction", figures["hexNanoseconds"] / count / 1e3, "µs")
        row.add("as objects, per transaction", figures["objectNanoseconds"] / count / 1e3, "µs")
        row.add("bare verification", bare / count / 1e3, "µs")
        row.digests.append(figures["digest"])
    expect(len(set(row.digests)) == 1, "two rounds got different answers")
    return row


def g1(bench):
    row = Row("G1", "Growth by accounts: memory, and a block of 1,000 single payments")
    for number in bench.each_round():
        for count in sizes(bench):
            figures = accounts(bench, count, number)
            row.add(f"{short(count)} accounts: without signatures", figures["executeNanoseconds"] / figures["payments"] / 1e3,
                    "µs a payment")
            row.add(f"{short(count)} accounts: with signatures",
                    (figures["verifyNanoseconds"] + figures["executeNanoseconds"]) / figures["payments"] / 1e3, "µs a payment")
            row.add(f"{short(count)} accounts: opening one", figures["openingNanoseconds"] / 1e3, "µs")
            row.add(f"{short(count)} accounts: memory", figures["residentBytes"] / figures["accounts"], "bytes an account")
            row.digests.append(figures["digest"])
    return row


def g3(bench):
    row = Row("G3", "Growth by validators, in the simulated network: processor time and messages, signatures apart")
    payments = bench.size(400, 20)
    for _ in bench.each_round():
        for count in bench.size([1, 4, 7, 16, 31], [1, 4]):
            figures = part("worlds", validators=count, payments=payments)
            name = f"{count} validator{'s' if count > 1 else ''}"
            row.add(f"{name}: time per payment and node", figures["nanoseconds"] / 1e3 / figures["settled"] / count, "µs")
            row.add(f"{name}: messages per block", figures["messages"] / figures["height"])
            row.add(f"{name}: bytes per block", figures["messageBytes"] / figures["height"])
            row.digests.append(figures["digest"])
    row.facts["not the node alone"] = "the world's own work is in it: checkers of every promise, a verifier, virtual links"
    return row
