"""Wall clocks that are wrong: one of four nodes ahead, behind, fast, slow, or set while it runs; then right again."""
import datetime
import glob
import os
import random
import threading
import time

from client import Load, Refused, Unreachable, expect
from crashes import bring_back, progress
from federation import Federation

LIBRARIES = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
AHEAD_MILLISECONDS = 1_000  # Docs/Spec, 3.10: voters wait until a block's time is at most a second ahead of their clock
HEARD_SECONDS = 10
RIGHT = "+0 x1"  # the speed too, which stays what it was else

# The fault, what libfaketime is told, whether that changes while the node runs, and the offset in seconds after so many of them.
FAULTS = [
    ("1 s ahead", "+1", False, lambda _: 1),
    ("10 min ahead", "+600", True, lambda _: 600),
    ("10 min behind", "-600", False, lambda _: -600),
    ("1.1 times as fast", "+0 x1.1", False, lambda seconds: 0.1 * seconds),
    ("0.5 times as fast", "+0 x0.5", False, lambda seconds: -0.5 * seconds),
    ("1 s behind", "-1", True, lambda _: -1),
    ("10 min behind, set back", "-600", True, lambda _: -600),
]


def is_possible():
    """Why no clock can be made wrong here; None if it can."""
    return None if LIBRARIES else "no libfaketime: Scripts/setup --tests"


