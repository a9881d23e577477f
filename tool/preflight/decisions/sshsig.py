"""SSH signatures: what ``ssh-keygen -Y sign`` writes, read strictly and verified in this process.

Sources, all of OpenSSH: PROTOCOL.sshsig (armor, blob, what is signed); RFC 4253 section 6.6 and RFC 8332 (RSA),
RFC 5656 (ECDSA), RFC 8709 (Ed25519); PROTOCOL.u2f (hardware keys: application, flags, counter).

A blob is taken apart by ``_Blob`` alone. It never slices beyond its end, because a Python slice that is too long
is silently short, and a corrupted length would pass. Wherever OpenSSH allows two ways to write the same
(version 0, a padded number, a filled reserved field), only the one that it writes itself is accepted.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

if TYPE_CHECKING:
    from collections.abc import Callable

BEGIN = "-----BEGIN SSH SIGNATURE-----"
END = "-----END SSH SIGNATURE-----"
MAX_ARMORED = 8 * 1024
MAX_LINE = 76

MAGIC = b"SSHSIG"
VERSION = 1
HASHES = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}

ED25519 = "ssh-ed25519"
SK_ED25519 = "sk-ssh-ed25519@openssh.com"
SK_ECDSA = "sk-ecdsa-sha2-nistp256@openssh.com"
RSA = "ssh-rsa"
# Key type → the name of its curve as it stands in the key, the curve, and the hash that goes with it.
ECDSA: dict[str, tuple[str, ec.EllipticCurve, hashes.HashAlgorithm]] = {
    "ecdsa-sha2-nistp256": ("nistp256", ec.SECP256R1(), hashes.SHA256()),
    "ecdsa-sha2-nistp384": ("nistp384", ec.SECP384R1(), hashes.SHA384()),
    "ecdsa-sha2-nistp521": ("nistp521", ec.SECP521R1(), hashes.SHA512()),
    SK_ECDSA: ("nistp256", ec.SECP256R1(), hashes.SHA256()),
}
RSA_HASHES: dict[str, hashes.HashAlgorithm] = {"rsa-sha2-256": hashes.SHA256(), "rsa-sha2-512": hashes.SHA512()}
HARDWARE = frozenset({SK_ED25519, SK_ECDSA})
KINDS = (ED25519, SK_ED25519, *ECDSA, RSA)

ED25519_KEY, ED25519_SIGNATURE = 32, 64  # bytes
LEAST_RSA, MOST_RSA = 3072, 8192  # bits
LEAST_EXPONENT, MOST_EXPONENT = 65537, 2**64
PRESENT, IDENTIFIED = 0x01, 0x04  # flags of a hardware key: it was touched; it knows by whom

_LINE = re.compile(r"[A-Za-z0-9+/=]{1,76}", re.ASCII)  # where padding may stand is looked at in the whole
_NAME = re.compile(rb"[!-~]{1,128}")


class SignatureFault(Exception):  # noqa: N818 - the fault is the signature's
    """A signature or key that is not accepted; ``reason`` says why, as the end of a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key that was read and found sound. ``blob`` is what its fingerprint is of."""

    kind: str
    blob: bytes
    material: Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey
    application: bytes = b""  # of hardware keys: for what the key was made

    @property
    def fingerprint(self) -> str:
        """``SHA256:…`` as ssh-keygen prints it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode("ascii").rstrip("=")


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that was read, but not yet verified."""

    key: PublicKey
    namespace: str
    hash_name: str
    algorithm: str
    body: bytes  # as ``cryptography`` takes it
    flags: int = 0
    counter: int = 0

    @property
    def touched(self) -> bool:
        """Whether the hardware key says that somebody touched it. Means nothing before ``verify``."""
        return bool(self.flags & PRESENT)

    @property
    def identified(self) -> bool:
        """Whether the hardware key says that it knew by whom, by a PIN or a finger. As above."""
        return bool(self.flags & IDENTIFIED)


def parse(armored: bytes) -> Signature:
    """Read an armored signature. Raises SignatureFault for anything but the one way of writing it."""
    blob = _Blob(_dearmored(armored))
    if blob.take(len(MAGIC)) != MAGIC:
        raise SignatureFault("it is not an SSH signature: it does not begin with SSHSIG")
    if (version := blob.number()) != VERSION:
        reason = f"its format has version {version}; only version {VERSION} is known"
        raise SignatureFault(reason)
    key = read_key(blob.string())
    namespace = blob.name("namespace")
    if blob.string():
        raise SignatureFault("its reserved field is filled, and nobody knows what that means")
    hash_name = blob.name("hash")
    if hash_name not in HASHES:
        reason = f"it was made with the hash {hash_name}; only {' and '.join(HASHES)} are accepted"
        raise SignatureFault(reason)
    inner = _Blob(blob.string())
    blob.end("the signature")
    algorithm = inner.name("algorithm")
    body = _READ_BODY[key.kind](inner, algorithm, key)
    flags, counter = (inner.byte(), inner.number()) if key.kind in HARDWARE else (0, 0)
    inner.end("the signature itself")
    return Signature(key, namespace, hash_name, algorithm, body, flags, counter)


def verify(signature: Signature, message: bytes, namespace: str) -> None:
    """Return if the key made this signature of ``message`` in ``namespace``; else raise SignatureFault."""
    if not namespace or signature.namespace != namespace:
        reason = f"it was made for {signature.namespace!r}, not for {namespace!r}"
        raise SignatureFault(reason)
    signed = MAGIC + b"".join(
        len(part).to_bytes(4, "big") + part
        for part in (
            namespace.encode("ascii"),
            b"",
            signature.hash_name.encode("ascii"),
            HASHES[signature.hash_name](message).digest(),
        )
    )
    key = signature.key
    if key.kind in HARDWARE:  # PROTOCOL.u2f: hash of the application, flags, counter, hash of the message
        signed = b"".join(
            (
                hashlib.sha256(key.application).digest(),
                signature.flags.to_bytes(1, "big"),
                signature.counter.to_bytes(4, "big"),
                hashlib.sha256(signed).digest(),
            )
        )
    try:
        if isinstance(key.material, Ed25519PublicKey):
            key.material.verify(signature.body, signed)
        elif isinstance(key.material, rsa.RSAPublicKey):
            key.material.verify(signature.body, signed, padding.PKCS1v15(), RSA_HASHES[signature.algorithm])
        else:
            key.material.verify(signature.body, signed, ec.ECDSA(ECDSA[key.kind][2]))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        raise SignatureFault("it does not fit the text: either of them was changed after signing") from None


def read_key(blob: bytes) -> PublicKey:
    """Read a public key as it stands in a signature or, in base64, in a list of keys."""
    reader = _Blob(blob)
    kind = reader.name("key type")
    if kind not in KINDS:
        reason = f"keys of the type {kind} are not accepted; use {ED25519}"
        raise SignatureFault(reason)
    try:
        material = _READ_KEY[kind](reader, kind)
    except (ValueError, UnsupportedAlgorithm):
        reason = f"its {kind} key is not a valid one"
        raise SignatureFault(reason) from None
    application = reader.string() if kind in HARDWARE else b""
    if kind in HARDWARE and (not application.startswith(b"ssh:") or not _NAME.fullmatch(application)):
        raise SignatureFault("its hardware key was not made for SSH")
    reader.end("the key")
    return PublicKey(kind, blob, material, application)


def base64_exactly(text: str) -> bytes:
    """Decode base64 that has one way to be written: padded, no other characters, no bits left over."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise SignatureFault("its base64 text is damaged") from None
    if base64.b64encode(data).decode("ascii") != text:
        raise SignatureFault("its base64 text is not written in the usual way")
    return data


