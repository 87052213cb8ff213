"""Nodes that end without warning: by SIGKILL, by a power cut, on a full disk."""
import fcntl
import os
import random
import statistics
import struct
import subprocess
import time

from client import Load
from federation import REJOIN_SECONDS, Federation, expect

# _IOR('X', 125, __u32) of the kernel, and its flag: nothing that is in memory reaches the disk, not even the journal.
FS_IOC_SHUTDOWN, NO_LOG_FLUSH = 0x8004587D, 2


def some(nodes):
    """Mostly one node, now and then two, or all of them."""
    return random.sample(nodes, random.choices([1, 2, len(nodes)], [70, 15, 15])[0])


def bring_back(federation, load, victims):
    """Starts what was ended and waits until it signs at the height of the others; answers how long each took."""
    bank = federation.bank
    for node in victims:
        federation.votes.add(node.home)
    # What is told from here on may lie above the height that a node has to reach.
    told = bank.recent()
    goal = max(max(promise.height for promise in told), federation.height(besides=victims))
    began = time.monotonic()
    for node in victims:
        node.start()
    times = []
    for node in victims:
        node.wait_until_back(goal, within=REJOIN_SECONDS - (time.monotonic() - began))
        times.append(time.monotonic() - began)
    for node in victims:
        bank.check(node.endpoint, told, f"{node.name} after its restart")
    load.wait_for_one(REJOIN_SECONDS, "all nodes are back")
    return times


def rejoined(times):
    return (
        f"back within {max(times):.1f} s at most, {statistics.median(times):.1f} s in the median (bar: {REJOIN_SECONDS} s)"
    )


def progress(kind, done, total, bank):
    if done % 25 == 0 and done < total:
        print(f"{kind}: {done} of {total}, {len(bank.promises)} transactions final so far", flush=True)


def kill(folder, cycles):
    """SIGKILL to random nodes under load, sometimes once more while they start."""
    times, counts, twice = [], {1: 0, 2: 0, 4: 0}, 0
    with Federation(folder) as federation:
        federation.start()
        with Load(federation.bank, federation.endpoints) as load:
            for cycle in range(1, cycles + 1):
                load.wait(random.uniform(0.1, 0.8))
                federation.check_evidence()
                victims = some(federation.nodes)
                counts[len(victims)] += 1
                for node in victims:
                    node.kill()
                if random.random() < 0.2:
                    twice += 1
                    for node in victims:
                        node.start()
                    time.sleep(random.uniform(0.01, 0.5))
                    for node in victims:
                        node.kill()
                if len(victims) == 1:
                    load.wait_for_one(20, f"without {victims[0].name}")
                times += bring_back(federation, load, victims)
                progress("kill", cycle, cycles, federation.bank)
        federation.finish()
    print(f"kill: {cycles} cycles: one node {counts[1]} times, two {counts[2]}, all four {counts[4]}; {twice} of them "
          f"killed again while starting; {rejoined(times)}")
    print(f"kill: {federation.summary()}")


class Disk:
    """A file system of its own for each home; needs root."""

    def __init__(self, node):
        self.node, self.path = node, node.home.parent / f"disk-{node.name}"
        self.path.mkdir()
        self.make()
        self.mount()
        home = self.path / "home"
        subprocess.run(["cp", "-a", node.home, home], check=True)
        subprocess.run(["rm", "-r", node.home], check=True)
        # As old as a home is that has been there for a while: on the disk.
        subprocess.run(["sync", "-f", home], check=True)
        node.home = home

    def unmount(self):
        for _ in range(50):
            if subprocess.run(["umount", self.path], stderr=subprocess.DEVNULL).returncode == 0:
                return
            time.sleep(0.05)
        subprocess.run(["umount", self.path], check=True)


