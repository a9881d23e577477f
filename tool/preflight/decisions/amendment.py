"""Amendments: a change of the policies needs people who own them, by keys that the policies had before.

What is signed is the way from one state to another: the digest of all files that the gate trusts, before and after.
So a signature is good for no other change, and an old one does not bring an old state back.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from preflight.decisions import Decision

ROLE = "policy-owner"
OWNERS = 2  # people who have to agree to a change of the policies
Listing: TypeAlias = "Mapping[str, tuple[str, str]]"  # path → mode as git writes it, sha256 of the content


def digest(listing: Listing) -> str:
    """Return the digest of a state: sha256 over ``mode sha256 path`` of each file, in the order of paths.

    A NUL ends each of them, as it is the one thing that no path holds: a path with line feeds could pass for several.
    """
    parts = "".join(f"{mode} {content} {path}\0" for path, (mode, content) in sorted(listing.items()))
    return "sha256:" + hashlib.sha256(parts.encode("utf-8", "surrogateescape")).hexdigest()


def changes(before: Listing, after: Listing) -> dict[str, str]:
    """Return what happens to each file that differs: added, changed or removed."""
    found = {}
    for path in sorted({*before, *after}):
        if before.get(path) != after.get(path):
            found[path] = "added" if path not in before else "removed" if path not in after else "changed"
    return found


def owners_for(decisions: Iterable[Decision], amends: str, into: str) -> tuple[str, ...]:
    """Return the policy owners who agreed to that change, each once."""
    agreed = {
        each.statement.by
        for each in decisions
        if each.in_force
        and each.statement.kind == "amend"
        and each.statement.role == ROLE
        and (each.statement.amends, each.statement.into) == (amends, into)
    }
    return tuple(sorted(agreed))
