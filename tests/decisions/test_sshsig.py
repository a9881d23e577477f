"""SSH signatures: what ssh-keygen makes is accepted, and nothing that it refuses ever is."""

from __future__ import annotations

import base64
import hashlib
import random
import re
import subprocess
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from decisions.conftest import KINDS, Keyring, string
from preflight.decisions import NAMESPACE, sshsig
from preflight.decisions.sshsig import SignatureFault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MESSAGE = b'{"kind": "approve"}\n'
PARTS = ("key", "namespace", "reserved", "hash", "signature")


def armored(blob: bytes, width: int = 70) -> bytes:
    text = base64.b64encode(blob).decode()
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    return "\n".join([sshsig.BEGIN, *lines, sshsig.END, ""]).encode()


def blob_of(signature: bytes) -> bytes:
    return base64.b64decode(b"".join(signature.split(b"\n")[1:-2]))


def parts_of(data: bytes) -> list[bytes]:
    found = []
    while data:
        size = int.from_bytes(data[:4], "big")
        found.append(data[4 : 4 + size])
        data = data[4 + size :]
    return found


def rebuilt(blob: bytes, version: int = 1, /, **changes: bytes) -> bytes:
    """Return the blob with some of its parts changed."""
    parts = dict(zip(PARTS, parts_of(blob[10:]), strict=True)) | changes
    return b"SSHSIG" + version.to_bytes(4, "big") + b"".join(string(parts[name]) for name in PARTS)