class PowerDisk(Disk):
    """ext4 in a file, whose power can be cut: everything that was not synced is gone."""

    def make(self):
        self.image = self.path.with_suffix(".img")
        with open(self.image, "wb") as image:
            image.truncate(384 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", self.image], check=True)

    def mount(self):
        subprocess.run(["mount", "-o", "loop", self.image, self.path], check=True)

    def cut(self):
        folder = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, FS_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(folder)


def power_is_possible(folder):
    """Why power can't be cut here; None if it can."""
    probe = PowerDisk.__new__(PowerDisk)
    probe.path = folder / "probe"
    probe.path.mkdir()
    try:
        probe.make()
        probe.mount()
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no ext4 in a loop device: {error}"
    try:
        probe.cut()
    except OSError as error:
        return f"no shutdown of a file system: {error}"
    finally:
        probe.unmount()
        probe.image.unlink()
    return None


def power(folder, cuts):
    """The power of one, two or all nodes' disks fails under load."""
    times, counts, ended = [], {1: 0, 2: 0, 4: 0}, 0
    with Federation(folder) as federation:
        disks = {node: PowerDisk(node) for node in federation.nodes}
        federation.start()
        with Load(federation.bank, federation.endpoints) as load:
            for cut in range(1, cuts + 1):
                load.wait(random.uniform(0.1, 0.8))
                federation.check_evidence()
                victims = some(federation.nodes)
                counts[len(victims)] += 1
                # Half of the nodes die with their disk; the others find out, and must stop by themselves.
                survives = random.random() < 0.5
                for node in victims:
                    disks[node].cut()
                    if not survives:
                        node.kill()
                for node in victims:
                    if survives:
                        ended += 1
                        node.expect_end(74, "farthing node start --home")
                    disks[node].unmount()
                    disks[node].mount()
                times += bring_back(federation, load, victims)
                progress("power", cut, cuts, federation.bank)
        federation.finish()
        for disk in disks.values():
            disk.unmount()
    print(f"power: {cuts} cuts: one disk {counts[1]} times, two {counts[2]}, all four {counts[4]}; "
          f"{ended} nodes outlived their disk, and ended with 74; {rejoined(times)}")
    print(f"power: {federation.summary()}")


class SmallDisk(Disk):
    """A file system in memory that can be filled to the last page."""

    def make(self):
        self.filler = self.path / "filler"

    def mount(self):
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,mode=700", "tmpfs", self.path], check=True)

    def fill(self):
        with open(self.filler, "wb", buffering=0) as file:
            try:
                while True:  # page by page, so that no larger write is refused while a page is left
                    file.write(b"\1" * 4096)
            except OSError:
                pass


def small_disk_is_possible(folder):
    """Why no small file system can be mounted here; None if it can."""
    probe = SmallDisk.__new__(SmallDisk)
    probe.path = folder / "probe"
    probe.path.mkdir()
    try:
        probe.mount()
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no file system in memory: {error}"
    probe.unmount()
    return None


def full(folder, runs):
    """The disk of one node, or of all, is full under load, then has room again."""
    times, seconds, counts = [], [], {1: 0, 4: 0}
    with Federation(folder) as federation:
        disks = {node: SmallDisk(node) for node in federation.nodes}
        federation.start()
        with Load(federation.bank, federation.endpoints) as load:
            for number in range(1, runs + 1):
                load.wait(random.uniform(0.1, 0.5))
                federation.check_evidence()
                victims = random.choice([[random.choice(federation.nodes)]] * 3 + [federation.nodes])
                counts[len(victims)] += 1
                for node in victims:
                    disks[node].fill()
                # With a full disk each node ends at the next write that fails; without a quorum it may have none to make.
                first = [node.expect_end(74, "farthing node start --home") for node in ends(victims)]
                seconds += first
                for node in victims:
                    if node.runs:
                        node.kill()
                    disks[node].filler.unlink()
                times += bring_back(federation, load, victims)
                progress("full", number, runs, federation.bank)
        federation.finish()
        for disk in disks.values():
            disk.unmount()
    print(f"full: {runs} full disks: of one node {counts[1]} times, of all four {counts[4]}; {len(seconds)} nodes ended with 74, "
          f"{max(seconds):.1f} s later at most; started again without a repair, {rejoined(times)}")
    print(f"full: {federation.summary()}")


def ends(victims):
    """The nodes that a full disk ends: one of one; of four at least those that break the quorum."""
    if len(victims) == 1:
        return victims
    end = time.monotonic() + 30
    while sum(not node.runs for node in victims) < 2:
        expect(time.monotonic() < end, "no two of four nodes with a full disk have ended after 30 s")
        time.sleep(0.05)
    time.sleep(1)
    return [node for node in victims if not node.runs]
