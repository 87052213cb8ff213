#!/usr/bin/env python3
"""Recomputes a node's chain through JSON-RPC from the genesis file alone, with Tests/Spec/second.py.

    check-chain.py GENESIS URL
"""
import json
import sys

from second import Chain, Genesis, block_hash, call, header_bytes, read_header

genesis = Genesis(json.load(open(sys.argv[1])))
url = sys.argv[2]
chain = Chain(genesis)
assert call(url, "network_info")["network"] == genesis.network.hex(), "the network id"

tip = int(call(url, "block_get")["header"]["height"])
transactions = payments = 0
for height in range(1, tip + 1):
    block = call(url, "block_get", height=str(height), transactions="full")
    raw = bytes.fromhex(block["headerBytes"])
    found = read_header(raw)
    assert header_bytes(found) == raw
    shown = block["header"]
    for name, value in found.items():
        text = value.hex() if isinstance(value, bytes) else str(value)
        assert str(shown[name]) == text, f"height {height}: {name} is shown as {shown[name]}, the bytes say {text}"
    n, view = len(genesis.keys), int(block["justification"]["view"])
    assert found["proposer"] == view % n, f"height {height}: the proposer is not the leader of view {view}"
    assert len(block["justification"]["signers"]) >= 2 * n // 3 + 1
    expected = chain.append(found["proposer"], found["timeMilliseconds"], block["transactions"])
    for name in found:
        assert found[name] == expected[name], f"height {height}: {name} is {found[name]}, recomputed {expected[name]}"
    assert block_hash(genesis.network, found).hex() == block["hash"], f"height {height}: the hash"
    transactions += found["transactionCount"]
    payments += found["shares"] - found["transactionCount"]

paid = sum(chain.balances[account] for account in genesis.payouts)
assert sum(chain.balances.values()) == sum(balance for _, balance in genesis.accounts), "the supply"
print(f"{tip} blocks, {transactions} transactions, {payments} payments, {paid} paid out: all as the node has it")
