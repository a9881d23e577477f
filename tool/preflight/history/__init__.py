"""What the git log tells of a registry: commits along the first-parent line, and what each changed.

``commits`` reads a commit object, ``seals`` its signature; ``line`` follows each vendor from commit to commit by its
id; ``lines`` writes a change as the published JSON and reads it back; ``selection`` chooses among changes and
``listing`` shows them. Nothing here reads git or a clock: shell/history.py does, and gives ``Step`` after ``Step``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from preflight.pointers import get

if TYPE_CHECKING:
    from preflight.model import Json

SCHEMA = "preflight/audit/v1"
GIT = "git"  # the namespace of the SSH signatures that git makes
POLICIES = "policies"  # stands where a vendor's id would, in changes of what judges; no vendor can be called that

FILES = (".yaml", ".yml", ".json")  # endings of what is told field by field

_IDENTITY = re.compile(r"[^\s/]{1,100}")

Kind: TypeAlias = Literal["added", "removed", "renamed", "changed", "unreadable", "readable"]
KINDS: tuple[Kind, ...] = ("added", "removed", "renamed", "changed", "unreadable", "readable")
Stream: TypeAlias = Literal["changes", "decisions", "policies"]
STREAMS: tuple[Stream, ...] = ("changes", "decisions", "policies")  # as they are called in the published JSON

SealKind: TypeAlias = Literal["unsigned", "ssh", "bad", "not-verified"]


@dataclass(frozen=True, slots=True)
class Seal:
    """What a commit's signature is worth by itself, whosever key it was.

    ``ssh``: made by the key ``fingerprint``, and it fits. ``bad``: it does not fit. ``not-verified``: OpenPGP, X.509,
    or a form that is not read.
    """

    kind: SealKind = "unsigned"
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit. Names and dates are what its author and committer claim; only ids and signatures prove anything.

    ``date`` and ``authored`` are ISO 8601 with an offset, of the committer and of the author. ``signature`` is
    ``good WHO``, ``not-allowed WHO`` (a known key that may not sign commits, or not on that day), ``unknown-key``,
    ``bad``, ``unsigned`` or ``not-verified``.
    """

    id: str
    parents: tuple[str, ...]
    author: str
    email: str
    authored: str
    committer: str
    committer_email: str
    date: str
    subject: str
    trailers: tuple[tuple[str, str], ...] = ()
    pull_request: int | None = None
    seal: Seal = Seal()
    signature: str = "unsigned"


@dataclass(frozen=True, slots=True)
class Change:
    """One field that a commit changed; ``field`` is a pointer into the later version, the earlier where it went.

    ``vendor`` is the id, ``policies`` for what judges. A record that was added, removed, or became readable for the
    first time is one change of the whole record (``field`` is empty); renamed: ``before`` and ``after`` are the
    paths; unreadable: ``after`` is the reason. None stands for not there.
    """

    commit: str
    vendor: str
    kind: Kind
    field: str
    before: Json
    after: Json
    path: str
    stream: Stream = "changes"


@dataclass(frozen=True, slots=True)
class Logged:
    """A change with its commit, and the commit's place on the line (0: the first)."""

    number: int
    commit: Commit
    change: Change


@dataclass(frozen=True, slots=True)
class Where:
    """Where the commit that is read keeps its parts; the whole line is read by it.

    ``managed``: the vendors folder is preflight's own, where a record's id is the name of its file. ``id`` is the
    pointer to the id elsewhere. The other members are as in preflight.yaml.
    """

    vendors: str
    schema: str
    rules: str
    policies: str
    id: str
    managed: bool


def named(path: str) -> str:
    """Return the id that a file's name gives: without folder and ending."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def identity(record: Json, where: Where) -> str:
    """Return the id that a record gives itself; empty where it has none that can be used, or the name is its id."""
    found = None if where.managed else get(record, where.id or "/id")
    return found if isinstance(found, str) and _IDENTITY.fullmatch(found) else ""