def mpint(number: int) -> bytes:
    return string(number.to_bytes(number.bit_length() // 8 + 1, "big"))


def hardware(kind: str, flags: int, message: bytes = MESSAGE, namespace: str = NAMESPACE) -> bytes:
    """Sign as a hardware key does (PROTOCOL.u2f), with a key that is forgotten at once."""
    signed = b"SSHSIG" + b"".join(map(string, (namespace.encode(), b"", b"sha512", hashlib.sha512(message).digest())))
    tail = bytes([flags]) + (7).to_bytes(4, "big")
    signed = hashlib.sha256(b"ssh:").digest() + tail + hashlib.sha256(signed).digest()
    name = string(kind.encode())
    if kind == sshsig.SK_ED25519:
        young = Ed25519PrivateKey.generate()
        raw = young.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        key, body = string(raw), young.sign(signed)
    else:
        old = ec.generate_private_key(ec.SECP256R1())
        form = serialization.PublicFormat.UncompressedPoint
        key = string(b"nistp256") + string(old.public_key().public_bytes(serialization.Encoding.X962, form))
        body = b"".join(map(mpint, decode_dss_signature(old.sign(signed, ec.ECDSA(hashes.SHA256())))))
    parts = (name + key + string(b"ssh:"), namespace.encode(), b"", b"sha512", name + string(body) + tail)
    return armored(b"SSHSIG" + (1).to_bytes(4, "big") + b"".join(map(string, parts)))


def accepted(signature: bytes, message: bytes = MESSAGE) -> str:
    """Return why it is refused; empty: it is accepted."""
    try:
        sshsig.verify(sshsig.parse(signature), message, NAMESPACE)
    except SignatureFault as fault:
        return fault.reason
    return ""


@pytest.mark.parametrize("kind", KINDS)
def test_what_ssh_keygen_signs_is_good_here_and_there(
    kind: str, keyring: Keyring, oracle: Callable[..., bool], tmp_path: Path
) -> None:
    signature = keyring.sign(kind, MESSAGE)
    assert accepted(signature) == ""
    assert accepted(signature, MESSAGE + b" ").startswith("it does not fit the text")
    assert oracle(signature, MESSAGE)
    shown = keyring_fingerprint(keyring, kind)
    assert sshsig.parse(signature).key.fingerprint == shown
    signers = tmp_path / "signers"
    signers.write_text(f'gareth namespaces="{NAMESPACE}" {keyring.public(kind)}\n')
    (tmp_path / "sig").write_bytes(signature)
    command = ["ssh-keygen", "-Y", "verify", "-n", NAMESPACE, "-I", "gareth", "-f", str(signers), "-s"]
    done = subprocess.run([*command, str(tmp_path / "sig")], input=MESSAGE, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr


def keyring_fingerprint(keyring: Keyring, name: str) -> str:
    command = ["ssh-keygen", "-l", "-f", str(keyring.key(name))]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[1]


@pytest.mark.parametrize("kind", [sshsig.SK_ED25519, sshsig.SK_ECDSA])
@pytest.mark.parametrize(("flags", "touched", "identified"), [(0, False, False), (1, True, False), (5, True, True)])
def test_a_hardware_key_tells_whether_it_was_touched(
    kind: str,
    flags: int,
    touched: bool,  # noqa: FBT001 - a parameter of the table
    identified: bool,  # noqa: FBT001 - pytest passes it by name
    oracle: Callable[..., bool],
) -> None:
    signature = hardware(kind, flags)
    assert accepted(signature) == ""
    assert oracle(signature, MESSAGE)
    read = sshsig.parse(signature)
    assert (read.touched, read.identified, read.counter) == (touched, identified, 7)
    blob = blob_of(signature)
    claimed = parts_of(blob[10:])[4]
    forged = claimed[:-5] + bytes([flags ^ 1]) + claimed[-4:]
    assert accepted(armored(rebuilt(blob, signature=forged))).startswith("it does not fit the text")


def test_a_short_rsa_key_is_refused(keyring: Keyring) -> None:
    keyring.key("rsa2048", "rsa", "-b", "2048")
    assert accepted(keyring.sign("rsa2048", MESSAGE)) == "its RSA key has 2,048 bits; 3,072 to 8,192 are right"


def test_a_signature_for_something_else_is_refused(keyring: Keyring) -> None:
    reason = accepted(keyring.sign("ed25519", MESSAGE, "git"))
    assert reason == "it was made for 'git', not for 'preflight-decision@v1'"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"version": 0}, "its format has version 0; only version 1 is known", id="version 0"),
        pytest.param({"version": 2}, "its format has version 2; only version 1 is known", id="version 2"),
        pytest.param({"reserved": b"x"}, "its reserved field is filled", id="reserved"),
        pytest.param({"hash": b"sha1"}, "it was made with the hash sha1", id="weak hash"),
        pytest.param({"hash": b"sha256"}, "it does not fit the text", id="another hash"),
        pytest.param({"namespace": b""}, "its namespace is empty", id="no namespace"),
        pytest.param({"namespace": b"a\0b"}, "its namespace is empty or not printable", id="a zero in the namespace"),
        pytest.param({"signature": b""}, "it ends too early", id="no signature"),
        pytest.param({"signature": string(b"ssh-rsa") + string(b"x" * 64)}, "it was made by ssh-rsa", id="algorithm"),
        pytest.param({"signature": string(b"ssh-ed25519") + string(b"x" * 63)}, "it has 63 bytes; 64", id="short"),
        pytest.param({"signature": string(b"ssh-ed25519") + string(b"x" * 64) + b"y"}, "1 bytes too many", id="more"),
        pytest.param({"key": string(b"ssh-dss")}, "keys of the type ssh-dss are not accepted", id="DSA"),
        pytest.param(
            {"key": string(b"ssh-ed25519-cert-v01@openssh.com")}, "keys of the type ssh-ed25519-cert", id="cert"
        ),
        pytest.param({"key": string(b"ssh-ed25519") + string(b"x" * 31)}, "its key has 31 bytes; 32", id="short key"),
        pytest.param(
            {"key": string(b"ecdsa-sha2-nistp256") + string(b"nistp384")}, "its key is not on the", id="curve"
        ),
        pytest.param(
            {"key": string(b"ecdsa-sha2-nistp256") + string(b"nistp256") + string(b"\4" + b"x" * 64)},
            "its ecdsa-sha2-nistp256 key is not a valid one",
            id="no point of the curve",
        ),
        pytest.param(
            {"key": string(b"ecdsa-sha2-nistp256") + string(b"nistp256") + string(b"\2" + b"x" * 32)},
            "its key is not an uncompressed point",
            id="a compressed point",
        ),
        pytest.param({"key": string(b"ssh-rsa") + mpint(3) + mpint(2**3071 + 1)}, "unusual exponent", id="exponent"),
        pytest.param({"key": string(b"ssh-rsa") + string(b"\0\1") + mpint(5)}, "negative, zero or padded", id="padded"),
    ],
)
def test_a_changed_part_is_refused(changes: dict[str, Any], reason: str, keyring: Keyring) -> None:
    parts = {name: part for name, part in changes.items() if name != "version"}
    blob = rebuilt(blob_of(keyring.sign("ed25519", MESSAGE)), changes.get("version", 1), **parts)
    assert reason in accepted(armored(blob))


