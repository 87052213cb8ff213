"""P7: bytes on disk and on the wire for each payment."""
import machine
from latency_rows import bank_of
from nodes import Federation, clients
from report import Row


def encoded_size(federation):
    """Bytes of a signed single payment: the transaction, then which kind of authorization, then a signature."""
    bank = bank_of(federation)
    value = bank.payment()["transaction"]["transaction"]
    return len(clients.transaction(value, bank.prefix)) + 1 + 64


def p7(bench):
    row = Row("P7", "Single payments among 1,000 accounts: bytes on a node's disk, and on each link between two nodes")
    payments = bench.size(60_000, 500)
    for _ in bench.each_round():
        with Federation(bench) as federation:
            federation.one_head()
            before = machine.folder_bytes(federation.nodes[0].home / "data")
            load = federation.load("--batch-share", 0, payments=payments)
            row.digests.append("{} {}".format(*federation.one_head()))
            size = encoded_size(federation)
            links = len(federation.nodes) * (len(federation.nodes) - 1) // 2
            federation.stop()
            home = federation.nodes[0].home
            after = machine.folder_bytes(home / "data")
            # A start makes tables of the logs, and drops what is no longer needed.
            federation.nodes[0].start()
            federation.nodes[0].wait_until_live()
            federation.nodes[0].stop()
            tables = machine.folder_bytes(home / "data")
        row.add("on disk per payment, after a restart", (tables - before) / payments, "bytes", ("<=", 280))
        row.add("on disk per payment, right after", (after - before) / payments, "bytes")
        row.add("on the wire per link ÷ encoded size", load.wire_bytes / links / payments / size, target=("<=", 1.6))
        row.add("on the wire per link and payment", load.wire_bytes / links / payments, "bytes")
        row.add("a payment, encoded", size, "bytes")
    row.facts["payments in a round"] = payments
    row.facts["of that"] = "the state of 1,000 accounts; one index entry and one touch for each account and block"
    return row
