"""What validators have signed, read from their vote logs (Docs/Spec, 5.6) whenever a node is down, and kept for ever."""
import hashlib

from client import expect
from second import Reader, read_vote_body

RECORD = 256


def _body(record, salt=b""):
    """What a whole record contains; None for a torn one."""
    if len(record) < RECORD or hashlib.sha256(salt + record[:224]).digest() != record[224:]:
        return None
    return Reader(record[1:1 + record[0]])


def _read(path):
    """The header's final view, the log's key, and every whole record: its tag and what follows."""
    data = path.read_bytes()
    header = _body(data[RECORD:2 * RECORD])
    expect(header, f"{path}: its header is broken")
    header.u(64)
    network, key = header.raw(32), header.raw(32)
    header.u(64)
    records = []
    for start in range(2 * RECORD, len(data), RECORD):
        record = _body(data[start:start + RECORD], network + key)
        if record:  # else it is torn, and its votes never left
            for _ in range(3):
                record.u(64)  # generation, sequence numbers
            records.append((record.u(8), record))
    return header.u(64), key, records


def final_view(home):
    """The last view that a home's vote log knows as final."""
    first, _, records = _read(home / "votes.a")
    return max([first, *(record.u(64) for tag, record in records if tag == 1)])


class VoteBook:
    """Every vote that was ever seen in any log: no key may have signed two that contradict each other."""

    def __init__(self):
        self.votes = {}  # (key, epoch, view, kind) to what was voted for

    def add(self, home):
        for name in ("votes.a", "votes.b"):
            _, key, records = _read(home / name)
            for tag, record in records:
                if tag == 0:  # else a raised final view
                    self._add(read_vote_body(record), key, home / name)

    def _add(self, body, key, where):
        place = (key, body["epoch"], body["view"])
        known = self.votes.setdefault((*place, body["kind"]), body)
        expect(known == body, f"{where}: SIGNED TWICE: {known} and {body}")
        expect(
            not ((*place, "finalize") in self.votes and (*place, "nullify") in self.votes),
            f"{where}: SIGNED TWICE: both finalize and nullify of view {body['view']}",
        )