class Clock:
    """The wall clock of one node, as a file says; the monotonic one stays right."""

    def __init__(self, node):
        self.node, self.file = node, node.home.parent / f"{node.name}.clock"

    def fit(self, fake):
        """From the node's next start on."""
        self.set(fake)
        # Through a shell: the process in which libfaketime makes its shared memory finds no arguments, so a node that it is
        # loaded into at once prints its usage and ends with 0.
        self.node.prefix = ("sh", "-c", 'exec "$@"', "-")
        self.node.environment = {
            "LD_PRELOAD": LIBRARIES[0], "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, fake):
        new = self.file.with_suffix(".new")
        new.write_text(fake + "\n")
        new.rename(self.file)

    def end(self):
        """Kills the node, and takes away what libfaketime leaves behind then."""
        process = self.node.process
        self.node.kill()
        if process:
            for path in glob.glob(f"/dev/shm/*faketime*_{process.pid}"):
                os.unlink(path)

    def remove(self):
        self.node.prefix, self.node.environment = (), {}


class BlockTimes:
    """Every final block's time, held against the right clock as soon as somebody shows the block."""

    def __init__(self, endpoint):
        self.endpoint, self.stopping, self.failure = endpoint, threading.Event(), None
        self.times, self.ahead = {}, []
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._look()  # what is there already is of the past
        self.ahead.clear()
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join(30)

    def _watch(self):
        try:
            while not self.stopping.wait(0.02):
                self._look()
        except Exception as error:  # whatever it is, the run has failed
            self.failure = error

    def _look(self):
        try:
            blocks = self.endpoint.call("block_list", limit=50)["blocks"]
        except (Unreachable, Refused):
            return
        now = time.time() * 1000
        for block in reversed(blocks):
            height, at = int(block["header"]["height"]), int(block["header"]["timeMilliseconds"])
            if height in self.times:
                continue
            before = self.times.get(height - 1, -1)
            expect(at > before, f"block {height} is of {at}, the one before it of {before}")
            expect(at <= now + AHEAD_MILLISECONDS, f"block {height} is final {at - now:.0f} ms before its time")
            self.times[height] = at
            self.ahead.append(at - now)

    def check(self):
        """Raises what was seen; answers how far a block was ahead at most since the last look, in milliseconds."""
        if self.failure:
            raise self.failure
        ahead, self.ahead = self.ahead, []
        return max(ahead, default=float("-inf"))


def logged_offset(node):
    """How far the log's clock is ahead, in seconds: its last line against the time of the file, which the kernel keeps."""
    while True:
        written = node.log.stat().st_mtime_ns
        stamp = node.log.read_bytes().splitlines()[-1].decode().split()[0]
        if node.log.stat().st_mtime_ns == written:
            break
    return datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp() - written / 1e9


def clock_off(status):
    """What a node says of its own clock: milliseconds that it is ahead of its peers'; None if it finds nothing wrong."""
    for reason in status["why"]:
        if reason["reason"] == "clockOff":
            return -reason["facts"]["milliseconds"]
    return None


def wait_until_said(node, others, offset, what):
    """The node says how far its clock is off, its peers see the same of it, and none of them takes itself for wrong."""
    end = time.monotonic() + HEARD_SECONDS
    while True:
        expected = offset()
        said, seen = clock_off(node.status() or {"why": []}), [peer_offset(other, node.name) for other in others]
        off = [other.name for other in others if clock_off(other.status() or {"why": []}) is not None]
        if not off and said is not None and all(abs(value - expected) < 0.5 for value in [said / 1000, *seen]):
            return said
        expect(
            time.monotonic() < end,
            f"{what}: {node.name} should be {expected:.1f} s ahead; it says {said} ms, the others see {seen} s; of themselves say "
            f"so: {off}",
        )
        time.sleep(0.1)


def peer_offset(node, name):
    """How far a peer's clock is ahead of this node's, as it sees it, in seconds; infinity if it does not."""
    for peer in node.endpoint.call("node_peers")["peers"]:
        if peer["name"] == name and peer["said"]:
            return peer["said"]["clockOffsetMilliseconds"] / 1000
    return float("inf")


def clock(folder, rounds):
    """Each fault in turn, at one node, under load; its clock is set right while it runs."""
    figures = []
    with Federation(folder) as federation:
        federation.start()
        with Load(federation.bank, federation.endpoints) as load:
            for number in range(rounds):
                name, fake, runs, offset = FAULTS[number % len(FAULTS)]
                node = random.choice(federation.nodes)
                others = [other for other in federation.nodes if other is not node]
                with BlockTimes(others[0].endpoint) as times:
                    figures.append(one(federation, load, times, node, others, name, fake, runs, offset))
                progress("clock", number + 1, rounds, federation.bank)
        federation.finish()
    for name, said, final, ahead, right in figures:
        print(f"clock: {name:24} the node says {said:+8d} ms; {final:4} transactions final meanwhile; blocks at most "
              f"{ahead:+5.0f} ms ahead of a right clock, {right:+5.0f} ms when it is right again")
    print(f"clock: {federation.summary()}")


def one(federation, load, times, node, others, name, fake, runs, offset):
    """One fault and its end; answers its line of the summary."""
    hand = Clock(node)
    node.kill()
    hand.fit(RIGHT if runs else fake)
    try:
        line = wrong_and_right(federation, load, times, node, others, name, fake, runs, offset, hand)
    finally:
        hand.end()
        hand.remove()
    bring_back(federation, load, [node])
    return line


def wrong_and_right(federation, load, times, node, others, name, fake, runs, offset, hand):
    """What everybody does and says while the clock is wrong, and once it is right again."""
    bank, started = federation.bank, time.time()
    bring_back(federation, load, [node])
    began = time.time() if runs else started
    times.check()
    if runs:
        hand.set(fake)
    else:
        logged = logged_offset(node)
        is_faked = abs(logged - offset(time.time() - started)) < 0.5
        expect(is_faked, f"{name}: the log of {node.name} is {logged:.1f} s ahead: its clock is not as ordered")
    before = len(bank.promises)
    load.wait_for_one(20, name)
    said = wait_until_said(node, others, lambda: offset(time.time() - began), name)
    load.wait(2)
    load.wait_for_one(20, name)
    final, told = len(bank.promises) - before, bank.recent()
    for each in federation.nodes:
        each.wait_until_back(max(promise.height for promise in told), within=20)
        bank.check(each.endpoint, told, f"{name}: {each.name}")
    expect(clock_off(node.status()) is not None, f"{name}: {node.name} does not say any more that its clock is off")
    ahead = times.check()
    expect(ahead > float("-inf"), f"{name}: no block was seen")
    hand.set(RIGHT)
    end = time.monotonic() + HEARD_SECONDS
    while any(clock_off(each.status()) is not None for each in federation.nodes):
        expect(time.monotonic() < end, f"after {name}: a node still says that its clock is off")
        time.sleep(0.1)
    load.wait_for_one(20, f"after {name}")
    load.wait(0.5)
    federation.check_evidence()
    return name, said, final, ahead, times.check()