def test_a_corrupted_length_is_refused_at_every_place(keyring: Keyring) -> None:
    for kind in KINDS:
        blob = blob_of(keyring.sign(kind, MESSAGE))
        for at in [6, *(found.start() for found in re.finditer(rb"\0\0[\0-\4].", blob, re.DOTALL))]:
            for wrong in (b"\xff\xff\xff\xff", b"\0\1\0\0", b"\0\0\0\0"):
                changed = blob[:at] + wrong + blob[at + 4 :]
                assert changed == blob or accepted(armored(changed)), (kind, at)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(lambda text: text.replace(b"\n", b"\r\n"), "it has carriage returns", id="CRLF"),
        pytest.param(lambda text: b"\n" + text, "it does not begin with -----BEGIN", id="a line before"),
        pytest.param(lambda text: text + b"\n", "it does not end with -----END", id="a line after"),
        pytest.param(lambda text: text[:-1], "it does not end with -----END", id="no line feed"),
        pytest.param(lambda text: text.replace(b"\n", b"\n ", 1), "something else than base64", id="a space"),
        pytest.param(lambda text: text.replace(b"\n", b"\n\n", 1), "something else than base64", id="an empty line"),
        pytest.param(lambda text: text.replace(b"U", "Ü".encode(), 1), "beyond ASCII", id="not ASCII"),
        pytest.param(lambda text: text + b" " * 9000, "at most 8,192 are read", id="too long"),
        pytest.param(
            lambda _: b"-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n", "something else", id="0"
        ),
        pytest.param(lambda _: armored(b"SSHSIH"), "it does not begin with SSHSIG", id="another magic"),
        pytest.param(lambda _: armored(b"SSHS"), "it ends too early", id="cut"),
        pytest.param(
            lambda _: armored(b"").replace(b"\n", b"\nQR==\n", 1), "not written in the usual way", id="bits left"
        ),
        pytest.param(lambda text: armored(blob_of(text) + b"\0"), "1 bytes too many follow", id="a byte after"),
    ],
)
def test_armor_is_read_strictly(change: Callable[[bytes], bytes], reason: str, keyring: Keyring) -> None:
    assert reason in accepted(change(keyring.sign("ed25519", MESSAGE)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [1, 2, 3, 64, 70, 76])
def test_lines_may_break_anywhere_also_before_the_padding(
    kind: str, width: int, keyring: Keyring, oracle: Callable[..., bool]
) -> None:
    signature = armored(blob_of(keyring.sign(kind, MESSAGE)), width)
    assert accepted(signature) == ""
    assert oracle(signature, MESSAGE)


def test_two_hundred_signatures_of_varying_length_are_good(keyring: Keyring) -> None:
    for number in range(200):  # the numbers of an ECDSA signature have no fixed length
        message = MESSAGE + str(number).encode()
        assert accepted(keyring.sign("ecdsa", message), message) == ""


# --- Against ssh-keygen -----------------------------------------------------------------------------------------------
# Spawning ssh-keygen takes five milliseconds. So all cases are judged in this process, and ssh-keygen is asked about
# every one that is accepted here, and about one of STRIDE that are not. The seed is fixed: all runs have the same
# cases, up to the keys.

CASES, STRIDE, SEED = 9000, 10, 20261122
DISTINCT = 5000  # that many of the cases at least are no two alike, and none as it was signed
# Why something that ssh-keygen accepts may be refused here: it is written in a way that ssh-keygen never writes.
STRICTER = (
    "version 0", "reserved field", "negative, zero or padded", "carriage returns", "usual way", "base64",
    "are right for its key", "line feed", "base64 text is damaged", "something else than base64", "beyond ASCII",
)  # fmt: skip


def mutated(random_: random.Random, signature: bytes, other: bytes) -> tuple[str, bytes]:
    """Change a signature in one way of many; return the way and the outcome."""
    blob = blob_of(signature)
    ways = ["bit", "byte", "cut", "grow", "length", "part", "swap", "armor", "pad", "wrap", "none"]
    way = random_.choice(ways)
    at = random_.randrange(len(blob))
    if way == "bit":
        blob = blob[:at] + bytes([blob[at] ^ 1 << random_.randrange(8)]) + blob[at + 1 :]
    elif way == "byte":
        blob = blob[:at] + random_.randbytes(1) + blob[at + 1 :]
    elif way == "cut":
        blob = blob[:at] + blob[at + random_.randrange(1, 9) :]
    elif way == "grow":
        blob = blob[:at] + random_.randbytes(random_.randrange(1, 5)) + blob[at:]
    elif way == "length":
        found = random_.choice([each.start() for each in re.finditer(rb"\0\0[\0-\4].", blob, re.DOTALL)])
        size = int.from_bytes(blob[found : found + 4], "big") + random_.choice([-64, -4, -1, 1, 4, 64, 2**24, 2**31])
        blob = blob[:found] + (size % 2**32).to_bytes(4, "big") + blob[found + 4 :]
    elif way == "part":
        new = random_.choice([b"", b"sha256", b"sha1", b"git", b"x", random_.randbytes(40)])
        blob = rebuilt(blob, random_.choice([0, 1, 1, 2]), **{random_.choice(PARTS): new})
    elif way == "swap":
        name = random_.choice(PARTS)
        blob = rebuilt(blob, **{name: dict(zip(PARTS, parts_of(blob_of(other)[10:]), strict=True))[name]})
    elif way == "pad":
        blob = padded(random_, blob)
    elif way == "armor":
        text = bytearray(armored(blob))
        text[random_.randrange(len(text))] = random_.choice(b"\r\n =+/AaZz09\0\xff-")
        return way, bytes(text)
    return way, armored(blob, random_.choice([76, 64, 70, 1, 1000]) if way == "wrap" else 70)


def padded(random_: random.Random, blob: bytes) -> bytes:
    """Write a number of an ECDSA signature, or the body of another, with a needless zero; or mirror the signature."""
    algorithm, body = parts_of(parts_of(blob[10:])[4])[:2]
    if not algorithm.startswith(b"ecdsa"):
        return rebuilt(blob, signature=string(algorithm) + string(b"\0" + body))
    first, second = (int.from_bytes(each, "big") for each in parts_of(body))
    if random_.random() < 0.5 and algorithm.endswith(b"256"):  # (r, n - s) is as good as (r, s), for everybody
        order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
        return rebuilt(blob, signature=string(algorithm) + string(mpint(first) + mpint(order - second)))
    return rebuilt(blob, signature=string(algorithm) + string(string(b"\0\0" + parts_of(body)[0]) + mpint(second)))


def test_nothing_is_accepted_that_ssh_keygen_refuses(keyring: Keyring, oracle: Callable[..., bool]) -> None:
    random_ = random.Random(SEED)  # noqa: S311 - no secret
    messages = [MESSAGE, MESSAGE * 20]
    sources = [(keyring.sign(kind, message), message) for kind in KINDS for message in messages]
    sources += [(hardware(kind, 1, message), message) for kind in sshsig.HARDWARE for message in messages]
    good: set[tuple[bytes, bytes]] = set()
    refused: list[tuple[bytes, bytes, str]] = []
    ways: Counter[str] = Counter()
    tried: set[tuple[bytes, bytes]] = set()
    for _ in range(CASES):
        (signature, message), (other, _) = random_.choice(sources), random_.choice(sources)
        way, changed = mutated(random_, signature, other)
        if random_.random() < 0.05:
            message = message[:-1] + random_.randbytes(1)
        ways[way] += 1
        if (changed, message) in tried:
            continue
        tried.add((changed, message))
        reason = accepted(changed, message)
        if reason:
            refused.append((changed, message, reason))
        else:
            good.add((changed, message))
    assert min(ways.values()) > CASES / 25, ways
    assert len(tried - set(sources)) >= DISTINCT
    assert len(good) > len(sources)  # also signatures that were changed and are good all the same
    assert not [each for each in sorted(good) if not oracle(*each)]
    stricter = [reason for changed, message, reason in refused[::STRIDE] if oracle(changed, message)]
    assert not [reason for reason in stricter if not any(known in reason for known in STRICTER)]
