"""A network that fails between nodes: each has a namespace of its own, on a bridge in a fifth."""
import contextlib
import ctypes
import random
import subprocess
import time

from client import Broken, Load
from crashes import bring_back, progress
from federation import Federation, expect

CLONE_NEWNET = 0x40000000
HEAL_SECONDS = 30
libc = ctypes.CDLL(None, use_errno=True)


class Namespace:
    """A network namespace that lives as long as a process of ours, so that it can't be left behind."""

    def __init__(self):
        self.holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "echo made && read -r _"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        if self.holder.stdout.readline() != b"made\n":
            raise OSError("no network namespace")
        self.path = f"/proc/{self.holder.pid}/ns/net"
        self.prefix = ("nsenter", f"--net={self.path}")
        self.run("ip", "link", "set", "lo", "up")

    def run(self, *command):
        subprocess.run([*self.prefix, *map(str, command)], check=True, stdout=subprocess.DEVNULL)

    @contextlib.contextmanager
    def enter(self):
        """This thread's sockets are made in there."""
        with open("/proc/thread-self/ns/net") as home, open(self.path) as inside:
            for place in (inside, home):
                if libc.setns(place.fileno(), CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "setns")
                if place is inside:
                    try:
                        yield
                    except BaseException:
                        libc.setns(home.fileno(), CLONE_NEWNET)
                        raise

    def close(self):
        self.holder.kill()
        self.holder.wait()


class Network:
    """One namespace for each node, and the bridge between them."""

    def __init__(self, count=4):
        self.places = []
        try:
            self.switch = self._make()
            self.switch.run("ip", "link", "add", "bridge", "type", "bridge")
            self.switch.run("ip", "link", "set", "bridge", "up")
            self.nodes = [self._make() for _ in range(count)]
            for i, place in enumerate(self.nodes):
                self.switch.run("ip", "link", "add", f"to-{i}", "type", "veth", "peer", "name", "eth0", "netns", place.holder.pid)
                self.switch.run("ip", "link", "set", f"to-{i}", "master", "bridge", "up")
                place.run("ip", "address", "add", f"{address(i)}/24", "dev", "eth0")
                place.run("ip", "link", "set", "eth0", "up")
                place.run("iptables", "-w", "-L", "-n")
        except BaseException:
            self.close()
            raise

    def _make(self):
        self.places.append(Namespace())
        return self.places[-1]

    def close(self):
        for place in self.places:
            place.close()

    def rule(self, i, chain, *match):
        self.nodes[i].run("iptables", "-w", "-A", chain, *match, "-j", "DROP")

    def link(self, i, state):
        self.switch.run("ip", "link", "set", f"to-{i}", state)

    def heal(self):
        for i, place in enumerate(self.nodes):
            place.run("iptables", "-w", "-F")
            self.link(i, "up")


def address(i):
    return f"10.77.0.{i + 1}"


def is_possible():
    """Why no such network can be made here; None if it can."""
    try:
        Network(1).close()
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no network of namespaces: {error}"
    return None


def move(federation, network):
    """Each node into its namespace, before it is started."""
    ports = {}
    for i, node in enumerate(federation.nodes):
        text = (node.home / "config.yaml").read_text()
        ports[i] = text.split('listen: "')[1].split('"')[0]
    for i, node in enumerate(federation.nodes):
        path = node.home / "config.yaml"
        text = path.read_text()
        for j, place in ports.items():
            text = text.replace(f'"{place}"', f'"{address(j)}:{place.split(":")[1]}"')
        path.write_text(text)
        node.prefix, node.endpoint.enter = network.nodes[i].prefix, network.nodes[i].enter


# What is done to a network and to one node of it, and what is then cut off from a quorum.
def isolated(network, i):
    network.rule(i, "INPUT", "-i", "eth0")
    network.rule(i, "OUTPUT", "-o", "eth0")
    return [i]


def deaf(network, i):
    network.rule(i, "INPUT", "-i", "eth0")
    return [i]


def mute(network, i):
    network.rule(i, "OUTPUT", "-o", "eth0")
    return []


def one_way(network, i):
    network.rule(i, "INPUT", "-s", address((i + 1) % 4))
    return []


def unplugged(network, i):
    network.link(i, "down")
    return [i]


def halves(network, i):
    for j in (i, (i + 1) % 4):
        for k in ((i + 2) % 4, (i + 3) % 4):
            network.rule(j, "INPUT", "-s", address(k))
            network.rule(j, "OUTPUT", "-d", address(k))
    return range(4)


def loss(network, _):
    for i in range(4):
        network.rule(i, "INPUT", "-i", "eth0", "-m", "statistic", "--mode", "random", "--probability", "0.2")
    return []


FAULTS = [isolated, deaf, unplugged, mute, one_way, halves, loss]


def network(folder, rounds):
    """Each fault in turn, on a random node, under load; then the network heals."""
    healed, counts, still = [], {fault.__name__: 0 for fault in FAULTS}, 0
    wires = Network()
    try:
        with Federation(folder) as federation:
            move(federation, wires)
            federation.start()
            with Load(federation.bank, federation.endpoints) as load:
                for number in range(rounds):
                    load.wait(random.uniform(0.3, 0.8))
                    fault = FAULTS[number % len(FAULTS)]
                    counts[fault.__name__] += 1
                    cut_off = [federation.nodes[i] for i in fault(wires, random.randrange(4))]
                    time.sleep(0.5)  # what was on its way arrives
                    before = {node: node.height for node in cut_off}
                    expect(-1 not in before.values(), f"{fault.__name__}: a node does not answer its own clients")
                    if len(cut_off) < 4 and fault is not loss:
                        load.wait_for_one(20, f"{fault.__name__}: a quorum is connected")
                    load.wait(2)
                    for node, height in before.items():
                        if node.height != height:
                            raise Broken(f"{fault.__name__}: {node.name} went on from {height} without a quorum")
                        still += 1
                    wires.heal()
                    goal, began = federation.height(), time.monotonic()
                    for node in federation.nodes:
                        node.wait_until_back(goal, within=HEAL_SECONDS - (time.monotonic() - began))
                    load.wait_for_one(HEAL_SECONDS, f"healed after {fault.__name__}")
                    healed.append(time.monotonic() - began)
                    federation.check_evidence()
                    # A clean stop leaves no votes to read.
                    for node in federation.nodes:
                        node.kill()
                    bring_back(federation, load, federation.nodes)
                    progress("network", number + 1, rounds, federation.bank)
            federation.finish()
    finally:
        wires.close()
    done = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items())
    print(f"network: {rounds} faults: {done}; {still} times a node without a quorum stood still; healed within "
          f"{max(healed):.1f} s at most (bar: {HEAL_SECONDS} s)")
    print(f"network: {federation.summary()}")
