"""The signature of a commit: whether it fits, and what it is worth under the keys of today.

Whether it fits never changes, and is told by ``examine``. Whose key it is, and whether it may sign commits, is a
question to policies/allowed_signers of the commit that is read: ``state``. The author's name is never asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.history import GIT, Seal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

SSH = b"-----BEGIN SSH SIGNATURE-----"
UNSIGNED, BAD, OTHER = Seal(), Seal("bad"), Seal("not-verified")


@dataclass(frozen=True, slots=True)
class Key:
    """A known key: whose it is, whether it may sign commits, and from when until before when (ISO, or empty)."""

    principal: str
    signs: bool
    after: str = ""
    before: str = ""


def examine(payload: bytes, signature: bytes) -> Seal:
    """Say whether the signature of a commit fits it. No signature: unsigned."""
    if not signature:
        return UNSIGNED
    if not signature.startswith(SSH):
        return OTHER
    from preflight.decisions import sshsig  # noqa: PLC0415 - loads cryptography, which most histories need not

    try:
        read = sshsig.parse(signature.rstrip(b"\n") + b"\n")
    except sshsig.SignatureFault:
        return OTHER  # a form, or a key, that is not accepted: nothing is known of it
    try:
        sshsig.verify(read, payload, GIT)
    except sshsig.SignatureFault:
        return BAD
    return Seal("ssh", read.key.fingerprint)


def keys(text: str) -> dict[str, Key]:
    """Read policies/allowed_signers. Raises DocumentError."""
    from preflight.decisions.signers import Signers  # noqa: PLC0415 - as above

    return {
        fingerprint: Key(
            each.principal,
            each.allows(GIT),
            each.valid_after.isoformat() if each.valid_after else "",
            each.valid_before.isoformat() if each.valid_before else "",
        )
        for fingerprint, each in Signers.of(text).keys.items()
    }


def state(seal: Seal, on: date, known: Mapping[str, Key]) -> str:
    """Say what a seal is worth. ``on`` is the commit's day: no earlier than that of the commits before it."""
    if seal.kind != "ssh":
        return seal.kind
    key = known.get(seal.fingerprint)
    if key is None:
        return "unknown-key"
    day = on.isoformat()
    valid = key.after <= day and (not key.before or day < key.before)
    return f"{'good' if key.signs and valid else 'not-allowed'} {key.principal}"
