"""The heavy part of reading a history, done by all cores: contents parsed and compared, commits read.

Each process has a ``git cat-file`` of its own. Contents of one path come after one another, so that each is parsed
once although it is compared twice.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

from preflight.errors import DocumentError
from preflight.history import identity, lines
from preflight.history.line import NO_FILE, Fact
from preflight.shell import documents, workers
from preflight.shell.git_objects import Objects

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from preflight.history import Where
    from preflight.model import Json

MAX_POLICY_BYTES = 1024 * 1024
REMEMBERED = 8  # parsed contents in a process

Style: TypeAlias = Literal["record", "statement", "policy"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two contents to compare; empty where there is none."""

    before: str
    after: str
    style: Style


@dataclass(frozen=True, slots=True)
class Compared:
    """What is known of both, and what differs: None where one of them cannot be read."""

    before: Fact
    after: Fact
    fragments: list[str] | None


@dataclass(frozen=True, slots=True)
class _Parsed:
    value: Json
    fact: Fact


_open: dict[int, tuple[Objects, dict[tuple[str, int], _Parsed]]] = {}


def compare(root: Path, where: Where, pairs: Sequence[Pair], progress: Callable[[int], None]) -> dict[Pair, Compared]:
    """Compare contents on all cores. Raises CannotJudge for an object that is missing."""
    try:
        return dict(zip(pairs, workers.spread(partial(_chunk, root, where), pairs, progress), strict=True))
    finally:
        _close()


def _close() -> None:
    objects, _ = _open.pop(os.getpid(), (None, None))
    if objects is not None:
        objects.close()


def _chunk(root: Path, where: Where, pairs: Sequence[Pair]) -> list[Compared]:
    process = os.getpid()
    if process not in _open:
        _open.clear()  # what a process inherits is not its own
        _open[process] = (Objects(root), {})
    objects, parsed = _open[process]
    return [_compared(objects, parsed, where, pair) for pair in pairs]


def _compared(objects: Objects, parsed: dict[tuple[str, int], _Parsed], where: Where, pair: Pair) -> Compared:
    limit = documents.MAX_BYTES if pair.style == "record" else MAX_POLICY_BYTES
    before, after = (_parsed(objects, parsed, where, name, limit) for name in (pair.before, pair.after))
    if before.fact.fault or after.fact.fault:
        found = None
    elif pair.style == "statement" or not (pair.before and pair.after):
        found = lines.whole(before.value, after.value)
    else:
        found = lines.fragments(before.value, after.value)
    return Compared(before.fact, after.fact, found)


def _parsed(objects: Objects, parsed: dict[tuple[str, int], _Parsed], where: Where, name: str, limit: int) -> _Parsed:
    if not name:
        return _Parsed(None, Fact())
    if name.startswith(NO_FILE):
        kind = name.removeprefix(NO_FILE).rpartition(" ")[0]
        return _Parsed(None, Fact(fault=f"this is a {kind}; a record is a regular file"))
    key = (name, limit)
    if key not in parsed:
        if len(parsed) >= REMEMBERED:
            del parsed[next(iter(parsed))]
        parsed[key] = _read(objects, where, name, limit)
    return parsed[key]


def _read(objects: Objects, where: Where, name: str, limit: int) -> _Parsed:
    size, data = objects.read(name, limit)
    if size > limit:
        return _Parsed(None, Fact(fault=f"the file has {size:,} bytes; at most {limit:,} are read"))
    try:
        value = documents.parse(data, max_bytes=limit).value
    except DocumentError as error:
        return _Parsed(None, Fact(fault=f"line {error.line}: {error.message}"))
    return _Parsed(value, Fact(identity(value, where)))


def known(results: Mapping[Pair, Compared]) -> dict[str, Fact]:
    """Return what is known of each content of a record."""
    found = {}
    for pair, each in results.items():
        if pair.style == "record":
            found[pair.before] = each.before
            found[pair.after] = each.after
    return found