def _dearmored(armored: bytes) -> bytes:
    if len(armored) > MAX_ARMORED:
        reason = f"it has {len(armored):,} bytes; at most {MAX_ARMORED:,} are read"
        raise SignatureFault(reason)
    if b"\r" in armored:
        raise SignatureFault("it has carriage returns: the file was converted")
    try:
        text = armored.decode("ascii")
    except UnicodeDecodeError:
        raise SignatureFault("it has characters beyond ASCII") from None
    if not text.startswith(BEGIN + "\n"):
        reason = f"it does not begin with {BEGIN}"
        raise SignatureFault(reason)
    if not text.endswith("\n" + END + "\n"):
        reason = f"it does not end with {END} and a line feed"
        raise SignatureFault(reason)
    lines = text[len(BEGIN) + 1 : -len(END) - 2].split("\n")
    if len(text) < len(BEGIN) + len(END) + 3 or not all(_LINE.fullmatch(line) for line in lines):
        reason = f"between its first and last line stands something else than base64 of {MAX_LINE} a line"
        raise SignatureFault(reason)
    return base64_exactly("".join(lines))


class _Blob:
    """Bytes in the encoding of RFC 4251 section 5, taken from the front. Everything checks what is left."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        if count > len(self.data) - self.at:
            raise SignatureFault("it ends too early: a length in it is wrong")
        self.at += count
        return self.data[self.at - count : self.at]

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def string(self) -> bytes:
        return self.take(self.number())

    def name(self, what: str) -> str:
        data = self.string()
        if not _NAME.fullmatch(data):
            reason = f"its {what} is empty or not printable ASCII"
            raise SignatureFault(reason)
        return data.decode("ascii")

    def positive(self) -> int:
        """Take an mpint above zero, without bytes that could be left out."""
        data = self.string()
        needless = len(data) > 1 and data[0] == 0 and data[1] < 0x80  # noqa: PLR2004 - the sign bit
        if not data or data[0] >= 0x80 or needless or data == b"\0":  # noqa: PLR2004 - the sign bit of a byte
            raise SignatureFault("a number in it is negative, zero or padded")
        return int.from_bytes(data, "big")

    def end(self, what: str) -> None:
        if self.at != len(self.data):
            reason = f"{len(self.data) - self.at} bytes too many follow {what}"
            raise SignatureFault(reason)


def _ed25519_key(reader: _Blob, _: str) -> Ed25519PublicKey:
    data = reader.string()
    if len(data) != ED25519_KEY:
        reason = f"its key has {len(data)} bytes; {ED25519_KEY} are right"
        raise SignatureFault(reason)
    return Ed25519PublicKey.from_public_bytes(data)


def _ecdsa_key(reader: _Blob, kind: str) -> ec.EllipticCurvePublicKey:
    named, curve, _ = ECDSA[kind]
    if reader.string() != named.encode("ascii"):
        reason = f"its key is not on the curve {named}"
        raise SignatureFault(reason)
    point = reader.string()
    size = (curve.key_size + 7) // 8  # octets of one coordinate
    if len(point) != 1 + 2 * size or point[0] != 4:  # noqa: PLR2004 - 4: the point is not compressed (SEC 1)
        raise SignatureFault("its key is not an uncompressed point")
    return ec.EllipticCurvePublicKey.from_encoded_point(curve, point)


def _rsa_key(reader: _Blob, _: str) -> rsa.RSAPublicKey:
    exponent, modulus = reader.positive(), reader.positive()
    if not LEAST_RSA <= modulus.bit_length() <= MOST_RSA:
        reason = f"its RSA key has {modulus.bit_length():,} bits; {LEAST_RSA:,} to {MOST_RSA:,} are right"
        raise SignatureFault(reason)
    if not LEAST_EXPONENT <= exponent <= MOST_EXPONENT:
        raise SignatureFault("its RSA key has an unusual exponent")
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def _ed25519_body(inner: _Blob, algorithm: str, key: PublicKey) -> bytes:
    _expect(algorithm, key.kind)
    body = inner.string()
    if len(body) != ED25519_SIGNATURE:
        reason = f"it has {len(body)} bytes; {ED25519_SIGNATURE} are right"
        raise SignatureFault(reason)
    return body


def _ecdsa_body(inner: _Blob, algorithm: str, key: PublicKey) -> bytes:
    _expect(algorithm, key.kind)
    pair = _Blob(inner.string())
    first, second = pair.positive(), pair.positive()
    pair.end("the pair of numbers")
    if max(first, second).bit_length() > ECDSA[key.kind][1].key_size:
        raise SignatureFault("a number in it is too large for its curve")
    return encode_dss_signature(first, second)


def _rsa_body(inner: _Blob, algorithm: str, key: PublicKey) -> bytes:
    if algorithm not in RSA_HASHES:
        reason = f"it was made by {algorithm}; for RSA only {' and '.join(RSA_HASHES)} are accepted"
        raise SignatureFault(reason)
    body = inner.string()
    size = (key.material.key_size + 7) // 8 if isinstance(key.material, rsa.RSAPublicKey) else 0
    if len(body) != size:
        reason = f"it has {len(body)} bytes; {size} are right for its key"
        raise SignatureFault(reason)
    return body


def _expect(algorithm: str, wanted: str) -> None:
    if algorithm != wanted:
        reason = f"it was made by {algorithm}, and its key is of the type {wanted}"
        raise SignatureFault(reason)


_Material = Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey
_READ_KEY: dict[str, Callable[[_Blob, str], _Material]] = {
    ED25519: _ed25519_key,
    SK_ED25519: _ed25519_key,
    RSA: _rsa_key,
    **dict.fromkeys(ECDSA, _ecdsa_key),
}
_READ_BODY: dict[str, Callable[[_Blob, str, PublicKey], bytes]] = {
    ED25519: _ed25519_body,
    SK_ED25519: _ed25519_body,
    RSA: _rsa_body,
    **dict.fromkeys(ECDSA, _ecdsa_body),
}
