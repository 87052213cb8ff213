"""Clients of a federation: they pay, and keep what they were told.

A payment is signed here, with libsodium, and its id is that of Docs/Spec (Tests/Spec/second.py): no code of the node's.
"""
import base64
import collections
import ctypes
import http.client
import json
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Spec"))
from second import signing_bytes, transaction, transaction_id  # noqa: E402

sodium = ctypes.CDLL("libsodium.so.23")


class Broken(Exception):
    """A promise of the node's that did not hold."""


def expect(holds, what):
    if not holds:
        raise Broken(what)


class Unreachable(Exception):
    """No answer: the node is not there, or the network."""


class Refused(Exception):
    """An answer that is an error; its reason."""


class Endpoint:
    """A node's RPC port; enters the namespace of the node, where it has one, to connect."""

    def __init__(self, host, port, enter=None):
        self.host, self.port, self.enter = host, port, enter

    def _ask(self, verb, path, body, timeout):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            if self.enter:
                with self.enter():
                    connection.connect()
            connection.request(verb, path, body, {"Content-Type": "application/json"} if body else {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(str(error)) from error
        finally:
            connection.close()

    def text(self, path, timeout=5):
        status, body = self._ask("GET", path, None, timeout)
        expect(status == 200, f"{path} answers {status}")
        return body.decode()

    def metric(self, name, timeout=5):
        for line in self.text("/metrics", timeout).splitlines():
            if line.startswith(name + " "):
                return float(line.split()[-1])
        raise Broken(f"/metrics has no {name}")

    def batch(self, calls, timeout=15):
        """Answers of [(method, params)], in order; what was refused is a Refused in its place."""
        asked = [dict(jsonrpc="2.0", id=i, method=method, params=params) for i, (method, params) in enumerate(calls)]
        status, body = self._ask("POST", "/", json.dumps(asked), timeout)
        try:
            answers = json.loads(body)
        except ValueError as error:
            raise Unreachable(f"status {status}: {body[:200]}") from error
        if not isinstance(answers, list):
            raise Refused(answers["error"].get("data", {}).get("reason", answers["error"]["message"]))
        found = {answer["id"]: answer for answer in answers}
        return [
            found[i]["result"] if "result" in found[i] else Refused(found[i]["error"].get("data", {}).get("reason", "?"))
            for i in range(len(calls))
        ]

    def call(self, method, timeout=15, **params):
        answer = self.batch([(method, params)], timeout)[0]
        if isinstance(answer, Refused):
            raise answer
        return answer


class Key:
    """An account of network create: PKCS#8, which ends with the seed."""

    def __init__(self, path):
        lines = [line for line in pathlib.Path(path).read_text().splitlines() if not line.startswith("-----")]
        seed = base64.b64decode("".join(lines))[-32:]
        self.public, self.secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
        sodium.crypto_sign_seed_keypair(self.public, self.secret, seed)

    def sign(self, message):
        signature = ctypes.create_string_buffer(64)
        sodium.crypto_sign_detached(signature, None, message, ctypes.c_ulonglong(len(message)), self.secret)
        return signature.raw


# What a client was told about a payment: all of it must stay true, at every node, for ever.
Promise = collections.namedtuple("Promise", "id height index price fee")


def promise_of(answer):
    return Promise(answer["id"], int(answer["height"]), answer["index"], answer["price"], answer["fee"])


class Bank:
    """The accounts of a network: pays from the treasury, and reads balances so that none can be made up.

    A balance is what the chain said at a height, so it may never be answered in two ways, by one node or by two; and at one
    height all balances add up to the supply of genesis.
    """

    def __init__(self, network, genesis, key, accounts):
        self.network, self.prefix, self.key = network, genesis["parameters"]["accountPrefix"], key
        self.supply = sum(int(account["balance"]) for account in genesis["accounts"])
        self.payer, self.payees = accounts[0], accounts[1:3]
        self.accounts = accounts
        self.promises, self.unsettled = [], 0
        self.known, self.reads = {}, 0  # (height, account or None) to balance or hash
        self.lock = threading.Lock()

    def payment(self, count=1, lifetime=60):
        value = dict(
            payer=self.payer, nonce=str(random.getrandbits(63)), validUntil=str(int((time.time() + lifetime) * 1000)),
            maxPrice="200", action=dict(pay=[
                dict(payee=random.choice(self.payees), amount="250", reference="") for _ in range(count)
            ]),
        )
        identity = transaction_id(self.network, transaction(value, self.prefix))
        owner = self.key.sign(signing_bytes(identity)).hex()
        return dict(id=identity.hex(), transaction=dict(transaction=value, authorization=dict(owner=owner)))

    def told(self, answer):
        promise = promise_of(answer)
        with self.lock:
            self.promises.append(promise)
        return promise

    def settle(self, endpoint, within=20):
        """Pays at one node and waits there for what it promises; None if it promises nothing in that time."""
        payment, end = self.payment(), time.monotonic() + within
        while time.monotonic() < end:
            try:
                answer = endpoint.call("tx_submit", transaction=payment["transaction"])
                if answer["status"] != "final":
                    left = max(1, min(5_000, int(1000 * (end - time.monotonic()))))
                    answer = endpoint.call("tx_wait", id=payment["id"], timeoutMilliseconds=left)
                if answer["status"] == "final":
                    return self.told(answer)
            except (Unreachable, Refused):
                pass
            time.sleep(0.1)
        return None

    def read(self, endpoint):
        """Reads every balance once; a read across two heights is only compared, not added up."""
        try:
            answers = endpoint.batch([("account_get", dict(account=account)) for account in self.accounts])
        except (Unreachable, Refused):
            return
        answers = [answer for answer in answers if not isinstance(answer, Refused)]
        heights = {answer["at"]["height"] for answer in answers}
        with self.lock:
            for answer in answers:
                height = answer["at"]["height"]
                for what, value in ((answer["account"], answer.get("balance", "0")), (None, answer["at"]["hash"])):
                    known = self.known.setdefault((height, what), value)
                    expect(known == value, f"at height {height}, {what or 'the block'} was {known} and is {value} now")
            if len(heights) == 1 and len(answers) == len(self.accounts):
                total = sum(int(answer.get("balance", "0")) for answer in answers)
                expect(total == self.supply, f"the balances at height {heights} are {total}, not {self.supply}")
                self.reads += 1

    def check(self, endpoint, promises, what):
        """Everything that was ever told still holds here."""
        for start in range(0, len(promises), 100):
            part = promises[start:start + 100]
            answers = endpoint.batch([("tx_status", dict(id=promise.id)) for promise in part], 60)
            for promise, answer in zip(part, answers):
                expect(not isinstance(answer, Refused), f"{what}: {promise} is refused: {answer}")
                expect(answer["status"] == "final", f"{what}: LOST {promise}: {answer['status']} now")
                expect(promise_of(answer) == promise, f"{what}: CHANGED {promise}: {answer}")

    def recent(self, count=200):
        with self.lock:
            return self.promises[-count:] + random.sample(self.promises, min(50, len(self.promises)))


class Load:
    """Clients that pay at any node, one payment after another, and read balances meanwhile."""

    def __init__(self, bank, endpoints, clients=4):
        self.bank, self.endpoints = bank, endpoints
        self.stopping, self.failure = threading.Event(), None
        self.threads = [threading.Thread(target=self._guard, args=(self._pay,), daemon=True) for _ in range(clients)]
        self.threads.append(threading.Thread(target=self._guard, args=(self._read,), daemon=True))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join(60)
        if kind is None:
            self.check()

    def check(self):
        """Raises what a client found."""
        if self.failure:
            raise self.failure

    def wait(self, seconds):
        """Lets the load run; answers how many payments became final meanwhile."""
        before, end = len(self.bank.promises), time.monotonic() + seconds
        while time.monotonic() < end and not self.failure:
            time.sleep(min(0.1, max(0, end - time.monotonic())))
        self.check()
        return len(self.bank.promises) - before

    def wait_for_one(self, seconds, what):
        """Waits until one more payment has become final."""
        before, end = len(self.bank.promises), time.monotonic() + seconds
        while len(self.bank.promises) == before:
            self.check()
            expect(time.monotonic() < end, f"nothing became final for {seconds} s: {what}")
            time.sleep(0.02)

    def _guard(self, work):
        try:
            work()
        except Exception as error:  # whatever it is, the run has failed
            self.failure = error

    def _pay(self):
        while not self.stopping.is_set():
            payment, submitted = self.bank.payment(count=random.choice([1, 1, 1, 20])), False
            end = time.monotonic() + 55
            while not self.stopping.is_set() and time.monotonic() < end:
                endpoint = random.choice(self.endpoints)
                try:
                    if not submitted:
                        answer = endpoint.call("tx_submit", timeout=5, transaction=payment["transaction"])
                        submitted = answer["status"] in ("pending", "final")
                    answer = endpoint.call("tx_wait", timeout=5, id=payment["id"], timeoutMilliseconds=1_000)
                    if answer["status"] == "final":
                        self.bank.told(answer)
                        break
                    submitted = answer["status"] == "pending"  # else the same bytes once more, somewhere else
                except (Unreachable, Refused):
                    submitted = False
                    self.stopping.wait(0.02)
            if not self.stopping.is_set() and time.monotonic() >= end:
                self.bank.unsettled += 1

    def _read(self):
        while not self.stopping.wait(0.2):
            self.bank.read(random.choice(self.endpoints))
