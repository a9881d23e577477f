"""A history as one number: SHA-256 over every commit and every governed file that it changed, link after link.

A link is the SHA-256 of these bytes, and its first 64 are the link before it (64 zeros before the first commit)::

    <link before, hex> LF <name of the commit> SP <SHA-256 of the commit object, hex> LF
    and of every governed file that the commit changes against its first parent, in the order of paths (as bytes):
    <SHA-256 of what it holds now, hex; '-' where it is gone> SP <path> NUL

So it rests on SHA-256 alone, also where git names objects by SHA-1. What is no regular file has no digest; in its place
stands what it is, as in ``-symbolic-link``. A commit is hashed as git keeps it, without the header that git puts before
it to name it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BEGINNING = "0" * 64
GONE = "-"
MARKS = 64  # links that a checkpoint names, so that it can be said where two histories part


@dataclass(frozen=True, slots=True)
class Link:
    """The chain up to a commit; ``number`` is how many commits it holds."""

    number: int
    commit: str
    digest: str


def link(before: str, commit: str, data: bytes, changes: Mapping[str, str]) -> str:
    """Return the next link. ``data`` is the commit object, ``changes`` say of each path its digest, or GONE."""
    content = hashlib.sha256(data).hexdigest()
    told = [f"{before}\n{commit} {content}\n".encode("ascii")]
    named = sorted((path.encode("utf-8", "surrogateescape"), digest) for path, digest in changes.items())
    told += [digest.encode("ascii") + b" " + path + b"\0" for path, digest in named]
    return hashlib.sha256(b"".join(told)).hexdigest()


def governs(path: str, covers: Iterable[str]) -> bool:
    """Whether a path is one of those that are covered, or lies below one; an empty one covers everything."""
    return any(not each or path == each or path.startswith(f"{each}/") for each in covers)


def marks(links: list[Link]) -> tuple[Link, ...]:
    """Return some of the links, evenly spread, the last one always among them."""
    step = -(-len(links) // MARKS) or 1
    return tuple(reversed(links[::-1][::step]))
