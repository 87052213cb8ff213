"""P9 and G2: starting with a long chain. P13: catching up with one that went on."""
import json
import shutil
import time

import machine
from nodes import Federation, Node, clients, free_ports, run
from parts import Bare, expect, part
from report import Row


def chain_home(bench, name, **shape):
    """A follower's home with a chain of this shape; made once where chains are kept."""
    folder = (bench.keep / name) if bench.keep else bench.new_folder()
    facts = folder / "chain.json"
    if facts.exists():
        return folder / "home", json.loads(facts.read_text())
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    genesis, home = folder / "genesis.json", folder / "home"
    part("chain", genesis=genesis, genesis_only=True, validators=shape["validators"], payers=shape["payers"])
    made = run("node", "init", "--home", home, "--genesis", genesis, "--follower", "--peer", "node 0=127.0.0.1:1", "--json")
    expect(made.returncode == 0, f"node init ended with {made.returncode}: {made.stderr}")
    figures = part("chain", genesis=genesis, home=home, **shape)
    facts.write_text(json.dumps(figures))
    return home, figures


def start(home):
    """Starts a node on a home; answers seconds of wall time and of processor time to its first answer, and its memory."""
    port = free_ports(1)
    node = Node("node", home, clients.Endpoint("127.0.0.1", port))
    began = time.monotonic()
    node.start(FARTHING_RPC_LISTEN=f"127.0.0.1:{port}")
    try:
        node.wait_until_live(within=600)
        wall = time.monotonic() - began
        status = node.status()
        pid = node.process.pid
        return wall, machine.processor_seconds(pid), machine.memory(pid, "VmRSS"), status["head"]
    finally:
        node.stop()


def p9(bench):
    row = Row("P9", "10^6 accounts, 10^5 blocks, the last 600 with 1,000 single payments each: how long from start to serving?")
    shape = dict(
        validators=4, payers=1_000, opened=bench.size(1_000_000, 2_000), empty=bench.size(100_000 - 632, 50),
        blocks=bench.size(600, 3), payments=bench.size(1_000, 50),
    )
    home, made = chain_home(bench, "p9-tiny" if bench.tiny else "p9", **shape)
    for _ in bench.each_round():
        wall, processor, memory, head = start(home)
        expect(head["hash"] == made["digest"], f"the node serves another chain: {head}")
        row.add("start to first answer", wall, "s", ("<=", 3))
        row.add("processor time", processor, "s")
        row.add("memory in use then", memory / 2**20, "MiB")
        row.add("memory per account", memory / made["accounts"], "bytes")
        row.digests.append(head["hash"])
    row.facts["chain"] = f"{made['accounts']} accounts, height {made['height']}, {made['payments']} payments"
    row.facts["on disk"] = f"{machine.folder_bytes(home / 'data') / 2**20:.0f} MiB"
    return row


def g2(bench):
    row = Row("G2", "Growth by blocks: starting, and committing, with a longer chain behind")
    for count in bench.size([100, 1_000, 10_000, 100_000], [20, 40]):
        shape = dict(validators=4, payers=1_000, empty=count, blocks=bench.size(20, 2), payments=bench.size(1_000, 50))
        home, made = chain_home(bench, f"g2-{count}", **shape)
        row.add(f"{count} blocks behind: commit", made["commitWallNanoseconds"] / 1e6 / made["committedBlocks"], "ms a block")
        for _ in bench.each_round():
            wall, processor, memory, head = start(home)
            expect(head["hash"] == made["digest"], f"the node serves another chain: {head}")
            row.add(f"{count} blocks behind: start", wall, "s")
            row.add(f"{count} blocks behind: processor time", processor, "s")
            row.add(f"{count} blocks behind: memory", memory / 2**20, "MiB")
            row.digests.append(head["hash"])
    return row


def p13(bench):
    row = Row("P13", "A node that is behind by 10^5 single payments: how long until it has caught up, the others idle?")
    payments = bench.size(100_000, 500)
    with Federation(bench, accounts=bench.size(10_000, 1_000)) as federation:
        late = federation.nodes[-1]
        for _ in bench.each_round():
            late.stop()
            federation.load("--batch-share", 0, payments=payments, urls=federation.urls[:-1])
            height, head = federation.one_head()
            with Bare(bench) as bare:
                others = federation.processor_seconds()
                began = time.monotonic()
                late.start()
                caught_up(late, int(height))
                wall = time.monotonic() - began
                processor = machine.processor_seconds(late.process.pid)
                others = federation.processor_seconds() - processor - others
            floor = payments * bare.seconds("verify")
            row.add("caught up ÷ bare verifications on all processors", wall * bare.per_second / payments, target=("<=", 1.3))
            row.add("its processor time ÷ bare verifications", processor / floor)
            row.add("start to caught up", wall, "s")
            row.add("processor time of the three others", others, "s")
            row.add("bare verification", bare.seconds("verify") * 1e6, "µs")
            row.digests.append(f"{height} {head}")
            federation.one_head()
    row.facts["payments in a round"] = payments
    return row


def caught_up(node, height, within=600):
    """Looks seldom: an answer costs the node processor time too."""
    end = time.monotonic() + within
    while True:
        status = node.status()
        if status and int(status["head"]["height"]) >= height:
            return
        expect(node.runs, f"{node.name} ended: {node.log.read_text(errors='replace')[-2000:]}")
        expect(time.monotonic() < end, f"{node.name} has not caught up within {within} s: {status}")
        time.sleep(0.05)
