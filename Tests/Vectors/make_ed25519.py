#!/usr/bin/env python3
"""Ed25519 test vectors under rule 2.6 (Docs/Spec/1-encoding.md), from plain curve arithmetic.

    make_ed25519.py                     writes ed25519.json beside this file
    make_ed25519.py --published FOLDER  writes ed25519-published.json: this file's verdicts on published sets

Nothing here comes from a library of signatures: a verdict is what the rule says, point by point. It is slow and not
constant-time, and must never hold a real key. Output is the same at every run.
"""
import hashlib
import json
import pathlib
import sys

# The curve -x^2 + y^2 = 1 + d x^2 y^2 over the integers modulo p, and the base point's order.
p = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
d = -121665 * pow(121666, -1, p) % p
ROOT_OF_MINUS_ONE = pow(2, (p - 1) // 4, p)
NEUTRAL = (0, 1)


def add(P, Q):
    (x1, y1), (x2, y2) = P, Q
    t = d * x1 * x2 * y1 * y2 % p
    # One inversion serves both coordinates.
    inverse = pow((1 + t) * (1 - t), -1, p)
    return (x1 * y2 + x2 * y1) * (1 - t) * inverse % p, (y1 * y2 + x1 * x2) * (1 + t) * inverse % p


def times(n, P):
    """Doubles and adds with a common denominator Z, so that only the end divides (RFC 8032, 5.1.4)."""
    result, P = (0, 1, 1, 0), (*P, 1, P[0] * P[1] % p)
    while n:
        if n & 1:
            result = add_extended(result, P)
        P = add_extended(P, P)
        n >>= 1
    X, Y, Z, _ = result
    inverse = pow(Z, -1, p)
    return X * inverse % p, Y * inverse % p


def add_extended(P, Q):
    (X1, Y1, Z1, T1), (X2, Y2, Z2, T2) = P, Q
    a, b = (Y1 - X1) * (Y2 - X2), (Y1 + X1) * (Y2 + X2)
    c, f = 2 * d * T1 * T2, 2 * Z1 * Z2
    e, g, h = b - a, f + c, b + a
    f = f - c
    return e * f % p, g * h % p, f * g % p, e * h % p


def x_from(y, sign):
    """The x of that sign for a y modulo p; None when the curve has no such point."""
    square = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
    x = pow(square, (p + 3) // 8, p)
    if x * x % p != square:
        x = x * ROOT_OF_MINUS_ONE % p
    if x * x % p != square:
        return None
    return x if x & 1 == sign else -x % p


def encode(P):
    return (P[1] | (P[0] & 1) << 255).to_bytes(32, "little")


def decode(encoding):
    """The point of an encoding, canonical or not; None when there is none."""
    number = int.from_bytes(encoding, "little")
    y, sign = number % 2**255 % p, number >> 255
    x = x_from(y, sign)
    return None if x is None else (x, y)


B = (x_from(4 * pow(5, -1, p) % p, 0), 4 * pow(5, -1, p) % p)
assert times(L, B) == NEUTRAL


def point_of_order_8():
    y = 2
    while True:
        x = x_from(y, 0)
        if x is not None:
            T = times(L, (x, y))
            if times(4, T) != NEUTRAL:
                return T
        y += 1


T8 = point_of_order_8()
TORSION = [times(i, T8) for i in range(8)]
assert TORSION[0] == times(8, T8) == NEUTRAL and len(set(TORSION)) == 8


def small_order_encodings():
    """Every 32 bytes that decode to one of the eight points: either sign where x is 0, and y + p where that fits."""
    found = set()
    for y in {P[1] for P in TORSION}:
        for spelling in (y, y + p):
            if spelling < 2**255:
                found |= {(spelling | sign << 255).to_bytes(32, "little") for sign in (0, 1)}
    return sorted(found)


SMALL_ORDER = small_order_encodings()
assert len(SMALL_ORDER) == 14


def challenge(R, A, message):
    return int.from_bytes(hashlib.sha512(R + A + message).digest(), "little") % L


def is_canonical(encoding):
    return int.from_bytes(encoding, "little") % 2**255 < p


def verdict(key, message, signature):
    """Rule 2.6."""
    if len(key) != 32 or len(signature) != 64:
        return False
    R, S = signature[:32], int.from_bytes(signature[32:], "little")
    if S >= L or not is_canonical(key) or not is_canonical(R) or key in SMALL_ORDER or R in SMALL_ORDER:
        return False
    A_point, R_point = decode(key), decode(R)
    if A_point is None or R_point is None:
        return False
    return times(S, B) == add(R_point, times(challenge(R, key, message), A_point))


def cofactored(key, message, signature):
    """What a batch verifier accepts; only to name the vectors that tell the two apart."""
    A_point, R_point = decode(key), decode(signature[:32])
    if A_point is None or R_point is None:
        return False
    S, k = int.from_bytes(signature[32:], "little"), challenge(signature[:32], key, message)
    return times(8, times(S, B)) == times(8, add(R_point, times(k, A_point)))


def number(label):
    """A scalar that is nobody's secret."""
    return int.from_bytes(hashlib.sha512(label.encode()).digest(), "little") % L


def scalar(S):
    return S.to_bytes(32, "little")


def sign(label, message, A_part=NEUTRAL, R_part=NEUTRAL):
    """A signature by the scalar a of that label; torsion added to A and R leaves it valid once cofactored."""
    a, r = number("key " + label), number("nonce " + label + message.hex())
    A = encode(add(times(a, B), A_part))
    R = encode(add(times(r, B), R_part))
    return A, R + scalar((r + challenge(R, A, message) * a) % L)


def messages(label):
    for i in range(256):
        yield f"{label} {i}".encode()


vectors = []


def vector(kind, key, message, signature):
    vectors.append({
        "class": kind, "key": key.hex(), "message": message.hex(), "signature": signature.hex(),
        "valid": verdict(key, message, signature),
    })
    return vectors[-1]["valid"]


def flip(text, bit):
    changed = bytearray(text)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def make_vectors():
    for length in (0, 1, 31, 32, 33, 64, 111, 112, 128, 1000):
        message = hashlib.shake_256(b"message").digest(length)
        key, signature = sign(f"valid {length}", message)
        assert vector("valid", key, message, signature)
        assert not vector("otherMessage", key, message + b"\0", signature)

    message = b"a payment"
    key, signature = sign("changed", message)
    for bit in range(0, 512, 5):
        assert not vector("changedSignature", key, message, flip(signature, bit))
    for bit in range(0, 256, 5):
        assert not vector("changedKey", flip(key, bit), message, signature)

    R, S = signature[:32], int.from_bytes(signature[32:], "little")
    for multiple in range(1, 16):
        if S + multiple * L < 2**256:
            assert not vector("scalarNotReduced", key, message, R + scalar(S + multiple * L))
    for value in (0, L - 1, L, L + 1, 2**252, 2**253 - 1, 2**255 - 1, 2**256 - 1):
        assert not vector("scalarAtTheEdge", key, message, R + scalar(value))

    # S = r satisfies the equation whenever the challenge kills A; S = 0 with a small R as well.
    r = number("small order key")
    for A in SMALL_ORDER:
        for message in messages("small order key"):
            R = encode(times(r, B))
            if times(challenge(R, A, message), decode(A)) == NEUTRAL:
                break
        assert not vector("smallOrderKey", A, message, R + scalar(r))
        for R in SMALL_ORDER:
            for message in messages("both of small order"):
                if add(decode(R), times(challenge(R, A, message), decode(A))) == NEUTRAL:
                    assert not vector("smallOrderKeyAndR", A, message, R + scalar(0))
                    break
    for R in SMALL_ORDER:
        a, message = number("small order R"), b"small order R"
        A = encode(times(a, B))
        assert not vector("smallOrderR", A, message, R + scalar(challenge(R, A, message) * a % L))

    # Every other y that has a second spelling. Nobody knows these points' logarithms, so the equation fails too;
    # what counts is that they are refused before any arithmetic.
    for y in range(p, 2**255):
        for sign_bit in (0, 1):
            encoding = (y | sign_bit << 255).to_bytes(32, "little")
            if decode(encoding) is not None and encoding not in SMALL_ORDER:
                key, signature = sign("not canonical", b"not canonical")
                assert not vector("keyNotCanonical", encoding, b"not canonical", signature)
                assert not vector("rNotCanonical", key, b"not canonical", encoding + signature[32:])

    off_curve = [y.to_bytes(32, "little") for y in range(2, 60) if x_from(y, 0) is None][:8]
    for encoding in off_curve:
        key, signature = sign("off the curve", b"off the curve")
        assert not vector("keyOffTheCurve", encoding, b"off the curve", signature)
        assert not vector("rOffTheCurve", key, b"off the curve", encoding + signature[32:])

    # Torsion in A, in R or in both: the rule takes those in which it cancels, and no others.
    for i in range(8):
        for j in range(8):
            if i == j == 0:
                continue
            seen = set()
            for message in messages(f"mixed {i} {j}"):
                key, signature = sign(f"mixed {i}", message, TORSION[i], TORSION[j])
                valid = verdict(key, message, signature)
                assert cofactored(key, message, signature)
                if valid not in seen:
                    seen.add(valid)
                    vector("mixedOrder" if valid else "cofactoredOnly", key, message, signature)
                # Torsion in R alone never cancels, torsion in A does for one challenge in 2, 4 or 8.
                if len(seen) == 2 or i == 0:
                    break


def published_verdicts(folder):
    def cases():
        yield "cctv-ed25519vectors.json", lambda document: [
            (c["key"], c["msg"].encode().hex(), c["sig"]) for c in document]
        yield "speccheck-cases.json", lambda document: [
            (c["pub_key"], c["message"], c["signature"]) for c in document]
        yield "wycheproof-ed25519_test.json", lambda document: [
            (group["publicKey"]["pk"], c["msg"], c["sig"]) for group in document["testGroups"] for c in group["tests"]]

    for name, extract in cases():
        data = (folder / name).read_bytes()
        verdicts = [verdict(*map(bytes.fromhex, case)) for case in extract(json.loads(data))]
        yield {
            "file": name, "sha256": hashlib.sha256(data).hexdigest(),
            "valid": "".join("1" if valid else "0" for valid in verdicts),
        }


def write(name, entries):
    lines = ",\n".join("  " + json.dumps(entry) for entry in entries)
    (pathlib.Path(__file__).parent / name).write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--published":
        write("ed25519-published.json", published_verdicts(pathlib.Path(sys.argv[2])))
    elif len(sys.argv) == 1:
        make_vectors()
        write("ed25519.json", vectors)
    else:
        sys.exit(__doc__)
